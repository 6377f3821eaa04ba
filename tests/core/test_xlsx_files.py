"""Excel workbooks: what a person reads in them, and what is refused before it does harm."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from knowledge_exchange.core.table_files import open_table, read_table
from knowledge_exchange.core.text_lines import UnreadableFile

SHEET = "xl/worksheets/sheet1.xml"


def saved(path: Path, *sheets: list[list[Any]]) -> Path:
    """A workbook with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def changed(path: Path, part: str, change: Callable[[bytes], bytes]) -> Path:
    """The same workbook with another part."""
    after = path.with_name("changed.xlsx")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(after, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return after


def rows_of(path: Path) -> list[tuple[int, list[str] | None]]:
    return [(record.line, record.cells) for record in read_table(path)[1]]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A small roll, whose name says nothing of what it is."""
    return saved(tmp_path / "roll.csv", [["Number", "Surname"], [12345, "Muñoz"], ["0012", "Łaski"]])


def test_a_workbook_is_known_by_what_it_holds_and_not_by_its_name(book: Path) -> None:
    header, records = open_table(book)
    assert header == ["number", "surname"]
    assert [(record.line, record.cells) for record in records] == [(2, ["12345", "Muñoz"]), (3, ["0012", "Łaski"])]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (12345.0, "12345"),
        (10_000_001, "10000001"),
        (1.5, "1.5"),
        (12345678901234567890.0, "1.234567890123457E+19"),
        (datetime(2019, 3, 31), "2019-03-31"),  # noqa: DTZ001
        (datetime(2019, 3, 31, 8, 30), "2019-03-31 08:30:00"),  # noqa: DTZ001
        (date(2019, 3, 31), "2019-03-31"),
        (time(8, 30), "08:30:00"),
        (True, "TRUE"),
        ("  Smith ", "Smith"),
        ("#N/A", "#N/A"),
    ],
)
def test_a_cell_is_the_text_that_a_person_reads_in_it(tmp_path: Path, value: object, text: str) -> None:
    path = saved(tmp_path / "a.xlsx", [["a", "b"], ["x", value]])
    assert rows_of(path) == [(2, ["x", text])]


def test_of_a_formula_its_last_value_counts(book: Path) -> None:
    formula = b"<f>A1*2</f><v>77</v>"
    path = changed(book, SHEET, lambda xml: xml.replace(b"<v>12345</v>", formula))
    assert rows_of(path)[0] == (2, ["77", "Muñoz"])


def test_a_title_notes_and_empty_rows_are_passed_over(tmp_path: Path) -> None:
    notes: list[list[Any]] = [["Please read"], [], ["this first"]]
    roll: list[list[Any]] = [
        ["Roll of November"],
        [],
        ["Number", "Surname", None],
        [1, "Smith"],
        [None, None],
        [2, "Brown", None, None],
    ]
    path = saved(tmp_path / "a.xlsx", notes, roll)
    assert read_table(path)[0] == ["Number", "Surname"]
    assert rows_of(path) == [(4, ["1", "Smith"]), (6, ["2", "Brown"])]


def test_a_hidden_sheet_is_not_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["Old number", "Old surname"])
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet().append(["Number", "Surname"])
    book.save(tmp_path / "a.xlsx")
    assert read_table(tmp_path / "a.xlsx")[0] == ["Number", "Surname"]


def test_cells_missing_at_the_end_of_a_row_are_empty_and_more_than_the_header_are_kept(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", [["a", "b", "c"], [1], [1, 2, 3, 4]])
    assert rows_of(path) == [(2, ["1", "", ""]), (3, ["1", "2", "3", "4"])]


def test_the_progress_grows_to_about_the_size_of_the_file(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", [["a", "b"], *([number, "x"] for number in range(3000))])
    read = [record.read for record in read_table(path)[1]]
    size = path.stat().st_size
    assert read == sorted(read)
    assert read[0] < size * 0.01
    assert size * 0.99 <= read[-1] <= size


def refused(path: Path) -> str:
    with pytest.raises(UnreadableFile) as caught:
        list(read_table(path)[1])
    return str(caught.value)


def test_old_and_locked_workbooks_are_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    assert "Save it as .xlsx without a password" in refused(path)


@pytest.mark.parametrize("kept", [4, 30, 500, 3000])
def test_a_cut_workbook_is_refused_in_words(book: Path, kept: int) -> None:
    book.write_bytes(book.read_bytes()[:kept])
    assert "is no Excel workbook, or a damaged one" in refused(book)


def test_another_zip_file_is_refused_in_words(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.txt", "not a workbook")
    assert "is no Excel workbook" in refused(tmp_path / "a.zip")


def test_a_workbook_without_a_table_is_refused_in_words(tmp_path: Path) -> None:
    assert "no sheet with a row that names its columns" in refused(saved(tmp_path / "a.xlsx", [["alone"], ["again"]]))


def with_cells(cells: bytes) -> Callable[[bytes], bytes]:
    return lambda xml: xml.replace(b"<sheetData>", b"<sheetData>" + cells)


DECLARATION = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
TEXT = b'<row><c t="inlineStr"><is><t>%s</t></is></c></row>'


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        ("xl/workbook.xml", lambda xml: xml + b" " * 30_000_000, "unpacks to far more"),
        (SHEET, with_cells(b"<row>" + b"<c/>" * 200_000 + b"</row>"), "unpacks to far more"),
        (SHEET, with_cells(TEXT % (b"A" * 3_000_000)), "unpacks to far more"),
        (SHEET, lambda xml: DECLARATION + xml, "holds definitions"),
        (SHEET, lambda xml: xml[: len(xml) // 2], "a damaged one"),
        (SHEET, lambda xml: xml.replace(b'r="A2"', b'r="A0x"'), "a damaged one"),
    ],
    ids=["far too dense", "endless row", "endless text", "entities", "cut", "senseless"],
)
def test_a_workbook_that_would_take_too_much_is_refused(
    book: Path, part: str, change: Callable[[bytes], bytes], words: str
) -> None:
    assert words in refused(changed(book, part, change))


def test_a_workbook_that_unpacks_to_too_much_in_many_parts_is_refused(
    book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_exchange.core.zip_checks.MAX_UNPACKED_BYTES", 5_000)
    assert "unpacks to far more" in refused(book)


def test_a_row_far_below_is_not_waited_for(book: Path) -> None:
    """Excel has a million rows, whatever the file says; nothing hangs."""
    path = changed(book, SHEET, lambda xml: xml.replace(b'<row r="3"', b'<row r="99999999999"'))
    assert rows_of(path) == [(2, ["12345", "Muñoz"])]
