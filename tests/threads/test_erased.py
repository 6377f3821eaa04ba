"""Somebody who has left is erased after a time: what they wrote stays, and names them nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.audit import sealing
from knowledge_exchange.auth import erasing, factors_codes
from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import clock, hooks, keeping
from knowledge_exchange.core.db import Base, db, table_of, unit_of_work
from knowledge_exchange.core.ids import MAX_ID
from knowledge_exchange.mail.refusals import note_refusal
from knowledge_exchange.notifications import sealed
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.models import Voice
from knowledge_exchange.verification.models import Claim, RollEntry
from tests.auth.door import PASSWORD
from tests.support.community import Community

DAY = timedelta(days=1)
BODY = "We moved the handover to seven."
#: Where a row may still lead to the shell: the history of its standing.
STILL_THEIRS = {"standing_change.member_id"}
#: No handle is given out twice; it leads nowhere.
KEPT = {"taken_handle.handle"}


@pytest.fixture
def left(here: Community) -> Iterator[tuple[Community, int, str]]:
    """A thread of somebody's who has left after it, and what their handle was."""
    handle = here.handle(here.author)
    thread = here.post_thread(here.author, body=BODY)
    here.reply(here.peer, thread)
    here.reply(here.author, thread, "Thank you all.")
    with here.app.app_context():
        with unit_of_work() as work:
            factors_codes.make(here.author.id)
            note_refusal(here.author.email, "SMTP 550")
            hashed = {"number_hash": "x", "number_tail": "88", "surname": "Author", "source": "unison"}
            work.add(Claim(member_id=here.author.id, decided_at=clock.now(), **hashed))
            work.add(RollEntry(member_id=here.author.id, **hashed))
            change_standing(here.author.id, "left", "They asked for it.", here.moderator.id)
        with clock.held(clock.now() + sealing.SETTLED_AFTER * 2):
            sealing.seal_waiting()
        yield here, thread, handle


def later(days: int) -> None:
    with clock.held(clock.now() + days * DAY):
        erasing.erase_leavers(clock.now() - 90 * DAY)


def test_nothing_goes_before_its_time_and_an_account_that_was_opened_again_stays(
    left: tuple[Community, int, str],
) -> None:
    here, _thread, _handle = left
    later(89)
    assert db.session.get_one(Member, here.author.id).name == "Asha Author"
    with unit_of_work():
        change_standing(here.author.id, "pending", "They are back.", here.moderator.id)
    later(91)
    assert db.session.get_one(Member, here.author.id).name == "Asha Author"


def test_what_they_wrote_stays_in_a_voice_that_names_nobody(left: tuple[Community, int, str]) -> None:
    here, thread, handle = left
    before = here.peer.get(f"/t/{thread}", follow_redirects=True).text
    assert "Asha Author" in before
    assert "Asha Author" in here.peer.get("/notifications").text
    later(91)
    after = here.peer.get(f"/t/{thread}", follow_redirects=True).text
    assert BODY in after
    assert "A former member" in after
    assert "Asha" not in after
    assert handle not in after
    assert "Asha" not in here.peer.get("/notifications").text
    assert here.peer.get(f"/m/{handle}").status_code == 404
    assert db.session.scalars(select(Voice.participant_id).where(Voice.name == "A former member")).all() == [None]


def test_no_table_leads_to_them_or_names_them(left: tuple[Community, int, str]) -> None:
    here, _thread, handle = left
    later(91)
    assert rows_that_lead_to(here.author.id) <= STILL_THEIRS
    for word in ("Asha", "asha.author", handle):
        assert columns_with(word) <= KEPT, word
    entry = db.session.scalars(select(RollEntry)).one()
    assert (entry.member_id, entry.surname) == (None, "Author"), "the roll is the union's"
    assert sealing.problems() == []


def rows_that_lead_to(member_id: int) -> set[str]:
    found = set()
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            refers = any(key.column is table_of(Member).c.id for key in column.foreign_keys)
            if refers or column.name in ("member_id", "actor_id", "subject_id"):
                where = column == member_id
                if db.session.execute(select(column).where(where).limit(1)).first() is not None:
                    found.add(f"{table.name}.{column.name}")
    db.session.rollback()
    # The act of erasing is on record under the id of the shell.
    return found - {"audit_entry.subject_id"}


def columns_with(word: str) -> set[str]:
    found = set()
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            found |= {f"{table.name}.{name}" for name, value in row.items() if word.lower() in str(value).lower()}
    db.session.rollback()
    return found


def test_nobody_signs_in_to_the_shell_and_it_is_erased_once(left: tuple[Community, int, str], app: Flask) -> None:
    here, _thread, _handle = left
    later(91)
    shell = db.session.get_one(Member, here.author.id)
    facts: dict[str, Any] = {name: getattr(shell, name) for name in ("email", "name", "password_hash", "standing")}
    assert facts == {
        "email": f"{here.author.id}@erased.invalid",
        "name": "A former member",
        "password_hash": "",
        "standing": "left",
    }
    for password in ("", PASSWORD, "x"):
        here.outsider.client.delete_cookie("__Host-ke_session")
        answer = here.author.post("/sign-in", email=facts["email"], password=password)
        assert answer.status_code != 303
    before = columns_with(str(here.author.id))
    later(92)
    assert columns_with(str(here.author.id)) == before


def test_of_somebody_who_was_never_a_member_nothing_stays(here: Community) -> None:
    with here.app.app_context():
        with unit_of_work() as work:
            work.add(
                Member(id=5, email="never@people.example", name="Nev Never", password_hash="x", standing="pending")
            )
            work.flush()
            change_standing(5, "left", "", None)
        with clock.held(clock.now() + 91 * DAY):
            keeping.forget_what_is_due()
        assert db.session.get(Member, 5) is None
        assert columns_with("Never") == set()


def places() -> dict[int, bytes]:
    """What is sealed in each place of a pseudonym."""
    query = select(Participant.id, Participant.sealed).where(Participant.member_id.is_(None))
    found = {row.id: bytes(row.sealed) for row in db.session.execute(query) if row.sealed is not None}
    db.session.rollback()
    return found


def test_pseudonyms_stay_byte_for_byte_as_they_are_and_are_nobodys(here: Community) -> None:
    threads = [here.post_thread(who, voice="pseudonym") for who in (here.author, here.author, here.peer)]
    for thread_id in threads:
        here.reply(here.watcher, thread_id, "Ask early.")
    with here.app.app_context():
        before = places()
        owners = sealed.owners_of(list(before))
        assert sorted(owners.values()) == sorted([here.author.id, here.author.id, here.peer.id])
        with unit_of_work():
            change_standing(here.author.id, "left", "They asked for it.", here.moderator.id)
        later(91)
        assert places() == before, "what two copies of the database differ in would be one person's pseudonyms"
        assert list(sealed.owners_of(list(before)).values()) == [here.peer.id]
        told = hooks.call("sealed_notices", 0, MAX_ID, None)
        assert {owner for _id, owner in told} == {here.peer.id}
