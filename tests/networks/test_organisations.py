"""Importing the list of organisations."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import select

from knowledge_exchange.cli.organisations import group
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.mergers import current_code, merge
from knowledge_exchange.networks.models import Organisation
from tests.support.persons import facts_of, person

pytestmark = pytest.mark.usefixtures("in_app")

HEADER = "ods_code,name,region_code,region,postcode,opened,closed"
MANCHESTER = "R0A,MANCHESTER UNIVERSITY NHS FOUNDATION TRUST,Y62,North West,M13 9WL,2017-10-01,"
WALES = "RT4,WELSH AMBULANCE SERVICES NHS TRUST,W00,Wales,LL17 0LJ,1998-04-01,"
CLOSED = "RXX,AN OLD NHS TRUST,Y62,North West,M1 1AA,1998-04-01,2020-01-01"


def run(folder: Path, *lines: str, header: str = HEADER) -> Result:
    db.session.rollback()
    path = folder / "etr.csv"
    path.write_text("\n".join([header, *lines]), "utf-8")
    return CliRunner().invoke(group, ["import", str(path)])


def on_record() -> list[tuple[str, str, str | None]]:
    rows = select(Organisation.code, Organisation.name, Organisation.region).order_by(Organisation.code)
    return [(row.code, row.name, row.region) for row in db.session.execute(rows)]


def test_organisations_are_on_record_with_readable_names_and_regions(tmp_path: Path) -> None:
    done = run(tmp_path, MANCHESTER, WALES, CLOSED)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "2 organisations added, 0 changed, 0 unchanged, 1 closed ones left out, 0 unreadable."
    ]
    assert on_record() == [
        ("R0A", "Manchester University NHS Foundation Trust", "north-west"),
        ("RT4", "Welsh Ambulance Services NHS Trust", "wales"),
    ]


def test_the_same_again_changes_nothing_and_the_next_year_changes_what_differs(tmp_path: Path) -> None:
    run(tmp_path, MANCHESTER, WALES)
    assert "0 organisations added, 0 changed, 2 unchanged" in run(tmp_path, MANCHESTER, WALES).stdout
    merged = MANCHESTER.replace("MANCHESTER UNIVERSITY", "GREATER MANCHESTER")
    assert "0 organisations added, 1 changed, 0 unchanged" in run(tmp_path, merged).stdout
    assert [row[1] for row in on_record()] == [
        "Greater Manchester NHS Foundation Trust",
        "Welsh Ambulance Services NHS Trust",
    ]


def test_one_that_has_closed_since_stays_for_its_members(tmp_path: Path) -> None:
    run(tmp_path, MANCHESTER)
    run(tmp_path, MANCHESTER + "2026-03-31")
    assert [row[0] for row in on_record()] == ["R0A"]


def test_columns_may_stand_in_another_order_and_the_code_alone_tells_the_region(tmp_path: Path) -> None:
    done = run(tmp_path, "NORTHERN CARE,Y62,RM3", header="Name;Region Code;ODS code".replace(";", ","))
    assert done.exit_code == 0
    assert on_record() == [("RM3", "Northern Care", "north-west")]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("R0A!,NAME,,,,,", "“R0A!” is no organisation code"),
        ("R0A,,,,,,", "the name is missing"),
        ("R0A,NAME", "another number of columns"),
        ('R0A,"NAME,,,,,', "another number of columns"),
    ],
)
def test_a_bad_row_is_reported_with_its_line_and_the_rest_goes_in(tmp_path: Path, line: str, words: str) -> None:
    done = run(tmp_path, MANCHESTER, line, WALES)
    assert done.exit_code == 0
    assert done.stdout.startswith("line 3: ")
    assert words in done.stdout
    assert [row[0] for row in on_record()] == ["R0A", "RT4"]


@pytest.mark.parametrize(("header", "lines"), [("a,b", ["1,2"]), (HEADER, []), (HEADER, ["!,!,,,,,"])])
def test_a_file_with_nothing_to_import_fails_in_words(tmp_path: Path, header: str, lines: list[str]) -> None:
    done = run(tmp_path, *lines, header=header)
    assert done.exit_code == 1
    assert len(done.stderr.splitlines()) == 1


def test_a_missing_file_is_bad_usage(tmp_path: Path) -> None:
    done = CliRunner().invoke(group, ["import", str(tmp_path / "none.csv")])
    assert done.exit_code == 2


YEARLY = "ods_code,name,region,closed,successor_code,domains"


def test_the_yearly_list_renames_merges_and_says_what_somebody_should_look_at(app: Flask, tmp_path: Path) -> None:
    first = ["AAA,First,London,,,", "BBB,Second,London,,,", "CCC,Third,London,,,", "DDD,Fourth,London,,,old.example"]
    run(tmp_path, *first, header=YEARLY)
    ann = person(app, "Ann", organisation_code="AAA", region="london")
    later = [
        "AAA,First,London,2026-03-31,BBB,",
        "BBB,Second Again,London,,,@New.example; nhs.example",
        "CCC,Third,London,20260401,,",
        "EEE,Old,London,01/04/2020,BBB,",
        "FFF,Older,London,2019-01-01,,",
    ]
    done = run(tmp_path, *later, header=YEARLY)
    assert done.stdout.splitlines() == [
        "renamed: BBB Second: now Second Again",
        "merged: AAA into BBB, its members have moved",
        "merged: EEE into BBB, its members have moved",
        "closed without a successor: CCC Third",
        "not in the file: DDD Fourth",
        "1 organisations added, 3 changed, 0 unchanged, 1 closed ones left out, 0 unreadable.",
    ]
    assert facts_of(ann.id).organisation_code == "BBB"
    assert current_code("EEE") == "BBB"
    domains = select(Organisation.domains).order_by(Organisation.code)
    assert db.session.scalars(domains).all() == ["", "new.example nhs.example", "", "old.example", ""]
    again = run(tmp_path, *later, header=YEARLY)
    assert "merged:" not in again.stdout
    assert "0 organisations added, 0 changed, 4 unchanged" in again.stdout
    page = person(app, "Olu", role="officer").get("/admin/organisations").text
    assert "nobody has followed" in page
    assert "Third" in page


def test_a_closing_that_is_still_to_come_moves_nobody_yet(app: Flask, tmp_path: Path) -> None:
    run(tmp_path, "AAA,First,London,2999-01-01,BBB,", "BBB,Second,London,,,", header=YEARLY)
    ann = person(app, "Ann", organisation_code="AAA")
    run(tmp_path, "AAA,First,London,2999-01-01,BBB,", "BBB,Second,London,,,", header=YEARLY)
    assert facts_of(ann.id).organisation_code == "AAA"
    assert current_code("AAA") == "AAA"


def test_what_an_officer_knew_first_stays_though_the_list_does_not_know_it_yet(tmp_path: Path) -> None:
    lines = ["AAA,First,London,,,", "BBB,Second,London,,,"]
    run(tmp_path, *lines, header=YEARLY)
    with unit_of_work():
        merge("AAA", "BBB", actor=None)
    run(tmp_path, *lines, header=YEARLY)
    assert current_code("AAA") == "BBB"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("AAA,First,London,2020-01-01,BBB,", "its successor BBB can't be"),
        ("AAA,First,London,2020-01-01,B!,", "“B!” is no organisation code"),
        ("AAA,First,London,soon,,", "“soon” is not a date"),
        ("AAA,First,London,,,not a domain", "is no domain"),
    ],
)
def test_a_row_whose_further_columns_make_no_sense_is_reported(tmp_path: Path, line: str, words: str) -> None:
    run(tmp_path, "AAA,First,London,,,", "CCC,Third,London,,,", header=YEARLY)
    done = run(tmp_path, line, "CCC,Third,London,,,", header=YEARLY)
    assert words in done.output
    assert "line 2" in done.output


def test_of_two_rows_with_one_code_the_second_is_reported(tmp_path: Path) -> None:
    done = run(tmp_path, MANCHESTER, WALES, MANCHESTER.replace("MANCHESTER", "ANOTHER"))
    assert "line 4: R0A stands in line 2 already" in done.output
    assert "2 organisations added, 0 changed, 0 unchanged, 0 closed ones left out, 1 unreadable." in done.output
    assert ("R0A", "Manchester University NHS Foundation Trust", "north-west") in on_record()


def test_successors_that_go_in_a_circle_are_refused(tmp_path: Path) -> None:
    run(tmp_path, "AAA,First,London,,,", "BBB,Second,London,,,", header=YEARLY)
    done = run(tmp_path, "AAA,First,London,2020-01-01,BBB,", "BBB,Second,London,2020-01-01,AAA,", header=YEARLY)
    assert "line 3: its successor AAA can't be: AAA was merged into BBB itself." in done.output
    assert [current_code(code) for code in ("AAA", "BBB")] == ["BBB", "BBB"]


def test_an_excel_workbook_is_read_as_well(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (["ods_code", "name", "region"], ["R0A", "MANCHESTER UNIVERSITY NHS FOUNDATION TRUST", "North West"]):
        sheet.append(row)
    book.save(tmp_path / "list.xlsx")
    db.session.rollback()
    done = CliRunner().invoke(group, ["import", str(tmp_path / "list.xlsx")])
    assert done.exit_code == 0, done.output
    assert on_record() == [("R0A", "Manchester University NHS Foundation Trust", "north-west")]
