"""``roll import``: what it writes, what it says, how it ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import event, func, select, text

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.cli.roll import group
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.models import RollEntry, RollImport, RollRow

pytestmark = pytest.mark.usefixtures("in_app")

FileOf = Callable[..., Path]
Rows = Callable[[], list[tuple[str, ...]]]
SMITH = "0012345678,Smith,Ann,ann@home.example,R0A,North West,Full,2019-03-31,31/12/2027"
OKONEDO = "0040217788,Okonedo,Bola,b@home.example,RM3,london,retired,,"
AS_STORED = ("Smith", "Ann", "ann@home.example", "R0A", "north-west", "full", "78")


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(group, ["import", *(str(word) for word in words)])


def test_good_rows_are_on_record_and_the_last_line_sums_up(roll_file: FileOf, on_record: Rows) -> None:
    done = run(roll_file(SMITH, OKONEDO), "--source", "UNISON")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines()[-1] == (
        "unison: 2 added, 0 changed, 0 unchanged, 0 unreadable (nobody changed by them), "
        "0 gone from the roll, 0 back on it; 0 of 0 active members are to lapse."
    )
    assert on_record() == [("Okonedo", "Bola", "b@home.example", "RM3", "london", "retired", "88"), AS_STORED]


def test_numbers_are_nowhere_in_the_database(roll_file: FileOf) -> None:
    run(roll_file(SMITH), "--source", "unison")
    entry = db.session.scalars(select(RollEntry)).one()
    assert "12345678" not in repr({name: getattr(entry, name) for name in RollEntry.__table__.columns.keys()})  # noqa: SIM118


def test_the_same_file_again_changes_nothing(roll_file: FileOf) -> None:
    run(roll_file(SMITH, OKONEDO), "--source", "unison")
    before = db.session.scalars(select(RollEntry.id).order_by(RollEntry.id)).all()
    done = run(roll_file(SMITH, OKONEDO), "--source", "unison")
    assert "0 added, 0 changed, 2 unchanged" in done.stdout
    assert db.session.scalars(select(RollEntry.id).order_by(RollEntry.id)).all() == before


def test_a_changed_row_is_changed_and_who_is_missing_is_gone(roll_file: FileOf, on_record: Rows) -> None:
    run(roll_file(SMITH, OKONEDO), "--source", "unison")
    done = run(roll_file(SMITH.replace("North West", "Scotland")), "--source", "unison")
    assert "0 added, 1 changed, 0 unchanged" in done.stdout
    assert "1 gone from the roll" in done.stdout
    assert [row[4] for row in on_record()] == ["london", "scotland"]


def test_bad_rows_are_listed_and_change_nobody(roll_file: FileOf, on_record: Rows) -> None:
    run(roll_file(SMITH), "--source", "unison")
    bad = SMITH.replace("North West", "Narnia").replace("Smith", "Smythe")
    done = run(roll_file(bad, OKONEDO, "7,,,,,,,,"), "--source", "unison")
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[:2] == ["line 2: the region “Narnia” is not known", "line 4: the surname is missing"]
    assert "1 added, 0 changed, 0 unchanged, 2 unreadable" in lines[-1]
    assert "0 gone from the roll" in lines[-1]
    assert AS_STORED in on_record()


def test_a_dry_run_says_what_would_happen_and_writes_nothing(roll_file: FileOf, on_record: Rows) -> None:
    done = run(roll_file(SMITH, "7,,,,,,,,"), "--source", "unison", "--dry-run")
    assert done.exit_code == 0
    assert "line 3: the surname is missing" in done.stdout
    assert "unison, dry run: 1 would be added, 0 would be changed" in done.stdout
    assert on_record() == []
    assert db.session.scalar(select(func.count()).select_from(RollImport)) == 0
    assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == 0


def test_columns_that_the_file_lacks_are_left_as_they_are(roll_file: FileOf, on_record: Rows) -> None:
    run(roll_file(SMITH), "--source", "unison")
    run(roll_file("12345678,Smith-Jones", header="Membership Number;Surname".replace(";", ",")), "--source", "unison")
    assert on_record() == [("Smith-Jones", *AS_STORED[1:])]


def test_two_sources_keep_their_own_entries_for_one_number(roll_file: FileOf, on_record: Rows) -> None:
    run(roll_file(SMITH), "--source", "unison")
    done = run(roll_file(SMITH), "--source", "fda")
    assert "1 added" in done.stdout
    assert on_record() == [AS_STORED, AS_STORED]


def test_an_import_is_a_dated_row_and_an_audit_entry(roll_file: FileOf) -> None:
    run(roll_file(SMITH, "7,,,,,,,,"), "--source", "unison")
    row = db.session.scalars(select(RollImport)).one()
    assert (row.source, row.added, row.changed, row.unreadable, row.actor_id) == ("unison", 1, 0, 1, None)
    assert db.session.scalar(select(func.count()).select_from(RollRow)) == 0
    [entry] = db.session.scalars(select(AuditEntry)).all()
    assert (entry.action, entry.note) == ("roll.imported", "unison: 1 added, 0 changed, 0 gone, 0 back, 1 unreadable")


def test_when_no_row_can_be_read_the_work_has_failed(roll_file: FileOf) -> None:
    done = run(roll_file("7,,,,,,,,"), "--source", "unison")
    assert done.exit_code == 1
    assert "nothing was imported" in done.stderr


def test_a_roll_that_is_really_empty_is_applied_when_somebody_confirms_it(roll_file: FileOf) -> None:
    assert run(roll_file(SMITH), "--source", "unison").exit_code == 0
    assert run(roll_file(), "--source", "unison").exit_code == 1
    done = run(roll_file(), "--source", "unison", "--allow-lapse", "100")
    assert done.exit_code == 0, done.output
    assert "1 gone from the roll" in done.stdout
    note = db.session.scalars(select(AuditEntry.note).order_by(AuditEntry.id.desc())).first()
    numbers = "unison: 0 added, 0 changed, 1 gone, 0 back, 0 unreadable"
    assert note == f"{numbers}; confirmed: up to 100 % of the members may lapse"


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n\x00\x00", b"PK\x03\x04", b"a,b\n1,2\n"])
def test_a_file_that_is_no_roll_fails_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "roll.csv"
    path.write_bytes(content)
    done = run(path, "--source", "unison")
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    "words",
    [
        ("--source", "no such name!"),
        (),
        ("--source", "unison", "--allow-lapse", "101"),
        ("--source", "unison", "--allow-lapse", "-1"),
        ("--source", "unison", "--allow-lapse", "many"),
    ],
)
def test_bad_usage_ends_with_two(roll_file: FileOf, words: tuple[str, ...]) -> None:
    assert run(roll_file(SMITH), *words).exit_code == 2


def test_a_missing_file_is_bad_usage(tmp_path: Path) -> None:
    assert run(tmp_path / "none.csv", "--source", "unison").exit_code == 2


def test_a_percentage_for_lapses_is_accepted(roll_file: FileOf) -> None:
    assert run(roll_file(SMITH), "--source", "unison", "--allow-lapse", "2.5").exit_code == 0


def test_a_failure_half_way_leaves_the_old_roll(roll_file: FileOf, on_record: Rows) -> None:
    run(roll_file(SMITH), "--source", "unison")

    def fall(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("UPDATE roll_entry"):
            raise RuntimeError("the power failed")

    event.listen(db.engine, "before_cursor_execute", fall)
    try:
        done = run(roll_file(SMITH.replace("Ann", "Anna"), OKONEDO), "--source", "unison")
    finally:
        event.remove(db.engine, "before_cursor_execute", fall)
    assert isinstance(done.exception, RuntimeError)
    assert on_record() == [AS_STORED]


def test_the_number_of_statements_does_not_grow_with_each_row(roll_file: FileOf, app: Flask) -> None:
    sent: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda _c, _cursor, statement, *_rest: sent.append(statement))
    run(roll_file(*(f"{n},Name,,,,,,," for n in range(100, 1100))), "--source", "unison")
    assert len([statement for statement in sent if "roll_entry" in statement]) <= 20


@pytest.mark.slow
def test_fifty_thousand_rows_are_in_within_a_minute(roll_file: FileOf) -> None:
    regions = ("North West", "London", "Y60", "Wales", "")
    path = roll_file(
        *(
            f"{n + 10_000_000:010},Name-{n % 997},Pat,p{n}@home.example,R0A,{regions[n % 5]},full,31/03/2019,2027-12-31"
            if n % 5
            else f",Name-{n},,,,,,,"
            for n in range(50_000)
        )
    )
    began = time.monotonic()
    done = run(path, "--source", "unison")
    took = time.monotonic() - began
    assert "40,000 added, 0 changed, 0 unchanged, 10,000 unreadable" in done.stdout
    assert db.session.scalar(select(func.count()).select_from(RollEntry)) == 40_000
    assert took < 60


def test_a_database_that_was_never_migrated_fails_in_words(roll_file: FileOf) -> None:
    with unit_of_work() as work:
        work.execute(text("ALTER TABLE roll_entry RENAME TO elsewhere"))
    try:
        done = run(roll_file(SMITH), "--source", "unison")
    finally:
        with unit_of_work() as work:
            work.execute(text("ALTER TABLE elsewhere RENAME TO roll_entry"))
    assert done.exit_code == 1
    assert "knowledge-exchange migrate" in done.stderr
