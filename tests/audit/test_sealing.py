"""The record of acts is sealed in a chain: whatever is changed in it afterwards is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from knowledge_exchange.audit import sealing
from knowledge_exchange.audit.actions import record
from knowledge_exchange.audit.models import AuditEntry, AuditSeal
from knowledge_exchange.auth import erasing
from knowledge_exchange.core import clock, ids
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import time_of
from tests.auth.door import make_member

ANN, OLU = 1001, 1002


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def acts(amount: int) -> None:
    with unit_of_work():
        for number in range(amount):
            record("claim.opened", actor=OLU, subject=ANN, note=f"number {number}")


def seal_later(times: int = 1) -> None:
    # Ids never go back, so what is done after time was held in the future counts as done there.
    with clock.held(clock.now() + sealing.SETTLED_AFTER * 2 * times):
        sealing.seal_waiting()


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three batches."""
    monkeypatch.setattr(sealing, "BATCH", 2)
    acts(5)
    seal_later()


def test_what_has_settled_is_sealed_in_a_chain_and_nothing_is_wrong(sealed: None) -> None:
    seals = db.session.execute(
        select(AuditSeal.previous, AuditSeal.digest, AuditSeal.amount).order_by(AuditSeal.id)
    ).all()
    assert [seal.amount for seal in seals] == [2, 2, 1]
    assert [seal.previous for seal in seals] == ["", seals[0].digest, seals[1].digest]
    assert sealing.newest_seal() == seals[2].digest
    assert db.session.scalars(select(AuditEntry.id).where(AuditEntry.seal_id.is_(None))).all() == []
    assert sealing.problems() == []


def test_what_is_too_young_waits_for_an_older_neighbour(app: Flask) -> None:
    acts(1)
    sealing.seal_waiting()
    assert sealing.newest_seal() == ""
    assert sealing.problems() == []


@pytest.mark.parametrize(
    "changed",
    [{"note": "number 3!"}, {"actor_id": ANN}, {"subject_id": None, "subject_key": None}, {"action": "claim.accepted"}],
)
def test_a_change_to_any_part_of_an_entry_is_noticed(sealed: None, changed: dict[str, object]) -> None:
    with unit_of_work() as work:
        work.execute(update(AuditEntry).where(AuditEntry.note == "number 3").values(**changed))
    [problem] = sealing.problems()
    assert "was changed" in problem


@pytest.mark.parametrize("column", ["subject_id", "actor_id"])
def test_somebody_who_is_unnamed_though_they_have_an_account_is_noticed(app: Flask, column: str) -> None:
    ann = make_member(app)
    with unit_of_work():
        record("claim.opened", actor=ann if column == "actor_id" else OLU, subject=ann if column != "actor_id" else OLU)
    seal_later()
    assert sealing.problems() == []
    with unit_of_work() as work:
        work.execute(update(AuditEntry).where(AuditEntry.action == "claim.opened").values({column: None}))
    [problem] = sealing.problems()
    assert "does not name 1 people" in problem


def test_somebody_who_was_erased_is_not_missed(app: Flask) -> None:
    ann = make_member(app)
    with unit_of_work():
        record("claim.opened", actor=OLU, subject=ann)
        record("email.changed", actor=ann, subject=ann)
    seal_later()
    with unit_of_work():
        erasing.erase(ann)
    assert db.session.scalar(select(AuditEntry.subject_id).where(AuditEntry.action == "claim.opened")) is None
    assert sealing.problems() == []


def test_an_entry_that_is_taken_out_is_noticed(sealed: None) -> None:
    with unit_of_work() as work:
        work.execute(delete(AuditEntry).where(AuditEntry.note == "number 0"))
    [problem] = sealing.problems()
    assert "was changed" in problem


def test_a_batch_that_is_taken_out_with_its_seal_is_noticed(sealed: None) -> None:
    middle = db.session.scalars(select(AuditSeal.id).order_by(AuditSeal.id)).all()[1]
    with unit_of_work() as work:
        work.execute(delete(AuditEntry).where(AuditEntry.seal_id == middle))
        work.execute(delete(AuditSeal).where(AuditSeal.id == middle))
    [problem] = sealing.problems()
    assert "lacks a part" in problem


def test_the_seals_hold_when_the_ids_of_persons_have_been_erased(sealed: None) -> None:
    with unit_of_work() as work:
        work.execute(update(AuditEntry).values(actor_id=None, subject_id=None))
    assert sealing.problems() == []


def test_the_chain_goes_on_where_it_ended(sealed: None) -> None:
    before = sealing.newest_seal()
    acts(1)
    seal_later(times=3)
    newest = db.session.execute(select(AuditSeal.previous).order_by(AuditSeal.id.desc()).limit(1)).scalar_one()
    assert newest == before
    assert sealing.problems() == []


def test_entries_that_nobody_seals_are_noticed(app: Flask) -> None:
    acts(2)
    with clock.held(clock.now() + sealing.OVERDUE_AFTER + timedelta(hours=1)):
        [problem] = sealing.problems()
    assert problem.startswith("2 entries")


def test_an_entry_tells_the_five_minutes_of_an_act_and_what_came_first() -> None:
    five = clock.rounded(clock.now()) + timedelta(hours=1)
    for seconds in (11, 140, 299):
        with clock.held(five + timedelta(seconds=seconds)):
            acts(1)
    rows = db.session.execute(select(AuditEntry.id, AuditEntry.at).order_by(AuditEntry.id)).all()
    assert {at for _id, at in rows} == {five}
    assert all(five <= time_of(id_) < five + clock.ROUNDED_TO for id_, _at in rows)
    assert len(rows) == 3


def test_nothing_is_sealed_while_its_five_minutes_may_still_get_an_older_neighbour() -> None:
    five = clock.rounded(clock.now()) + timedelta(hours=1)
    with clock.held(five):
        acts(1)
    # The last moment at which another process may write into these five minutes: begun at their end, slow to commit.
    with clock.held(five + clock.ROUNDED_TO + timedelta(minutes=1, seconds=59)):
        assert sealing.seal_batch() == 0
        with unit_of_work() as work:
            work.add(AuditEntry(id=ids.floor_id(five) + 1, at=five, action="claim.opened", note="of another process"))
    with clock.held(five + clock.ROUNDED_TO + sealing.SETTLED_AFTER):
        assert sealing.seal_batch() == 2
    assert sealing.problems() == []
