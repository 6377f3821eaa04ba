"""While keys are being changed: claims, officers' searches and codes find what is hashed under either."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.auth import factors_codes
from knowledge_exchange.core import clock, crypto, key_file, rekeying
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.claims import queries
from knowledge_exchange.verification.claims.actions import CodeOutcome
from knowledge_exchange.verification.models import RollEntry
from knowledge_exchange.verification.rolls import applying, staging
from knowledge_exchange.verification.rolls.file import open_roll
from knowledge_exchange.verification.rolls.rekeyed import hashes_alike
from tests.verification.claiming import account, claim, code_in, enter, entry, latest, letters, member


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def rotate(app: Flask) -> None:
    key_file.rotate(app.config["KE_KEY_FILE"])
    crypto.follow_now()


@pytest.fixture
def lifted(request: pytest.FixtureRequest, app: Flask) -> Iterator[None]:
    """An entry from before a rotation that has settled; lifted already, or not yet."""
    entry()
    rotate(app)
    with clock.held(clock.now() + key_file.SETTLED_AFTER * 2):
        if request.param:
            rekeying.lift_waiting()
        yield


either = pytest.mark.parametrize("lifted", [False, True], indirect=True)


@either
def test_a_claim_finds_its_entry(lifted: None) -> None:
    ann = account()
    claim(ann)
    assert latest().queue_cause == "unused_code"
    assert enter(ann, code_in(letters()[-1])) is CodeOutcome.MEMBER
    assert member(ann).standing == "active"


@either
def test_a_code_that_was_sent_before_is_still_good(lifted: None, app: Flask) -> None:
    ann = account()
    claim(ann)
    rotate(app)
    with clock.held(clock.now() + key_file.SETTLED_AFTER * 2):
        assert enter(ann, code_in(letters()[-1])) is CodeOutcome.MEMBER


@either
def test_an_officer_finds_the_entry_by_its_number(lifted: None) -> None:
    assert [row.surname for row in queries.search_roll("unison", "40217788")] == ["O'Konedo"]
    assert list(queries.search_roll("unison", "40217789")) == []
    assert list(queries.search_roll("fda", "40217788")) == []


@either
def test_a_claim_from_before_and_one_from_after_are_shown_with_the_entry(lifted: None) -> None:
    claim(account(), surname="Somebody Else")
    stored = latest().number_hash
    assert crypto.generation_of(stored) == 2
    hashed = db.session.scalars(select(RollEntry.number_hash)).one()
    for one in (stored, crypto.keyed_hash_at(1, "roll:unison", "40217788")):
        assert [row.surname for row in queries.entry_with_number("unison", one)] == ["O'Konedo"]
        assert hashed in hashes_alike("unison", one)


@either
def test_recovery_codes_are_good_before_and_after_they_are_lifted(lifted: None, app: Flask) -> None:
    ann = account()
    with unit_of_work():
        first, second, third, *_rest = factors_codes.make(ann)
    rotate(app)

    def good(code: str) -> bool:
        with unit_of_work():
            return factors_codes.spend(ann, code)

    with clock.held(clock.now() + key_file.SETTLED_AFTER * 2):
        assert (good(first), good(first)) == (True, False)
        rekeying.lift_waiting()
        assert rekeying.waiting()["recovery_code.code_hash"] == 0
        assert (good(second), good(second), good(first)) == (True, False, False)
        assert good(third)


def test_a_claim_keeps_no_trace_of_the_first_key_once_it_is_lifted(app: Flask) -> None:
    entry()
    claim(account())
    rotate(app)
    with clock.held(clock.now() + key_file.SETTLED_AFTER * 2):
        rekeying.lift_waiting()
        found = latest()
        assert [crypto.generation_of(hashed) for hashed in (found.number_hash, found.code_hash or "")] == [2, 2]


ROLL = "membership_number,surname,email\n40217788,O'Konedo,bola@roll.example\n40217789,Abara,abara@roll.example\n"


@either
def test_a_roll_finds_its_entries(lifted: None, tmp_path: Path) -> None:
    import_id = staged(tmp_path)
    plan = applying.find_plan(import_id)
    assert (plan.added, plan.gone, plan.changed + plan.unchanged) == (1, 0, 1)
    with unit_of_work():
        applying.apply(import_id, actor=None)
    hashes = db.session.scalars(select(RollEntry.number_hash)).all()
    assert [crypto.generation_of(hashed) for hashed in hashes] == [2, 2]


def staged(folder: Path) -> int:
    path = folder / "roll.csv"
    path.write_text(ROLL)
    return staging.stage(open_roll(path, "unison"), actor=None)


def test_a_roll_that_was_staged_before_new_keys_is_not_applied_after(app: Flask, tmp_path: Path) -> None:
    entry()
    import_id = staged(tmp_path)
    rotate(app)
    with clock.held(clock.now() + key_file.SETTLED_AFTER * 2):
        with pytest.raises(applying.Outdated), unit_of_work():
            applying.apply(import_id, actor=None)
        again = staged(tmp_path)
        with unit_of_work():
            assert applying.apply(again, actor=None).gone == 0


def test_a_roll_is_not_applied_to_entries_that_somebody_else_has_lifted_meanwhile(app: Flask, tmp_path: Path) -> None:
    entry()
    import_id = staged(tmp_path)
    rotate(app)
    # Of another machine, whose clock is ahead.
    with clock.held(clock.now() + key_file.SETTLED_AFTER * 2):
        rekeying.finish(RollEntry.number_hash)
    assert crypto.generation() == 1
    with pytest.raises(applying.Outdated), unit_of_work():
        applying.apply(import_id, actor=None)
