"""What is stored under keys is lifted to the newest, whatever happens on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Column, LargeBinary, Table, event, func, insert, select

from knowledge_exchange.auth.factors_models import AuthenticatorApp
from knowledge_exchange.cli.losses import LOSSES
from knowledge_exchange.cli.main import cli
from knowledge_exchange.core import clock, crypto, key_file, rekeying
from knowledge_exchange.core.db import Base, db, table_of, unit_of_work
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.jobs import jobs_of
from knowledge_exchange.verification.models import Claim, RollEntry
from tests.core.killed_lifting import lifting_killed_in_a_batch

MEMBER, AMOUNT = 4711, 7
#: Columns that look as if they were under keys, or hold bytes, and aren't lifted: why.
REASONS = {
    "sign_in.token_hash": "plain SHA-256 of 256 random bits",
    "email_token.token_hash": "plain SHA-256 of 256 random bits",
    "roll_invitation.token_hash": "plain SHA-256 of 256 random bits",
    "spent_challenge.challenge_hash": "plain SHA-256 of 256 random bits, for minutes",
    "member.password_hash": "a slow hash with its own salt, not under our keys",
    "passkey.credential_id": "the device's own name of a key pair, not secret",
    "passkey.public_key": "public",
    "audit_entry.actor_key": "keeps the generation of its seal, which covers it",
    "audit_entry.subject_key": "keeps the generation of its seal, which covers it",
    "audit_seal.digest": "keeps its generation: the next seal covers it",
    "shield_tag.tag": "its shield says its generation, and networks/shield.py makes it afresh from what is sealed",
    "roll_row.number_hash": "staged for days at most, and never applied under other keys",
    "thread.external_key": "where imported words come from: no secret",
    "post.external_key": "where imported words come from: no secret",
    "voice.external_key": "where imported words come from: no secret",
}


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rekeying, "BATCH", 3)
    monkeypatch.setattr(rekeying, "PAUSE_S", 0.0)


def rotate(app: Flask) -> None:
    key_file.rotate(app.config["KE_KEY_FILE"])
    crypto.follow_now()


def settled() -> AbstractContextManager[None]:
    return clock.held(clock.now() + key_file.SETTLED_AFTER * 2)


def fill() -> None:
    """Entries, a claim without a code, and an authenticator app."""
    facts = {"surname": "", "first_name": "", "email": "", "ods_code": "", "region": "", "category": "", "warnings": 0}
    rows = [
        {
            "id": new_id(),
            "source": "unison",
            "number_hash": crypto.keyed_hash("roll:unison", str(number)),
            "number_tail": "",
            "former_names": "",
            **facts,
        }
        for number in range(AMOUNT)
    ]
    from tests.verification.claiming import account

    with unit_of_work() as work:
        work.execute(insert(table_of(RollEntry)), rows)
    member = account()
    with unit_of_work() as work:
        hashed = crypto.keyed_hash("roll:unison", "1")
        work.add(Claim(member_id=member, source="unison", number_hash=hashed, number_tail="", surname=""))
        work.add(AuthenticatorApp(member_id=member, sealed=crypto.seal(b"42")))


def generations() -> dict[int, int]:
    hashes = db.session.scalars(select(RollEntry.number_hash)).all()
    db.session.rollback()
    found = [crypto.generation_of(hashed) for hashed in hashes]
    return {number: found.count(number) for number in set(found)}


def all_columns() -> Iterator[tuple[Table, Column[Any]]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            yield table, column


def test_every_column_under_keys_is_registered_or_says_why_not() -> None:
    words = ("_hash", "_key", "sealed", "token", "digest", "secret")
    like = {
        f"{table.name}.{column.name}"
        for table, column in all_columns()
        if (column.name.endswith(words) or isinstance(column.type, LargeBinary)) and table.name != "alembic_version"
    }
    like -= {"notice_settings.digest"}  # the kind of letter
    registered = {keyed.name for keyed in rekeying.registered()}
    assert like == registered | set(REASONS)
    assert registered.isdisjoint(REASONS)


def test_a_restore_says_of_every_column_under_keys_what_is_lost() -> None:
    told = [name for names in LOSSES for name in names]
    assert sorted(told) == sorted(keyed.name for keyed in rekeying.registered())


def test_it_runs_by_itself(app: Flask) -> None:
    assert rekeying.lift_waiting in [job.run for job in jobs_of(app)]


def test_without_a_rotation_it_asks_the_database_nothing(app: Flask) -> None:
    fill()
    with settled():
        assert statements_of(rekeying.lift_waiting) == []


def statements_of(function: Callable[[], None]) -> list[str]:
    heard: list[str] = []

    def hear(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard.append(statement)

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        function()
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    return heard


def test_after_a_rotation_everything_is_lifted_once_it_has_settled(app: Flask) -> None:
    fill()
    rotate(app)
    rekeying.lift_waiting()
    assert generations() == {1: AMOUNT}
    assert rekeying.waiting()["roll_entry.number_hash"] == AMOUNT
    with settled():
        rekeying.lift_waiting()
        assert generations() == {2: AMOUNT}
        assert set(rekeying.waiting().values()) == {0}
        hashes = set(db.session.scalars(select(RollEntry.number_hash)))
        assert hashes == {crypto.keyed_hash("roll:unison", str(number)) for number in range(AMOUNT)}
        claim = db.session.scalars(select(Claim)).one()
        assert claim.number_hash == crypto.keyed_hash("roll:unison", "1")
        assert claim.code_hash is None
        sealed = db.session.scalars(select(AuthenticatorApp.sealed)).one()
        assert sealed.startswith(crypto.seal_mark(2))
        assert crypto.unseal(sealed) == b"42"
        assert rekeying.problems() == []
        assert statements_of(rekeying.lift_waiting) == [], "nobody looks again at once"


def test_two_rotations_in_quick_succession_lift_what_is_there_twice(app: Flask) -> None:
    fill()
    rotate(app)
    begun = clock.now()
    with clock.held(begun + key_file.SETTLED_AFTER / 2):
        rotate(app)
    with clock.held(begun + key_file.SETTLED_AFTER * 1.2):
        rekeying.lift_waiting()
        assert generations() == {2: AMOUNT}
        assert rekeying.waiting()["roll_entry.number_hash"] == AMOUNT
    with clock.held(begun + key_file.SETTLED_AFTER * 2):
        rekeying.lift_waiting()
        assert generations() == {3: AMOUNT}
        assert crypto.unseal(db.session.scalars(select(AuthenticatorApp.sealed)).one()) == b"42"


def test_what_is_under_three_generations_is_lifted_to_one(app: Flask) -> None:
    fill()
    for _ in range(2):
        rotate(app)
        with settled(), unit_of_work() as work:
            some = work.scalars(select(RollEntry).order_by(RollEntry.id).limit(2)).all()
            for entry in some:
                entry.number_hash = crypto.lift(entry.number_hash)
    with unit_of_work() as work:
        last = work.scalars(select(RollEntry).order_by(RollEntry.id.desc()).limit(1)).one()
        last.number_hash = crypto.lift(last.number_hash, 2)
    assert generations() == {1: AMOUNT - 3, 2: 1, 3: 2}
    with settled():
        rekeying.lift_waiting()
        assert generations() == {3: AMOUNT}


def test_a_process_that_dies_in_the_middle_leaves_rows_that_the_next_lifts(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill()
    rotate(app)

    def die(_seconds: float) -> None:
        raise SystemExit

    monkeypatch.setattr("knowledge_exchange.core.rekeying.time.sleep", die)
    with settled():
        with pytest.raises(SystemExit):
            rekeying.lift_waiting()
        assert generations() == {1: AMOUNT - 3, 2: 3}
        monkeypatch.undo()
        rekeying.lift_waiting()
        assert generations() == {2: AMOUNT}


def test_a_process_that_is_killed_within_a_batch_leaves_whole_batches_and_the_next_goes_on(
    app: Flask, settings: dict[str, Any], tmp_path: Path
) -> None:
    fill()
    with clock.held(clock.now() - key_file.SETTLED_AFTER * 2):
        rotate(app)
    lifting_killed_in_a_batch(settings, tmp_path)
    assert generations() == {1: AMOUNT - 3, 2: 3}
    rekeying.lift_waiting()
    assert generations() == {2: AMOUNT}
    hashes = set(db.session.scalars(select(RollEntry.number_hash)))
    assert hashes == {crypto.keyed_hash("roll:unison", str(number)) for number in range(AMOUNT)}


def test_two_workers_at_once_lift_every_row_once(app: Flask, make_app: Callable[..., Flask]) -> None:
    fill()
    other = make_app()
    rotate(app)
    together = Barrier(2)
    failed: list[BaseException] = []

    def work(place: Flask) -> None:
        try:
            with place.app_context():
                crypto.follow_now()
                together.wait(timeout=30)
                rekeying.lift_waiting()
                rekeying.finish(RollEntry.number_hash)
        except BaseException as error:
            failed.append(error)

    with settled():
        threads = [Thread(target=work, args=(place,)) for place in (app, other)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert failed == []
        assert generations() == {2: AMOUNT}
        hashes = set(db.session.scalars(select(RollEntry.number_hash)))
        assert hashes == {crypto.keyed_hash("roll:unison", str(number)) for number in range(AMOUNT)}


def test_a_value_that_cannot_be_lifted_stops_no_other_and_is_told_of_next_day(app: Flask) -> None:
    fill()
    with unit_of_work() as work:
        one = work.scalars(select(AuthenticatorApp)).one()
        for sealed in (b"of another key file altogether", crypto.seal(b"43")):
            work.add(AuthenticatorApp(member_id=one.member_id, sealed=sealed))
    rotate(app)
    with settled():
        rekeying.lift_waiting()
        assert rekeying.waiting()["totp.sealed"] == 1
        assert rekeying.problems() == []
    with clock.held(clock.now() + timedelta(days=2)):
        [problem] = rekeying.problems()
        assert problem.startswith("1 values are still under earlier keys")


def test_a_number_that_stands_twice_under_two_generations_stops_no_other(app: Flask) -> None:
    fill()
    rotate(app)
    with settled():
        with unit_of_work() as work:
            first = work.scalars(select(RollEntry).order_by(RollEntry.id)).first()
            assert first is not None
            twin = {name: getattr(first, name) for name in ("source", "number_tail", "surname", "email")}
            work.add(RollEntry(**twin, number_hash=crypto.lift(first.number_hash)))
        rekeying.lift_waiting()
        assert generations() == {1: 1, 2: AMOUNT}


def test_an_older_copy_of_the_key_file_is_told_of(app: Flask, make_app: Callable[..., Flask]) -> None:
    fill()
    path = app.config["KE_KEY_FILE"]
    older = path.read_bytes()
    rotate(app)
    with settled():
        rekeying.lift_waiting()
    path.write_bytes(older)
    with make_app().app_context():
        [problem] = rekeying.problems()
        assert "older copy" in problem
        assert "roll_entry.number_hash" in problem
        assert "totp.sealed" in problem
        rekeying.lift_waiting()
        assert db.session.scalar(select(func.count()).select_from(RollEntry)) == AMOUNT


def test_the_command_says_how_far_it_is(app: Flask) -> None:
    fill()

    def status() -> str:
        done = CliRunner().invoke(cli, ["keys", "status"])
        assert done.exit_code == 0, done.output
        return done.output

    assert "Hashing keys: 1" in status()
    assert "Nothing is stored under earlier keys" in status()
    rotate(app)
    assert "too young to be used" in status()
    assert f"roll_entry.number_hash: {AMOUNT} under earlier keys" in status()
    with settled():
        rekeying.lift_waiting()
        said = status()
    assert "Hashing keys: 2; written with: the second." in said
    assert "Nothing is stored under earlier keys" in said
