"""House rules in versions: who writes them, who reads and accepts them, what they cost."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.own_data import everything_about
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.held.publishing import MOST_BODY, MOST_RULES, MOST_TITLE, Draft, publish
from knowledge_exchange.moderation.openness import rules
from knowledge_exchange.moderation.openness.rules_models import HouseRule, RulesAcceptance, RulesVersion
from knowledge_exchange.networks.models import NetworkMembership
from tests.support.persons import Person, Statements, person
from tests.support.worlds import World

BAR = "The house rules changed:"
#: A form with one rule.
ONE = {"title": "Be kind", "body": "To **everybody**.", "changes": "One rule is enough.", "seen": "1"}


@pytest.fixture
def officer(app: Flask, world: World) -> Person:
    """An officer who works elsewhere."""
    return person(app, "Olu Officer", role="officer")


def lead(world: World) -> Person:
    """The moderator of North West leads."""
    with world.app.app_context(), unit_of_work():
        db.session.get_one(NetworkMembership, (world.moderator.id, world.north_west)).is_lead = True
    return world.moderator


def published(world: World, network_id: int | None = None, title: str = "Be kind", seen: int = 1) -> None:
    """A version, published by an administrator."""
    with world.app.app_context(), unit_of_work():
        assert publish(world.administrator.id, network_id, [Draft(title, "", "")], "It is shorter.", seen)


def rows(world: World, model: Any) -> list[Any]:
    """All rows of a table."""
    with world.app.app_context():
        return list(db.session.scalars(select(model)))


def test_without_a_published_version_the_built_in_rules_hold_and_nobody_is_asked(world: World) -> None:
    page = world.visitor.get("/rules").text
    assert "1 · What is said here stays here" in page
    assert "Version 1, of 22 November 2026." in page
    assert "6 · Experience is not legal advice" in page
    with world.app.app_context():
        assert rules.choices(None)[1] == ("2 · No patients, and no colleagues who could be recognised",) * 2
        assert rules.rules_now(world.north_west).rules == ()
    for path in ("/", "/n/north-west", "/rules", "/networks", f"/t/{world.open_thread(world.peer)}"):
        assert "rules-bar" not in world.peer.get(path, follow_redirects=True).text, path
    assert world.peer.get("/rules/1").status_code == 200
    assert [world.peer.get(f"/rules/{number}").status_code for number in ("0", "2", "x", "1.5")] == [404] * 4


def test_an_officer_publishes_a_version_and_the_one_before_stays_readable(world: World, officer: Person) -> None:
    assert "To **everybody**." not in officer.get("/rules/edit").text
    answer = officer.post("/rules/edit", **ONE)
    assert (answer.status_code, answer.location) == (303, "/rules")
    now = world.visitor.get("/rules").text
    assert "1 · Be kind" in now
    assert "<strong>everybody</strong>" in now
    assert "One rule is enough." in now
    before = world.visitor.get("/rules/1").text
    assert "1 · What is said here stays here" in before
    assert "It holds no more." in before
    assert [entry.action for entry in rows(world, AuditEntry)].count("rules.published") == 1
    with world.app.app_context():
        assert rules.choices(None) == [("1 · Be kind", "1 · Be kind")]
    assert BAR not in officer.get("/").text, "whoever publishes accepts by it"


FAULTY: list[tuple[dict[str, Any], str]] = [
    ({"title": "", "body": ""}, "Write at least one rule."),
    ({"title": "x" * (MOST_TITLE + 1)}, "Rule 1: give it a title"),
    ({"title": ""}, "Rule 1: give it a title"),
    ({"body": "x" * (MOST_BODY + 1)}, f"Rule 1: at most {MOST_BODY} characters"),
    ({"changes": " "}, "Say what changed"),
    ({"title": ["Rule"] * (MOST_RULES + 1), "body": ["To **everybody**."] * (MOST_RULES + 1)}, "At most 20 rules"),
]


def test_what_cannot_be_published_comes_back_as_it_was_typed(world: World, officer: Person) -> None:
    for changed, said in FAULTY:
        answer = officer.post("/rules/edit", **{**ONE, **changed})
        assert (answer.status_code, said in answer.text) == (422, True), said
        body = changed.get("body", ONE["body"])
        assert (body if isinstance(body, str) else body[0]) in answer.text
    assert rows(world, RulesVersion) == []


def test_of_two_who_publish_at_once_the_second_is_told(world: World, officer: Person) -> None:
    published(world)
    answer = officer.post("/rules/edit", **ONE)
    assert answer.status_code == 409
    assert "Somebody published version 2 meanwhile." in answer.text
    assert "To **everybody**." in answer.text
    assert 'name="seen" value="2"' in answer.text
    assert [row.number for row in rows(world, RulesVersion)] == [2]
    assert officer.post("/rules/edit", **{**ONE, "seen": "2"}).status_code == 303


def test_everybody_is_asked_once_to_accept_and_may_write_meanwhile(world: World) -> None:
    published(world)
    thread = world.open_thread(world.peer, "Written before accepting")
    for path in ("/", "/n/north-west", f"/t/{thread}", "/networks", "/notifications", "/help"):
        page = world.peer.get(path, follow_redirects=True).text
        assert page.count(BAR) == 1, path
        assert "It is shorter." in page
    assert BAR not in world.visitor.get("/rules").text
    stale = world.peer.post("/rules/accept", version="1")
    assert (stale.status_code, BAR in world.peer.get("/").text) == (303, True)
    accepted = world.peer.post("/rules/accept", version="2")
    assert (accepted.status_code, accepted.location) == (303, "/rules")
    assert world.peer.post("/rules/accept", version="2").status_code == 303
    assert BAR not in world.peer.get("/").text
    assert BAR in world.watcher.get("/").text, "kept pages do not mix who accepted and who did not"
    mine = [row for row in rows(world, RulesAcceptance) if row.member_id == world.peer.id]
    assert [row.accepted_on for row in mine] == [clock.now().date()]
    with world.app.app_context():
        own = everything_about(world.peer.id)["rules_accepted"]
    assert own == [{"network": None, "number": 2, "accepted_on": clock.now().date().isoformat()}]


def test_a_page_costs_no_statement_for_it_and_one_where_there_is_something_to_accept(world: World) -> None:
    def cost() -> int:
        world.peer.get("/")
        with Statements(world.app) as sent:
            world.peer.get("/")
        return len(sent.sent)

    before = cost()
    published(world)
    assert cost() == before + 1
    world.peer.post("/rules/accept", version="2")
    assert cost() == before


def test_a_lead_writes_the_networks_rules_and_its_members_are_asked_there(world: World) -> None:
    form = {**ONE, "seen": "0", "title": "Say which trust"}
    assert world.moderator.get("/n/north-west/rules/edit").status_code == 404
    assert world.moderator.post("/n/north-west/rules/edit", **form).status_code == 404
    first = lead(world)
    assert "Write the next version" in first.get("/n/north-west/rules").text
    assert first.post("/n/north-west/rules/edit", **form).location == "/n/north-west/rules"
    with world.app.app_context():
        assert rules.choices(world.north_west)[-1][0] == "Network 1 · Say which trust"
        assert len(rules.choices(world.national)) == len(rules.choices(None)) == 6
    assert "The rules of North-West changed:" in world.peer.get("/n/north-west").text
    assert "rules-bar" not in world.peer.get("/").text
    assert "rules-bar" not in world.peer.get("/n/national").text
    assert world.peer.post("/n/north-west/rules/accept", version="1").status_code == 303
    assert "rules-bar" not in world.peer.get("/n/north-west").text
    assert "1 · Say which trust" in world.outsider.get("/n/north-west/rules").text
    assert "rules-bar" not in world.outsider.get("/n/north-west").text
    assert world.outsider.post("/n/north-west/rules/accept", version="1").status_code == 404


def test_a_private_networks_rules_are_its_members_alone(world: World) -> None:
    from knowledge_exchange.networks.actions import add_member, create_network

    with world.app.app_context(), unit_of_work():
        hidden = create_network("reps", "Reps", kind="interest", visibility="private").id
        add_member(world.peer.id, hidden)
    published(world, hidden, seen=0)
    assert world.peer.get("/n/reps/rules").status_code == 200
    for who in (world.watcher, world.administrator):
        assert [who.get(f"/n/reps/rules{more}").status_code for more in ("", "/1", "/edit")] == [404] * 3
    assert world.visitor.get("/n/reps/rules").location.startswith("/sign-in")


def test_nobody_below_an_officer_writes_the_rules_of_all(world: World) -> None:
    lead(world)
    others = [person(world.app, "Penny Pending", standing="pending")]
    for who in (*others, *(world.people[name] for name in ("visitor", "outsider", "peer", "moderator", "membership"))):
        answers = [who.get("/rules/edit").status_code, who.post("/rules/edit", **ONE).status_code]
        assert set(answers) <= {302, 404}, who.name
    assert rows(world, HouseRule) == []


def test_another_process_knows_of_a_new_version_within_seconds(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from knowledge_exchange.moderation.openness import rules_bar

    world.peer.get("/")
    with world.app.app_context(), unit_of_work():  # past the promise, as another process does it
        version = RulesVersion(number=2, changes="Elsewhere.", published_at=clock.now() + timedelta(seconds=1))
        db.session.add(version)
    assert BAR not in world.peer.get("/").text
    passed = time.monotonic() + rules_bar.KEPT_S + 1
    monkeypatch.setattr(time, "monotonic", lambda: passed)
    assert BAR in world.peer.get("/").text
