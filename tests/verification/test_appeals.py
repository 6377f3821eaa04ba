"""Somebody asks that another officer look again: what may be asked, who decides, and what comes of it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.models import StandingChange
from knowledge_exchange.core import clock
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.claims import actions, appeal_queries, appealing, settling
from knowledge_exchange.verification.models import Appeal, RollEntry
from knowledge_exchange.verification.rolls.leaving import follow_rolls
from tests.verification.claiming import account, claim, code_in, entry, latest, letters, member, networks_of

pytestmark = pytest.mark.usefixtures("networks")
ROLE = "membership_officer"


@pytest.fixture
def first(in_app: None) -> int:
    """The officer who decides first."""
    return account("First Officer", "active")


@pytest.fixture
def second(in_app: None) -> int:
    """The officer who looks again."""
    return account("Second Officer", "active")


def refused(name: str = "Ann Claimant", *, by: int) -> int:
    """A claimant whose claim that officer has refused."""
    who = account(name)
    claim(who)
    with unit_of_work():
        settling.refuse_claim(latest().id, officer_id=by, reason="not_on_roll")
    return who


def put_out(standing: str, *, by: int | None, name: str = "Ann Member") -> int:
    """A member whom that officer (or the exchange itself) has suspended, or whose membership lapsed."""
    who = account(name, "active")
    with unit_of_work():
        change_standing(who, standing, "for a test", by)
    return who


def appeal(who: int, text: str = "That was wrong.") -> int:
    with unit_of_work():
        appealing.make_appeal(who, text)
    return newest().id


def newest() -> Appeal:
    db.session.rollback()
    db.session.expire_all()
    found = db.session.scalars(select(Appeal).order_by(Appeal.id.desc())).first()
    assert found is not None
    return found


def uphold(number: int, officer: int, **facts: object) -> None:
    with unit_of_work():
        appealing.uphold(number, officer_id=officer, role=ROLE, answer="You were right.", **facts)  # type: ignore[arg-type]


def turn_down(number: int, officer: int) -> None:
    with unit_of_work():
        appealing.turn_down(number, officer_id=officer, role=ROLE, answer="It stays.")


def may_appeal(who: int) -> bool:
    db.session.rollback()
    return appeal_queries.appeal_state(who, member(who).standing).may_appeal


@pytest.mark.parametrize(
    ("officer", "role", "may"),
    [
        (1, "membership_officer", True),
        (1, "administrator", True),
        (1, "officer", False),
        (1, "member", False),
        (2, "membership_officer", False),
        (2, "administrator", False),
        (3, "administrator", False),
    ],
)
def test_neither_who_decided_nor_who_asks_decides(officer: int, role: str, may: bool) -> None:
    assert policy.may_decide_appeal(officer, role, appellant_id=2, against_id=3) == may


@pytest.mark.parametrize(("role", "may"), [("administrator", True), ("membership_officer", False)])
def test_about_an_administrator_only_another_administrator_decides(role: str, may: bool) -> None:
    about = {"appellant_id": 2, "against_id": 3}
    assert policy.may_decide_appeal(1, role, appellant_role="administrator", **about) == may
    assert not policy.may_decide_appeal(3, role, appellant_role="administrator", **about)


def test_what_nobody_decided_any_officer_may() -> None:
    assert policy.may_decide_appeal(1, ROLE, appellant_id=2, against_id=None)


def test_a_refused_claimant_appeals_and_is_let_in_as_an_entry(first: int, second: int) -> None:
    found = entry()
    ann = refused(by=first)
    number = appeal(ann)
    assert (newest().against_id, newest().claim_id) == (first, latest().id)
    uphold(number, second, entry_id=found)
    assert (member(ann).standing, member(ann).name) == ("active", "Bola O'Konedo")
    assert networks_of(ann) == {"north-west", "national", "ask-an-officer"}
    assert (newest().upheld, newest().decided_by, newest().answer) == (True, second, "You were right.")
    assert member(ann).standing_cause == "Your appeal was upheld: your membership is confirmed."
    assert latest().accepted is False


def test_a_refused_claimant_is_let_in_without_an_entry_only_with_a_note(first: int, second: int) -> None:
    ann = refused(by=first)
    number = appeal(ann)
    with pytest.raises(settling.NoteMissing):
        uphold(number, second)
    assert newest().decided_at is None
    uphold(number, second, note="Card seen.")
    assert member(ann).standing == "active"


def test_an_entry_of_somebody_else_is_not_given_away_by_an_appeal(first: int, second: int) -> None:
    other = account("Other Member", "active")
    found = entry(member_id=other)
    ann = refused(by=first)
    number = appeal(ann)
    with pytest.raises(settling.EntryTaken):
        uphold(number, second, entry_id=found)
    assert (member(ann).standing, newest().decided_at) == ("pending", None)


@pytest.mark.parametrize("by_itself", [True, False])
@pytest.mark.parametrize("standing", ["suspended", "lapsed"])
def test_who_was_put_out_is_active_again(first: int, second: int, standing: str, by_itself: bool) -> None:
    ann = put_out(standing, by=None if by_itself else first)
    number = appeal(ann)
    assert newest().against_id == (None if by_itself else first)
    uphold(number, second)
    assert member(ann).standing == "active"
    assert "national" in networks_of(ann)
    step = db.session.scalars(select(StandingChange).order_by(StandingChange.id.desc())).first()
    assert step is not None
    assert (step.before, step.after, step.actor_id) == (standing, "active", second)


def test_whose_lapse_falls_is_not_put_out_again_by_the_roll_before_the_grace_is_over(first: int, second: int) -> None:
    ann = put_out("lapsed", by=None)
    entry(member_id=ann, gone_at=now() - timedelta(days=400))
    uphold(appeal(ann), second)
    follow_rolls()
    assert member(ann).standing == "active"
    with clock.held(now() + timedelta(days=20)):
        follow_rolls()
    assert member(ann).standing == "lapsed"


def test_a_suspension_that_falls_confirms_no_membership_that_was_never_shown(first: int, second: int) -> None:
    ann = account("Ann Pending")
    with unit_of_work():
        change_standing(ann, "suspended", "for a test", first)
    uphold(appeal(ann), second)
    assert member(ann).standing == "pending"
    assert networks_of(ann) == set()


@pytest.mark.parametrize(("gone", "after"), [(True, "lapsed"), (False, "active")])
def test_a_suspension_of_who_had_lapsed_falls_to_what_the_roll_says(
    first: int, second: int, gone: bool, after: str
) -> None:
    ann = put_out("lapsed", by=None)
    entry(member_id=ann, gone_at=now() if gone else None)
    with unit_of_work():
        change_standing(ann, "suspended", "for a test", first)
    uphold(appeal(ann), second)
    assert member(ann).standing == after


def test_turned_down_it_stays_as_it_was_and_the_answer_is_there(first: int, second: int) -> None:
    ann = put_out("suspended", by=first)
    turn_down(appeal(ann), second)
    assert member(ann).standing == "suspended"
    state = appeal_queries.appeal_state(ann, "suspended")
    assert state.latest is not None
    assert (state.latest.upheld, state.latest.answer, state.is_open, state.may_appeal) == (
        False,
        "It stays.",
        False,
        False,
    )


def test_there_is_one_appeal_against_each_decision(first: int, second: int) -> None:
    ann = refused(by=first)
    assert may_appeal(ann)
    number = appeal(ann)
    assert not may_appeal(ann)
    with pytest.raises(appealing.NothingToAppeal):
        appeal(ann, "Again.")
    turn_down(number, second)
    assert not may_appeal(ann)
    with pytest.raises(appealing.NothingToAppeal):
        appeal(ann, "Again.")
    claim(ann)
    assert not may_appeal(ann)
    with unit_of_work():
        settling.refuse_claim(latest().id, officer_id=second, reason="ended")
    assert may_appeal(ann)
    appeal(ann, "Against the second.")
    assert newest().against_id == second


@pytest.mark.parametrize("standing", ["pending", "active", "left"])
def test_where_nothing_was_decided_there_is_nothing_to_appeal_against(in_app: None, standing: str) -> None:
    ann = account("Ann Other", standing)
    assert not may_appeal(ann)
    with pytest.raises(appealing.NothingToAppeal):
        appeal(ann)


def test_an_appeal_is_over_when_its_member_is_in_again_and_another_can_follow(first: int, second: int) -> None:
    ann = put_out("lapsed", by=None)
    number = appeal(ann)
    entry(member_id=ann)
    follow_rolls()
    assert member(ann).standing == "active"
    assert appeal_queries.open_appeals() == []
    assert appeal_queries.appeal_state(ann, "active").latest is None
    with pytest.raises(settling.AlreadySettled):
        uphold(number, second)
    with unit_of_work():
        change_standing(ann, "suspended", "for a test", first)
    assert may_appeal(ann)
    appeal(ann, "Not that, either.")
    assert [row.text for row in appeal_queries.open_appeals()] == ["Not that, either."]


def test_a_claim_that_is_accepted_ends_the_appeal_against_the_one_before(first: int, second: int) -> None:
    ann = refused(by=first)
    appeal(ann)
    claim(ann)
    with unit_of_work():
        settling.accept_claim(latest().id, officer_id=first, entry_id=None, note="Card seen.")
    assert (newest().upheld, newest().decided_at is None) == (None, False)
    assert appeal_queries.open_appeals() == []


def test_who_decided_it_cannot_decide_the_appeal(first: int, second: int) -> None:
    for number in (appeal(refused(by=first)), appeal(put_out("suspended", by=first, name="Ben Member"))):
        with pytest.raises(appealing.NotTheirs):
            uphold(number, first, note="Mine.")
        with pytest.raises(appealing.NotTheirs):
            turn_down(number, first)
        turn_down(number, second)


def test_all_of_it_is_on_record_and_the_letters_say_nothing(first: int, second: int) -> None:
    ann = refused(by=first)
    ben = put_out("suspended", by=first, name="Ben Member")
    before = len(letters())
    uphold(appeal(ann), second, note="Card seen.")
    uphold(appeal(ben), second)
    turn_down(appeal(refused("Cay Claimant", by=first)), second)
    query = select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.subject_id, AuditEntry.note)
    query = query.where(AuditEntry.action.startswith("appeal.")).order_by(AuditEntry.id)
    found = [tuple(row) for row in db.session.execute(query)]
    upheld, turned_down = ["appeal.made", "appeal.upheld"], ["appeal.made", "appeal.turned_down"]
    assert [row[0] for row in found] == [*upheld, *upheld, *turned_down]
    assert found[1][1:] == (second, ann, "You were right.; Card seen.")
    told = letters()[before:]
    # One each, and one to Cay about the refusal before it.
    assert sorted(letter.recipient.split("@")[0] for letter in told) == ["ann", "ben", "cay", "cay"]
    for letter in told:
        for word in ("union", "member", "claim", "appeal", "suspen", "exchange"):
            assert word not in (letter.subject + letter.text).lower()


def test_the_queue_comes_in_pages_longest_waiting_first(first: int) -> None:
    amount = appeal_queries.APPEALS_PAGE + 2
    numbers = []
    for number in range(amount):
        numbers.append(appeal(put_out("suspended", by=first, name=f"P{number:02} Member")))
    page = appeal_queries.open_appeals()
    assert [row.id for row in page] == numbers[: appeal_queries.APPEALS_PAGE + 1]
    rest = appeal_queries.open_appeals(after=numbers[appeal_queries.APPEALS_PAGE - 1])
    assert [row.id for row in rest] == numbers[appeal_queries.APPEALS_PAGE :]


def test_of_two_officers_who_decide_at_once_one_does_and_the_other_is_told(app: Flask, first: int, second: int) -> None:
    third = account("Third Officer", "active")
    ann = put_out("suspended", by=first)
    number = appeal(ann)
    db.session.remove()
    start = Barrier(2)

    def one(upheld: bool) -> str:
        with app.app_context():
            start.wait(timeout=20)
            try:
                uphold(number, second) if upheld else turn_down(number, third)
            except settling.AlreadySettled:
                return "late"
            return "decided"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, [True, False])) == ["decided", "late"]
    assert member(ann).standing == ("active" if newest().upheld else "suspended")


def test_of_two_appeals_sent_at_once_one_is_made(app: Flask, first: int) -> None:
    ann = put_out("suspended", by=first)
    db.session.remove()
    start = Barrier(2)

    def one(text: str) -> str:
        with app.app_context():
            start.wait(timeout=20)
            try:
                appeal(ann, text)
            except appealing.NothingToAppeal:
                return "late"
            return "made"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, ["One.", "Two."])) == ["late", "made"]
    assert db.session.scalar(select(func.count()).select_from(Appeal)) == 1


def test_a_code_entered_while_an_officer_upholds_the_appeal_leaves_one_member(
    app: Flask, first: int, second: int
) -> None:
    ann = refused(by=first)
    found = entry()
    number = appeal(ann)
    claim(ann)
    code = next(code_in(letter) for letter in letters() if letter.recipient == "bola@roll.example")
    db.session.remove()
    start = Barrier(2)

    def one(officer: bool) -> str:
        with app.app_context():
            start.wait(timeout=20)
            try:
                if officer:
                    uphold(number, second, entry_id=found)
                else:
                    with unit_of_work():
                        actions.enter_code(ann, code)
            except (settling.AlreadySettled, actions.NotPending):
                return "late"
            return "in"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, [True, False])) == ["in", "late"]
    assert member(ann).standing == "active"
    assert db.session.scalar(select(RollEntry.member_id).where(RollEntry.id == found)) == ann
