"""A member who is on both rolls: each place is shown by a claim, and either keeps them in."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from knowledge_exchange.auth.models import StandingChange
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.claims import settling
from knowledge_exchange.verification.claims.actions import CodeOutcome
from knowledge_exchange.verification.models import RollEntry
from knowledge_exchange.verification.rolls.leaving import end_of, follow_rolls
from tests.support.persons import person
from tests.verification.claiming import account, claim, code_in, enter, entry, latest, letters, member, networks_of

pytestmark = pytest.mark.usefixtures("networks")

OTHER = {"source": "fda", "first_name": "Abiola", "email": "b@fda.example", "region": "london", "category": "student"}


def on_both() -> tuple[int, int, int]:
    """A member, and their entries on the two rolls."""
    ann = account()
    first, second = entry(), entry("FD99", **OTHER)
    claim(ann)
    enter(ann, code_in(letters()[-1]))
    claim(ann, "fd 99", source="fda")
    assert enter(ann, code_in(letters()[-1])) is CodeOutcome.MEMBER
    return ann, first, second


def lose(*entries: int) -> None:
    """The rolls have these no more, since long ago."""
    with unit_of_work() as work:
        gone = {"gone_at": clock.now() - timedelta(days=60)}
        work.execute(update(RollEntry).where(RollEntry.id.in_(entries)).values(**gone))
    follow_rolls()


def test_a_second_place_is_theirs_and_changes_nothing_else() -> None:
    ann, _first, second = on_both()
    owner = db.session.scalar(select(RollEntry.member_id).where(RollEntry.id == second))
    known = member(ann)
    assert owner == ann
    assert (known.name, known.region, known.category, known.standing) == (
        "Bola O'Konedo",
        "north-west",
        "retired",
        "active",
    )
    assert "london" not in networks_of(ann)
    steps = db.session.scalars(select(StandingChange.after).where(StandingChange.member_id == ann)).all()
    assert steps == ["active"]


def test_either_roll_keeps_them_in_and_only_both_put_them_out() -> None:
    ann, first, second = on_both()
    lose(first)
    assert member(ann).standing == "active"
    assert end_of(ann) is None
    lose(second)
    assert member(ann).standing == "lapsed"


def test_an_officer_settles_a_members_second_claim_and_they_are_told() -> None:
    ann = account(standing="active")
    officer = account("Joan Officer", standing="active")
    second = entry("FD99", **OTHER)
    claim(ann, "fd99", surname="Another", source="fda")
    settling.accept_claim(latest().id, officer_id=officer, entry_id=second)
    db.session.commit()
    assert db.session.scalar(select(RollEntry.member_id).where(RollEntry.id == second)) == ann
    assert member(ann).name == "Ann Claimant"
    assert letters()[-1].recipient == "ann@account.example"


def test_a_members_page_shows_a_claim_that_waits_as_it_does_to_everybody(app: Flask) -> None:
    ann = person(app, "Ann Other")
    answer = ann.post("/verify", source="fda", number="123", surname="Other")
    assert answer.status_code == 303
    page = ann.get("/me").text
    assert "Another union’s roll" in page
    assert "a code is on its way" in page
    assert ann.get("/networks").status_code == 200
