"""A membership number is never kept or written anywhere: only its keyed hash and its last two characters."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.cli.main import cli
from knowledge_exchange.core.db import Base, db
from knowledge_exchange.jobs.runner import run_once
from knowledge_exchange.verification.models import Claim, RollEntry
from tests.support.persons import Person, person

#: On the roll twice, with a fault, under another name, not on it at all.
NUMBERS = ("74839201", "93847562", "61728394", "58473920")
ROLL = f"""membership_number,surname,first_name,email,region
{NUMBERS[0]},Okonedo,Bola,bola@roll.example,north-west
{NUMBERS[1]},,Nobody,,
{NUMBERS[2]},Abara,Ada,ada@roll.example,london
"""


@pytest.fixture
def written(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        yield caplog


def imported(app: Flask, folder: Path) -> str:
    path = folder / "roll.csv"
    path.write_text(ROLL)
    with app.app_context():
        done = CliRunner().invoke(cli, ["roll", "import", str(path), "--source", "unison", "--allow-lapse", "100"])
    path.unlink()
    return done.output


def claims(claimant: Person, number: str, surname: str) -> None:
    answer = claimant.post("/verify", source="unison", number=number, surname=surname)
    assert answer.status_code == 303, answer.text[:300]


def test_no_number_is_anywhere_after_an_import_claims_and_searches(
    app: Flask, tmp_path: Path, data_dir: Path, written: pytest.LogCaptureFixture
) -> None:
    said = imported(app, tmp_path)
    bola = person(app, "Bola Okonedo", standing="pending")
    other = person(app, "Ody Other", standing="pending")
    officer = person(app, "Mem Officer", role="membership_officer")
    claims(bola, NUMBERS[0], "Okonedo")
    claims(other, NUMBERS[2], "Somebody Else")
    claims(other, NUMBERS[3], "Other")
    with app.app_context():
        assert db.session.scalars(select(RollEntry.number_tail).order_by(RollEntry.number_tail)).all() == ["01", "94"]
        claim_id = db.session.scalars(select(Claim.id).order_by(Claim.id.desc())).first()
        db.session.rollback()
    searched = officer.post(f"/admin/claims/{claim_id}", do="search", text=NUMBERS[0])
    assert "Okonedo" in searched.text
    run_once(app)
    assert list((data_dir / "mail").glob("*.eml"))
    for number in NUMBERS:
        assert number not in said
        assert places_with(app, number) == set()
        assert files_with(data_dir, number) == []
        assert number not in written.text
        assert all(number not in str(record.__dict__) for record in written.records)


def places_with(app: Flask, number: str) -> set[str]:
    """The columns of all tables in which it stands."""
    found = set()
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            for row in db.session.execute(select(table)).mappings():
                found |= {f"{table.name}.{name}" for name, value in row.items() if number in as_text(value)}
        db.session.remove()
    return found


def as_text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def files_with(folder: Path, number: str) -> list[str]:
    """The files in which it stands: the database's own, its log, mail."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in files if number.encode() in path.read_bytes()]


def test_the_walk_would_find_one(app: Flask, data_dir: Path, make_app: Callable[..., Flask]) -> None:
    with app.app_context():
        db.session.add(RollEntry(source="unison", number_hash=NUMBERS[0], number_tail="", surname=NUMBERS[1]))
        db.session.commit()
    assert places_with(app, NUMBERS[0]) == {"roll_entry.number_hash"}
    assert places_with(app, NUMBERS[1]) == {"roll_entry.surname"}
    (data_dir / "a-file").write_text(NUMBERS[2])
    assert files_with(data_dir, NUMBERS[2]) == ["a-file"]
