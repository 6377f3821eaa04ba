"""Numbers in the wrong columns and letters in the wrong boxes: no number is repeated, nobody loses their place."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.verification.models import RollEntry, RollRow
from tests.support.persons import Person, visitor
from tests.verification.inviting import invite, token
from tests.verification.rolling import (
    ANN,
    BOLA,
    applied,
    files_kept,
    latest,
    members_on_the_roll,
    officer_of,
    read_all,
    send,
    sent_and_read,
    settle,
)

pytestmark = pytest.mark.usefixtures("in_app")

DEAD = "This link no longer works"
#: So that the brake, which is not what this is about, stays off.
OTHERS = 25


@pytest.fixture
def officer(app: Flask) -> Person:
    return officer_of(app)


def faults() -> list[str]:
    settle()
    return list(db.session.scalars(select(RollRow.fault).where(RollRow.line > 0, RollRow.fault != "")))


@pytest.mark.parametrize(
    "line",
    [
        "R0A,Smith,Ann,ann@home.example,W0012345,North West,full,,",
        "Y62,Smith,Ann,ann@home.example,R0A,W0012345,full,,",
        "B7,Smith,Ann,ann@home.example,R0A,North West,W0012345,,",
        "B7,Smith,Ann,ann@home.example,R0A,North West,full,W0012345,",
        "B7,Smith,Ann,ann@home.example,R0A,North West,full,,12345",
    ],
    ids=["organisation", "region", "category", "joined", "paid up to"],
)
def test_a_number_that_has_changed_places_makes_the_row_bad_and_is_not_repeated(officer: Person, line: str) -> None:
    page = sent_and_read(officer, line, BOLA)
    [fault] = faults()
    assert "12345" not in fault
    assert "12345" not in officer.get(page).text
    stored = db.session.execute(select(RollRow.ods_code, RollRow.region, RollRow.category)).all()
    assert "12345" not in str(stored)


def test_whose_short_number_passes_for_a_code_is_spared(app: Flask, officer: Person) -> None:
    members_on_the_roll(app, officer, OTHERS)
    others = [f"{5000 + n},Name,Pat,p{n}@home.example,R0A,Wales,full,," for n in range(1, OTHERS)]
    page = sent_and_read(officer, *others, "R0A,Name,Pat,p0@home.example,5000,Wales,full,,")
    assert faults() == []
    assert officer.post(page, do="apply").status_code == 303
    settle()
    assert db.session.scalars(select(RollEntry.id).where(RollEntry.gone_at.is_not(None))).all() == []


def test_a_file_without_a_header_shows_and_remembers_nobodys_number(officer: Person) -> None:
    page = send(officer, f"{ANN}\n{BOLA}\n".encode()).location
    assert files_kept() != []
    read_all()
    assert latest().state == "failed"
    shown = officer.get(page).text
    assert "The first line must name the columns" in shown
    assert "1001" not in shown
    assert "ann@home.example" not in shown
    assert files_kept() == []


def test_an_invitation_ends_when_the_roll_gets_another_address(app: Flask, officer: Person) -> None:
    applied(officer, ANN, BOLA)
    invite()
    link = f"/invited/{token()}"
    assert visitor(app).get(link).status_code == 200
    applied(officer, ANN.replace("ann@home", "ANN@home"), BOLA.replace("Bola,", "Bolanle,"))
    assert visitor(app).get(link).status_code == 200
    applied(officer, ANN.replace("ann@home", "ann@new"), BOLA.replace("bola@home", "bola@new"))
    assert DEAD in visitor(app).get(link).text
