"""Old parts of the record are forgotten, and the chain still shows that nothing else was taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from knowledge_exchange.audit import sealing
from knowledge_exchange.audit.actions import erase_person, record
from knowledge_exchange.audit.keeping import forget_entries
from knowledge_exchange.audit.models import AuditEntry, AuditSeal
from knowledge_exchange.core import clock, crypto, key_file
from knowledge_exchange.core.db import db, unit_of_work

ANN, OLU = 1001, 1002
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def acts(amount: int, note: str) -> None:
    with unit_of_work():
        for number in range(amount):
            record("claim.opened", actor=OLU, subject=ANN, note=f"{note} {number}")


@pytest.fixture
def years(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two batches a hundred days ago, two sealed today."""
    monkeypatch.setattr(sealing, "BATCH", 2)
    with clock.held(clock.now() - 100 * DAY):
        acts(4, "old")
    with clock.held(clock.now() - 99 * DAY):
        sealing.seal_waiting()
    acts(4, "new")
    seal_now()


def seal_now() -> None:
    with clock.held(clock.now() + sealing.SETTLED_AFTER * 2):
        sealing.seal_waiting()


def notes() -> set[str]:
    found = set(db.session.scalars(select(AuditEntry.note).where(AuditEntry.action == "claim.opened")))
    db.session.rollback()
    return found


def seals() -> list[int]:
    found = list(db.session.scalars(select(AuditSeal.id).order_by(AuditSeal.id)))
    db.session.rollback()
    return found


def test_what_is_older_goes_by_whole_seals_and_nothing_is_wrong(years: None) -> None:
    forget_entries(clock.now() - 50 * DAY)
    assert notes() == {f"new {number}" for number in range(4)}
    assert len(seals()) == 4
    assert sealing.problems() == []
    forget_entries(clock.now() - 50 * DAY)
    seal_now()
    assert sealing.problems() == []
    assert db.session.scalar(select(func.count()).where(AuditEntry.action == sealing.FORGOTTEN)) == 2


def test_a_part_that_is_emptied_without_being_on_record_is_noticed(years: None) -> None:
    with unit_of_work() as work:
        work.execute(delete(AuditEntry).where(AuditEntry.seal_id == seals()[0]))
    [problem] = sealing.problems()
    assert "was changed" in problem


def test_after_a_part_was_forgotten_another_that_is_taken_out_is_noticed(years: None) -> None:
    forget_entries(clock.now() - 50 * DAY)
    with unit_of_work() as work:
        work.execute(delete(AuditEntry).where(AuditEntry.seal_id == seals()[2]))
    [problem] = sealing.problems()
    assert "was changed" in problem


def test_a_seal_of_a_forgotten_part_still_belongs_to_the_chain(years: None) -> None:
    forget_entries(clock.now() - 50 * DAY)
    with unit_of_work() as work:
        work.execute(delete(AuditSeal).where(AuditSeal.id == seals()[1]))
    [problem] = sealing.problems()
    assert "lacks a part" in problem


def test_the_record_holds_over_a_change_of_keys(app: Flask) -> None:
    def rotated() -> None:
        key_file.rotate(app.config["KE_KEY_FILE"])
        crypto.follow_now()

    for number in range(3):
        with clock.held(clock.now() + number * DAY):
            acts(1, str(number))
            seal_now()
            rotated()
    found = db.session.scalars(select(AuditSeal.generation).order_by(AuditSeal.id)).all()
    assert list(found) == [1, 2, 3]
    with clock.held(clock.now() + 4 * DAY):
        assert sealing.problems() == []
        with unit_of_work() as work:
            work.execute(update(AuditEntry).values(actor_id=None, subject_id=None))
        assert sealing.problems() == []


def test_a_seal_is_never_under_earlier_keys_than_the_one_before_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "BATCH", 1)
    acts(2, "act")
    begun = clock.now()
    with clock.held(begun + timedelta(minutes=10)):
        key_file.rotate(app.config["KE_KEY_FILE"])
        crypto.follow_now()
    with clock.held(begun + timedelta(minutes=12)):
        assert sealing.seal_batch() == 1
    # Another machine, whose clock is behind: by it the new keys have not settled.
    with clock.held(begun + timedelta(minutes=10, seconds=30)):
        assert crypto.generation() == 1
        assert sealing.seal_batch() == 1
    found = db.session.scalars(select(AuditSeal.generation).order_by(AuditSeal.id)).all()
    assert list(found) == [2, 2]
    assert sealing.problems() == []


def test_what_is_sealed_under_keys_that_had_been_replaced_is_noticed(app: Flask) -> None:
    acts(1, "one")
    key_file.rotate(app.config["KE_KEY_FILE"])
    crypto.follow_now()
    with clock.held(clock.now() + sealing.SETTLED_AFTER * 2):
        sealing.seal_waiting()
        with unit_of_work() as work:
            # Somebody who holds the old key alone adds a seal of their own.
            digest = crypto.keyed_hash_at(1, "audit seal", sealing.newest_seal())
            work.add(AuditSeal(previous=sealing.newest_seal(), digest=digest, amount=0, generation=1))
        [problem] = sealing.problems()
        assert "was changed" in problem


def test_with_an_older_copy_of_the_keys_the_record_says_so(app: Flask) -> None:
    acts(1, "one")
    key_file.rotate(app.config["KE_KEY_FILE"])
    crypto.follow_now()
    with clock.held(clock.now() + sealing.SETTLED_AFTER * 2):
        sealing.seal_waiting()
    with unit_of_work() as work:
        work.execute(update(AuditSeal).values(generation=3))
    [problem] = sealing.problems()
    assert "older copy" in problem


def test_under_keys_that_are_not_there_nothing_is_sealed_until_they_are(
    app: Flask, make_app: Callable[..., Flask]
) -> None:
    path = app.config["KE_KEY_FILE"]
    older = path.read_bytes()
    acts(1, "one")
    key_file.rotate(path)
    newest = path.read_bytes()
    crypto.follow_now()
    with clock.held(clock.now() + sealing.SETTLED_AFTER * 2):
        sealing.seal_waiting()
        acts(1, "two")
    with clock.held(clock.now() + sealing.SETTLED_AFTER * 4):
        for keys, amount in ((older, 0), (newest, 1)):
            path.write_bytes(keys)
            with make_app().app_context():
                assert sealing.seal_batch() == amount
        assert sealing.problems() == []


def test_erasing_a_person_leaves_what_they_did_to_others_and_breaks_no_seal() -> None:
    with unit_of_work():
        record("claim.opened", actor=OLU, subject=ANN)
        record("claim.made", actor=ANN, subject=ANN)
        record("member.opened", actor=ANN, subject=OLU)
        record("standing.changed", actor=None, subject=ANN)
    seal_now()
    with unit_of_work():
        erase_person(ANN)
    found = db.session.execute(select(AuditEntry.action, AuditEntry.actor_id, AuditEntry.subject_id)).all()
    assert {tuple(row) for row in found} == {
        ("claim.opened", OLU, None),
        ("claim.made", None, None),
        ("member.opened", ANN, OLU),
        ("standing.changed", None, None),
    }
    assert sealing.problems() == []
