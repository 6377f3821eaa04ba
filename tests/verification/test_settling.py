"""What waits for a person, and what the person does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.claims import queries, settling
from knowledge_exchange.verification.claims.actions import CodeOutcome
from tests.verification.claiming import (
    NOON,
    account,
    claim,
    code_in,
    enter,
    entry,
    latest,
    letters,
    member,
    networks_of,
)

pytestmark = pytest.mark.usefixtures("networks")


@pytest.mark.parametrize(
    ("facts", "claimed", "cause"),
    [
        ({}, {"number": "999"}, "unknown_number"),
        ({}, {"source": "fda"}, "unknown_number"),
        ({}, {"surname": "Smith"}, "other_surname"),
        ({"email": ""}, {}, "no_address"),
    ],
)
def test_what_no_code_can_settle_waits_for_a_person_and_mails_nobody(
    facts: dict[str, str], claimed: dict[str, str], cause: str
) -> None:
    ann = account()
    entry(**facts)
    claim(ann, **claimed)
    assert letters() == []
    assert latest().queue_cause == cause
    assert [row.id for row in queries.waiting_claims()] == [latest().id]


def test_a_code_that_nobody_uses_comes_before_a_person_after_ten_minutes() -> None:
    with clock.held(NOON):
        ann = account()
        entry()
        claim(ann)
    with clock.held(NOON + timedelta(minutes=9)):
        assert queries.waiting_claims() == []
    with clock.held(NOON + timedelta(minutes=10)):
        [row] = queries.waiting_claims()
        assert (row.member_id, row.queue_cause) == (ann, "unused_code")
        assert enter(ann, code_in(letters()[0])) is CodeOutcome.MEMBER
        assert queries.waiting_claims() == []


def test_claiming_again_keeps_the_place_in_the_queue() -> None:
    with clock.held(NOON):
        ann = account()
        claim(ann, "1")
    with clock.held(NOON + timedelta(hours=1)):
        bob = account("Bob Other")
        claim(bob, "2")
        claim(ann, "3")
        assert [row.member_id for row in queries.waiting_claims()] == [ann, bob]
        assert queries.waiting_claims()[0].queued_at == NOON


def test_the_queue_comes_in_pages_longest_waiting_first() -> None:
    everybody = []
    for number in range(queries.QUEUE_PAGE + 2):
        with clock.held(NOON + timedelta(minutes=number)):
            everybody.append(account(f"P{number} Waiting"))
            claim(everybody[-1], str(number + 1))
    with clock.held(NOON + timedelta(days=1)):
        first = queries.waiting_claims()
        assert [row.member_id for row in first] == everybody[: queries.QUEUE_PAGE + 1]
        rest = queries.waiting_claims(after=first[queries.QUEUE_PAGE - 1].id)
        assert [row.member_id for row in rest] == everybody[queries.QUEUE_PAGE :]


def test_an_officer_lets_somebody_in_as_an_entry_on_the_roll() -> None:
    ann, officer = account(), account("Olu Officer", "active")
    found = entry()
    claim(ann, surname="Former-Name")
    with unit_of_work():
        settling.accept_claim(latest().id, officer_id=officer, entry_id=found)
    assert (member(ann).standing, member(ann).name) == ("active", "Bola O'Konedo")
    assert networks_of(ann) == {"north-west", "national", "ask-an-officer"}
    settled = latest()
    assert (settled.accepted, settled.decided_by, settled.roll_entry_id) == (True, officer, found)
    [letter] = letters()
    assert letter.recipient == "ann@account.example"
    for word in ("union", "member", "claim", "exchange"):
        assert word not in (letter.subject + letter.text).lower()


def test_an_officer_lets_somebody_in_without_an_entry_only_with_a_note() -> None:
    ann, officer = account(), account("Olu Officer", "active")
    claim(ann)
    with pytest.raises(settling.NoteMissing), unit_of_work():
        settling.accept_claim(latest().id, officer_id=officer, entry_id=None, note="  ")
    with unit_of_work():
        settling.accept_claim(latest().id, officer_id=officer, entry_id=None, note="Saw the card on a call.")
    assert (member(ann).standing, member(ann).name) == ("active", "Ann Claimant")
    assert latest().note == "Saw the card on a call."


def test_an_entry_that_is_somebodys_is_not_given_away() -> None:
    bob, officer = account("Bob First"), account("Olu Officer", "active")
    found = entry()
    claim(bob)
    enter(bob, code_in(letters()[0]))
    ann = account()
    claim(ann)
    with pytest.raises(settling.EntryTaken), unit_of_work():
        settling.accept_claim(latest().id, officer_id=officer, entry_id=found)
    assert member(ann).standing == "pending"
    assert latest().decided_at is None


def test_a_refusal_needs_a_note_which_the_claimant_reads_and_may_claim_again() -> None:
    ann, officer = account(), account("Olu Officer", "active")
    claim(ann)
    with pytest.raises(settling.NoteMissing), unit_of_work():
        settling.refuse_claim(latest().id, officer_id=officer, reason="other", note=" ")
    with unit_of_work():
        settling.refuse_claim(latest().id, officer_id=officer, reason="other", note="Ring the office, please.")
    state = queries.claim_state(ann)
    assert (state.stage, state.note) == ("refused", "Ring the office, please.")
    assert member(ann).standing == "pending"
    assert [letter.recipient for letter in letters()] == ["ann@account.example"]
    claim(ann)
    assert queries.claim_state(ann).stage == "waiting"


def test_a_claim_is_settled_once() -> None:
    ann, officer = account(), account("Olu Officer", "active")
    claim(ann)
    number = latest().id
    with unit_of_work():
        settling.refuse_claim(number, officer_id=officer, reason="not_on_roll", note="No.")
    with pytest.raises(settling.AlreadySettled), unit_of_work():
        settling.accept_claim(number, officer_id=officer, entry_id=None, note="Yes.")
    assert member(ann).standing == "pending"


def test_somebody_suspended_meanwhile_is_not_let_in_by_an_old_claim() -> None:
    ann, officer = account(), account("Olu Officer", "active")
    claim(ann)
    with unit_of_work():
        change_standing(ann, "suspended", "for a test", officer)
    assert queries.waiting_claims() == []
    with pytest.raises(settling.AlreadySettled), unit_of_work():
        settling.accept_claim(latest().id, officer_id=officer, entry_id=None, note="Yes.")
    assert member(ann).standing == "suspended"


def test_the_officers_decisions_are_in_the_record() -> None:
    ann, officer = account(), account("Olu Officer", "active")
    claim(ann)
    with unit_of_work():
        settling.refuse_claim(latest().id, officer_id=officer, reason="not_on_roll", note="No.")
    claim(ann)
    with unit_of_work():
        settling.accept_claim(latest().id, officer_id=officer, entry_id=None, note="Seen.")
    query = select(AuditEntry).where(AuditEntry.actor_id == officer, AuditEntry.action.startswith("claim"))
    found = [(one.action, one.subject_id, one.note) for one in db.session.scalars(query.order_by(AuditEntry.id))]
    assert found == [("claim.refused", ann, "not_on_roll: No."), ("claim.accepted", ann, "Seen.")]


def test_the_roll_is_searched_by_whole_number_or_the_beginning_of_a_surname() -> None:
    found = entry()
    other = entry("5555", "Okafor")
    entry("6666", "Smith")
    entry("7777", "Okello", source="fda")
    assert [row.id for row in queries.search_roll("unison", " 4021-7788 ")] == [found]
    assert [row.id for row in queries.search_roll("unison", "oka")] == [other]
    assert queries.search_roll("unison", "4021") == []
    assert queries.search_roll("unison", "O") == []
    assert queries.search_roll("unison", "%%") == []
