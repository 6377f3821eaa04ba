"""Two at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.claims import actions, queries
from knowledge_exchange.verification.claims.actions import CodeOutcome
from knowledge_exchange.verification.models import Claim
from tests.verification.claiming import account, claim, code_in, entry, letters

pytestmark = pytest.mark.usefixtures("networks")


def at_once(app: Flask, *acts: tuple[int, str]) -> list[CodeOutcome]:
    """Enter these codes, each in a thread of its own, all released together."""
    start = Barrier(len(acts))

    def one(who: int, code: str) -> CodeOutcome:
        with app.app_context():
            start.wait(timeout=20)
            with unit_of_work():
                return actions.enter_code(who, code)

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, *zip(*acts, strict=True)))


def test_of_two_accounts_that_prove_one_number_at_once_one_wins_and_the_other_is_queued(app: Flask) -> None:
    entry()
    both = [account("First Comer"), account("Second Comer")]
    for who in both:
        claim(who)
    acts = [(who, code_in(letter)) for who, letter in zip(both, letters(), strict=True)]
    db.session.remove()
    outcomes = at_once(app, *acts)
    assert sorted(one.value for one in outcomes) == ["member", "queued"]
    standings = db.session.scalars(select(Member.standing).order_by(Member.standing)).all()
    assert standings == ["active", "pending"]
    [row] = queries.waiting_claims()
    assert row.queue_cause == "taken"


def test_tries_that_race_are_counted_one_by_one(app: Flask) -> None:
    entry()
    ann = account()
    claim(ann)
    db.session.remove()
    outcomes = at_once(app, *((ann, f"ACDEFGH{letter}") for letter in "ACDEFGHJ"))
    assert outcomes == [CodeOutcome.WRONG] * 8
    assert db.session.scalar(select(Claim.code_tries)) == 5


def test_one_account_that_claims_twice_at_once_has_one_open_claim(app: Flask) -> None:
    ann = account()
    db.session.remove()
    start = Barrier(2)

    def one(number: str) -> None:
        with app.app_context():
            start.wait(timeout=20)
            with unit_of_work():
                actions.make_claim(ann, "unison", number, "Okonedo")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, ["1", "2"]))
    is_open = select(func.count()).select_from(Claim).where(Claim.decided_at.is_(None))
    assert db.session.scalar(is_open) == 1
