"""A claim, its code, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.actions import change_standing, create_member
from knowledge_exchange.auth.models import Member, StandingChange
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.networks.models import Network, NetworkMembership, Organisation
from knowledge_exchange.verification import actions, codes, queries, settling
from knowledge_exchange.verification.actions import CodeOutcome
from knowledge_exchange.verification.matching import normal_number, number_hash, number_tail
from knowledge_exchange.verification.models import Claim, RollEntry

pytestmark = pytest.mark.usefixtures("networks")

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
Entry = Callable[..., int]


def account(name: str = "Ann Claimant", standing: str = "pending") -> int:
    with unit_of_work():
        email = f"{name.split()[0].lower()}@account.example"
        return create_member(email=email, name=name, password_hash="x", standing=standing, confirmed=True).id


def entry(number: str = "40217788", surname: str = "O'Konedo", **facts: object) -> int:
    normal = normal_number(number)
    given = {
        "source": "unison",
        "first_name": "Bola",
        "email": "bola@roll.example",
        "region": "north-west",
        "ods_code": "R0A",
        "category": "retired",
        **facts,
    }
    with unit_of_work():
        row = RollEntry(
            number_hash=number_hash(str(given["source"]), normal),
            number_tail=number_tail(normal),
            surname=surname,
            **given,
        )
        db.session.add(row)
        db.session.flush()
        return row.id


def claim(member_id: int, number: str = "40217788", surname: str = "okonedo", source: str = "unison") -> None:
    with unit_of_work():
        actions.make_claim(member_id, source, number, surname)


def enter(member_id: int, code: str) -> CodeOutcome:
    with unit_of_work():
        return actions.enter_code(member_id, code)


def letters() -> list[MailMessage]:
    db.session.rollback()
    return list(db.session.scalars(select(MailMessage).order_by(MailMessage.id)))


def code_in(letter: MailMessage) -> str:
    [code] = [
        word for word in letter.text.split() if len(word) == codes.CODE_CHARS and set(word) <= set(codes.ALPHABET)
    ]
    return code


def latest() -> Claim:
    db.session.rollback()
    db.session.expire_all()
    found = db.session.scalars(select(Claim).order_by(Claim.id.desc())).first()
    assert found is not None
    return found


def member(member_id: int) -> Member:
    db.session.rollback()
    db.session.expire_all()
    found = db.session.get(Member, member_id)
    assert found is not None
    return found


def networks_of(member_id: int) -> set[str]:
    db.session.rollback()
    query = select(Network.slug).join(NetworkMembership, NetworkMembership.network_id == Network.id)
    return set(db.session.scalars(query.where(NetworkMembership.member_id == member_id)))


def test_a_match_mails_a_code_to_the_address_on_the_roll_and_to_no_other() -> None:
    ann = account()
    entry()
    claim(ann)
    [letter] = letters()
    assert letter.recipient == "bola@roll.example"
    assert letter.essential
    assert len(code_in(letter)) == 8


def test_the_code_letter_names_neither_the_union_nor_what_it_is_about() -> None:
    ann = account()
    entry()
    claim(ann)
    [letter] = letters()
    for word in ("union", "unison", "fda", "member", "okonedo", "exchange", "7788", "ann"):
        assert word not in (letter.subject + letter.text).lower().replace("anybody", "")


def test_the_code_makes_an_active_member_with_what_the_roll_says() -> None:
    with unit_of_work():
        db.session.add(Organisation(code="R0A", name="An organisation", region="north-west"))
    ann = account()
    found = entry()
    claim(ann)
    assert enter(ann, code_in(letters()[0])) is CodeOutcome.MEMBER
    now_known = member(ann)
    assert (now_known.standing, now_known.name, now_known.region) == ("active", "Bola O'Konedo", "north-west")
    assert (now_known.organisation_code, now_known.category) == ("R0A", "retired")
    assert networks_of(ann) == {"north-west", "national", "ask-an-officer"}
    taken = db.session.get(RollEntry, found)
    assert taken is not None
    assert taken.member_id == ann
    settled = latest()
    assert (settled.accepted, settled.code_hash) == (True, None)
    step = db.session.scalars(select(StandingChange).where(StandingChange.member_id == ann)).one()
    assert (step.before, step.after) == ("pending", "active")


def test_an_organisation_that_is_not_on_record_is_no_obstacle() -> None:
    ann = account()
    entry(ods_code="ZZ9")
    claim(ann)
    assert enter(ann, code_in(letters()[0])) is CodeOutcome.MEMBER
    assert member(ann).organisation_code is None


def test_a_region_without_a_network_is_no_obstacle() -> None:
    ann = account()
    entry(region="wales")
    claim(ann)
    enter(ann, code_in(letters()[0]))
    assert networks_of(ann) == {"national", "ask-an-officer"}


def test_a_roll_without_first_name_or_region_leaves_what_the_account_says() -> None:
    ann = account()
    entry(first_name="", region="", ods_code="")
    claim(ann)
    enter(ann, code_in(letters()[0]))
    assert (member(ann).name, member(ann).region) == ("Ann Claimant", None)


@pytest.mark.parametrize("typed", ["{}", " {} ", "small", "spaced"])
def test_a_code_may_be_typed_in_small_letters_and_groups(typed: str) -> None:
    ann = account()
    entry()
    claim(ann)
    code = code_in(letters()[0])
    shapes = {"small": code.lower(), "spaced": f"{code[:4]} - {code[4:]}"}
    assert enter(ann, shapes.get(typed, typed.format(code))) is CodeOutcome.MEMBER


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


def test_a_number_that_is_somebody_elses_already_waits_for_a_person() -> None:
    first = account("First Comer")
    entry()
    claim(first)
    enter(first, code_in(letters()[0]))
    second = account("Second Comer")
    claim(second)
    assert len(letters()) == 1
    assert latest().queue_cause == "taken"
    assert member(second).standing == "pending"


def test_the_claimants_page_is_the_same_whatever_was_found() -> None:
    entry()
    entry("111", "Noaddress", email="")
    with clock.held(NOON):
        states = []
        for name, number, surname in (
            ("Match Made", "40217788", "Okonedo"),
            ("Number Wrong", "5", "Okonedo"),
            ("Surname Wrong", "40217788", "Smith"),
            ("Address Missing", "111", "Noaddress"),
        ):
            one = account(name)
            claim(one, number, surname)
            states.append(queries.claim_state(one))
    assert states == [queries.ClaimState("waiting", at=NOON)] * 4


def test_a_wrong_code_is_wrong_in_the_same_way_with_and_without_a_match() -> None:
    entry()
    matched, unmatched = account("Match Made"), account("No Match")
    claim(matched)
    claim(unmatched, "999")
    for who in (matched, unmatched):
        assert [enter(who, "ACDEFGHJ") for _try in range(codes.MAX_TRIES + 2)] == [CodeOutcome.WRONG] * 7
        assert member(who).standing == "pending"


def test_after_five_wrong_tries_the_right_code_is_worth_nothing() -> None:
    ann = account()
    entry()
    claim(ann)
    code = code_in(letters()[0])
    for _try in range(codes.MAX_TRIES):
        enter(ann, "ACDEFGHJ")
    assert enter(ann, code) is CodeOutcome.WRONG
    assert member(ann).standing == "pending"


def test_the_fifth_try_may_still_be_right() -> None:
    ann = account()
    entry()
    claim(ann)
    code = code_in(letters()[0])
    for _try in range(codes.MAX_TRIES - 1):
        enter(ann, "ACDEFGHJ")
    assert enter(ann, code) is CodeOutcome.MEMBER


@pytest.mark.parametrize(("after", "outcome"), [(29, CodeOutcome.MEMBER), (30, CodeOutcome.WRONG)])
def test_a_code_is_good_for_half_an_hour(after: int, outcome: CodeOutcome) -> None:
    with clock.held(NOON):
        ann = account()
        entry()
        claim(ann)
    with clock.held(NOON + timedelta(minutes=after)):
        assert enter(ann, code_in(letters()[0])) is outcome


def test_one_accounts_code_does_not_fit_anothers_claim() -> None:
    entry()
    ann, bob = account(), account("Bob Other")
    claim(ann)
    claim(bob)
    assert enter(bob, code_in(letters()[0])) is CodeOutcome.WRONG


def test_a_new_claim_makes_the_earlier_code_worthless() -> None:
    ann = account()
    entry()
    claim(ann)
    claim(ann)
    first, second = letters()
    assert enter(ann, code_in(first)) is CodeOutcome.WRONG
    assert enter(ann, code_in(second)) is CodeOutcome.MEMBER


def test_a_code_is_stored_as_a_hash_only() -> None:
    ann = account()
    entry()
    claim(ann)
    code = code_in(letters()[0])
    row = latest()
    assert row.code_hash is not None
    assert code not in repr([getattr(row, column.name) for column in Claim.__table__.columns])


def test_of_two_with_a_code_for_one_number_the_first_is_in_and_the_other_waits() -> None:
    entry()
    first, second = account("First Comer"), account("Second Comer")
    claim(first)
    claim(second)
    one, two = letters()
    assert enter(second, code_in(two)) is CodeOutcome.MEMBER
    assert enter(first, code_in(one)) is CodeOutcome.QUEUED
    assert member(first).standing == "pending"
    assert networks_of(first) == set()
    [row] = queries.waiting_claims()
    assert (row.member_id, row.queue_cause) == (first, "taken")


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


@pytest.mark.parametrize("standing", ["active", "lapsed", "suspended", "left"])
def test_only_the_pending_claim_and_prove(standing: str) -> None:
    ann = account()
    entry()
    claim(ann)
    code = code_in(letters()[0])
    with unit_of_work():
        change_standing(ann, standing, "for a test", None)
    with pytest.raises(actions.NotPending):
        claim(ann)
    with pytest.raises(actions.NotPending):
        enter(ann, code)
    assert member(ann).standing == standing


def test_each_step_is_in_the_record_without_the_number() -> None:
    ann = account()
    entry()
    claim(ann)
    enter(ann, "ACDEFGHJ")
    enter(ann, code_in(letters()[0]))
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.subject_id == ann).order_by(AuditEntry.id)).all()
    assert [one.action for one in entries if one.action.startswith("claim")] == [
        "claim.made",
        "claim.wrong_code",
        "claim.proved",
    ]
    assert "40217788" not in repr([one.note for one in entries])


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
        settling.refuse_claim(latest().id, officer_id=officer, note=" ")
    with unit_of_work():
        settling.refuse_claim(latest().id, officer_id=officer, note="Ring the office, please.")
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
        settling.refuse_claim(number, officer_id=officer, note="No.")
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
        settling.refuse_claim(latest().id, officer_id=officer, note="No.")
    claim(ann)
    with unit_of_work():
        settling.accept_claim(latest().id, officer_id=officer, entry_id=None, note="Seen.")
    query = select(AuditEntry).where(AuditEntry.actor_id == officer, AuditEntry.action.startswith("claim"))
    found = [(one.action, one.subject_id, one.note) for one in db.session.scalars(query.order_by(AuditEntry.id))]
    assert found == [("claim.refused", ann, "No."), ("claim.accepted", ann, "Seen.")]


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
