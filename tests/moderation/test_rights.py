"""The table of rights: what each role may, as it is meant to be, and nothing that is called a right left out."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import knowledge_exchange
from knowledge_exchange.moderation.openness.rights import RIGHTS
from knowledge_exchange.moderation.specimens import specimens
from tests.support.worlds import World

SOURCE = Path(knowledge_exchange.__file__).parent

ALL = "outside member moderator lead membership_officer officer administrator"
INSIDE = "member moderator lead membership_officer officer administrator"
MODERATORS, LEADS, OFFICERS = "moderator lead", "lead", "officer administrator"

#: Who has which right.
EXPECTED = {
    "join": ALL,
    "ask": ALL,
    "leave": INSIDE,
    "start": INSIDE,
    "reply": INSIDE,
    "edit": INSIDE,
    "delete": ALL,  # also what one wrote in a network that one has left
    "accept_own": INSIDE,
    "outcome": ALL,
    "tag_own": ALL,
    "read_log": ALL,
    "announce": f"{MODERATORS} {OFFICERS}",
    "accept": MODERATORS,
    "door": MODERATORS,
    "invite": MODERATORS,
    "care": MODERATORS,
    "see_moderators": f"{MODERATORS} {OFFICERS}",
    "order": f"{MODERATORS} {OFFICERS}",
    "tag": f"{MODERATORS} {OFFICERS}",
    "hide_thread": f"{MODERATORS} {OFFICERS}",
    "hide_post": f"{MODERATORS} {OFFICERS}",
    "move": f"{MODERATORS} {OFFICERS}",
    "curate": f"{MODERATORS} {OFFICERS}",
    "mark_answer": f"{MODERATORS} {OFFICERS}",
    "warn": f"{MODERATORS} {OFFICERS}",
    "remove_member": f"{MODERATORS} {OFFICERS}",
    "remove_behind": f"{MODERATORS} officer",
    "warn_moderator": f"{LEADS} {OFFICERS}",
    "warn_lead": OFFICERS,
    "warn_officer": "administrator",
    "suspend": OFFICERS,
    "rules_network": f"{LEADS} {OFFICERS}",
    "rules": OFFICERS,
    "appoint": f"{LEADS} {OFFICERS}",
    "dismiss": f"{LEADS} {OFFICERS}",
    "dismiss_lead": OFFICERS,
    "lead": OFFICERS,
    "step_down": MODERATORS,
    "official": "officer",
    "unseal": "officer",
    "organisation": f"membership_officer {OFFICERS}",
    "link_manager": f"membership_officer {OFFICERS}",
    "enter_office": "membership_officer administrator",
    "membership": "membership_officer administrator",
    "membership_appeal": "membership_officer administrator",
    "office": "administrator",
}
#: What is called ``may_…`` and is no right of a role, with the reason.
NO_RIGHTS: dict[str, str] = {
    "auth.factors.may_remove": "of one's own factors",
    "auth.policy.may_change_handle": "a pause between two changes of one's own handle",
    "auth.policy.may_sign_in": "of standing, before anybody has a role",
    "auth.standing.may_act_on": "a part of may_change_standing and may_change_role",
    "auth.union_linking.may_confirm": "of one's own account at the union",
    "auth.union_linking.may_open": "of one's own account at the union",
    "auth.union_linking.may_unlink": "of one's own account at the union",
    "core.markup.addresses.may_link": "of addresses in texts",
    "core.markup.addresses.may_show": "of pictures in texts",
    "realtime.origins.may_connect": "of browsers and where they come from",
    "verification.policy.may_claim": "of standing, before anybody has a role",
    "verification.rolls.doubts.may_mean": "of entries on rolls",
    "moderation.queries.may_be_seen_by": "a condition in SQL on requests of officers, whose right is may_settle",
    "moderation.cases.case_keepers.may_decide": "a condition in SQL, tried in tests/moderation/test_cases.py",
    "moderation.openness.rules_routes.may_edit": "asks may_edit_rules and may_edit_network_rules for a page",
    "moderation.sanctions.sanction_policy.may_last": "how long a sanction may be",
    "moderation.acts.undoing.may_undo": "reads the act; whether they are no lower than who acted",
    "moderation.official.official_acts.may_take_back": "may_answer_officially, of a thread that they may read",
    "threads.policy.may_be_marked": "of posts: whoever may read one may say that it is helpful",
}


@pytest.mark.parametrize("right", RIGHTS, ids=lambda right: right.name)
def test_each_right_is_held_by_the_roles_that_are_meant_to_and_by_no_others(right: Any) -> None:
    held = [who.name for who in specimens() if right.holds(who)]
    assert held == [name for name in ALL.split() if name in EXPECTED[right.name].split()]


OF_OFFICE = {
    *("order", "hide_thread", "hide_post", "move", "curate", "mark_answer", "warn", "remove_member", "suspend"),
    *("rules", "appoint", "official"),
}


def test_no_office_is_held_without_standing_or_while_a_second_factor_is_due() -> None:
    for who in specimens():
        for me in (replace(who.me, standing="suspended"), replace(who.me, must_set_up=True)):
            held = {right.name for right in RIGHTS if right.holds(replace(who, me=me))}
            assert not held & OF_OFFICE, who.name


def _rights_in_source() -> Iterator[str]:
    """Every function called ``may_…``, by module and name."""
    for path in sorted(SOURCE.rglob("*.py")):
        module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("may_"):
                yield f"{module}.{node.name}"


def _asked_by_the_table() -> set[str]:
    """Those that the lines of the table really call."""
    called: set[str] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and frame.f_code.co_name.startswith("may_") and path.is_relative_to(SOURCE):
            module = ".".join(path.relative_to(SOURCE).with_suffix("").parts)
            called.add(f"{module}.{frame.f_code.co_name}")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        for who in specimens():
            for right in RIGHTS:
                right.holds(who)
    finally:
        sys.setprofile(before)
    return called


def test_every_right_in_the_source_is_in_the_table_or_is_said_to_be_none() -> None:
    found, asked = set(_rights_in_source()), _asked_by_the_table()
    assert found - asked - set(NO_RIGHTS) == set(), (
        "give it a line in moderation/openness/rights.py, or say here why it is none"
    )
    assert set(NO_RIGHTS) - found == set(), "these are gone"
    assert asked <= found


def test_the_page_shows_the_table_to_every_member_and_to_nobody_else(world: World) -> None:
    page = world.peer.get("/roles")
    assert page.status_code == 200
    assert page.text.count('<th scope="row">') == len(RIGHTS)
    assert page.text.count('<span class="yes">') == sum(len(words.split()) for words in EXPECTED.values())
    assert world.visitor.get("/roles").location.startswith("/sign-in")
