"""Reading a roll file: what is understood, and what is said of the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from knowledge_exchange.core.csv_files import UnreadableFile
from knowledge_exchange.verification.rolls.file import Row, open_roll

pytestmark = pytest.mark.usefixtures("in_app")

GOOD = "0012345678,O'Brien,Sinéad,s.obrien@home.example,R0A,North West,Full,2019-03-31,31/12/2027"
RollFileOf = Callable[..., Path]


@dataclass
class Read:
    """A whole file that has been gone through."""

    ignored: list[str]
    rows: list[Row]

    @property
    def good(self) -> list[Row]:
        return [row for row in self.rows if not row.fault]

    @property
    def bad(self) -> list[Row]:
        return [row for row in self.rows if row.fault]


def read_roll(path: Path, source: str) -> Read:
    roll = open_roll(path, source)
    return Read(roll.ignored, list(roll.rows))


def faults(roll: Read) -> list[tuple[int, str]]:
    return [(row.line, row.fault) for row in roll.bad]


def test_a_good_row_is_read_whole(roll_file: RollFileOf) -> None:
    roll = read_roll(roll_file(GOOD), "unison")
    assert faults(roll) == []
    [row] = roll.good
    assert row.number_tail == "78"
    assert row.values == {
        "surname": "O'Brien",
        "first_name": "Sinéad",
        "email": "s.obrien@home.example",
        "ods_code": "R0A",
        "region": "north-west",
        "category": "full",
        "joined": date(2019, 3, 31),
        "paid_up_to": date(2027, 12, 31),
    }


def test_the_number_itself_is_nowhere_in_what_was_read(roll_file: RollFileOf) -> None:
    assert "12345678" not in repr(read_roll(roll_file(GOOD), "unison"))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (",Smith,,,,,,,", "the membership number is missing"),
        ("0000,Smith,,,,,,,", "the membership number is missing"),
        ("1.2E+07,Smith,,,,,,,", "is not one"),
        ("Smith,1234567,,,,,,,", "is not one"),
        ("1234567,,,,,,,,", "the surname is missing"),
        ("1234567,7654321,,,,,,,", "the surname has no letters"),
        ("1234567,Smith,,no address,,,,,", "the e-mail address can't be one"),
        ("1234567,Smith,,a@b@c.example,,,,,", "the e-mail address can't be one"),
        ("1234567,Smith,,,,Narnia,,,", "the region “Narnia” is not known"),
        ("1234567,Smith,,,,,,31/02/2020,", "there is no date “31/02/2020”"),
        ("1234567,Smith,,,,,,2020-13-01,", "there is no date “2020-13-01”"),
        ("1234567,Smith,,,,,,yesterday,", "“yesterday” is not a date"),
        ("1234567,Smith,,,,,,,31/12/0206", "the year of “31/12/0206” can't be right"),
        ("2019-03-31,Smith,,,,,,,", "is not one"),
        ("1234567,RM3,,,SMITH,,,,", "the surname can’t be one"),
        ("1234567,a@home.example,,,,,,,", "the surname can’t be one"),
        ("RM3,Smith,,,1234567,,,,", "the organisation’s code can’t be one"),
        ("1234567,Smith,,,,,,31/12/2027,31/03/2019", "paid up to a day before they joined"),
        ("1234567,Smith,#REF!,,,,,,", "a formula of the spreadsheet has failed"),
        ("1234567,Smith,A\0n,,,,,,", "letters that can't be read"),
        ("1234567,Smith", "the row is short: 2 columns of 9"),
        ("1234567,Smith,,,,,,,,,x", "the row is too long: 11 columns, not 9"),
        ('1234567,"Smith,,,,,,,', "a quotation mark in it never ends"),
        (f"1234567,{'S' * 201},,,,,,,", "longer than 200"),
    ],
)
def test_each_kind_of_bad_row_is_reported_with_line_and_reason(roll_file: RollFileOf, line: str, words: str) -> None:
    roll = read_roll(roll_file(GOOD, line, "7654321,Last,,,,,,,"), "unison")
    [(number, fault)] = faults(roll)
    assert number == 3
    assert words in fault
    assert [row.line for row in roll.good] == [2, 4]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_delimiter_and_encoding_are_found_out(roll_file: RollFileOf, delimiter: str, encoding: str) -> None:
    header = delimiter.join(["Surname", "MEMBERSHIP NUMBER", "Paid-up to"])
    line = delimiter.join(["Muñoz", "1234567", "31/12/2027"])
    [row] = read_roll(roll_file(line, header=header, encoding=encoding), "unison").good
    assert row.values == {"surname": "Muñoz", "paid_up_to": date(2027, 12, 31)}


def test_lines_of_two_encodings_in_one_file_are_each_understood(tmp_path: Path) -> None:
    path = tmp_path / "mixed.csv"
    path.write_bytes(b"membership_number,surname\n1,Mu\xc3\xb1oz\n2,Mu\xf1oz\n3,Mu\x81\x8doz\n")
    roll = read_roll(path, "unison")
    assert [row.values["surname"] for row in roll.good] == ["Muñoz", "Muñoz"]
    assert faults(roll) == [(4, "it holds letters that can't be read (wrong encoding)")]


def test_a_line_break_inside_quotes_is_no_fault(roll_file: RollFileOf) -> None:
    line = '1234567,Smith,"Ann\nMarie",,,,,,'
    [row] = read_roll(roll_file(line), "unison").good
    assert row.values["first_name"] == "Ann Marie"


def test_two_stray_quotation_marks_do_not_swallow_the_rows_between(roll_file: RollFileOf) -> None:
    lines = ['1,"Smith,,,,,,,', "2,Good,,,,,,,", '3,"Jones,,,,,,,', "4,Fine,,,,,,,"]
    roll = read_roll(roll_file(*lines), "unison")
    assert [row.values["surname"] for row in roll.good] == ["Good", "Fine"]
    assert [line for line, _fault in faults(roll)] == [2, 4]


def test_blank_lines_and_empty_columns_at_the_end_are_no_rows(roll_file: RollFileOf) -> None:
    roll = read_roll(roll_file("", ",,,,,,,,", GOOD + ",,,"), "unison")
    assert (len(roll.good), roll.bad) == (1, [])


def test_columns_that_nobody_knows_are_named_and_left_alone(roll_file: RollFileOf) -> None:
    roll = read_roll(roll_file("1,Smith,blue", header="membership_number,surname,Favourite Colour"), "unison")
    assert roll.ignored == ["favourite_colour"]
    assert len(roll.good) == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n\n", "is empty"),
        (b"surname,email\nSmith,a@b.example\n", "missing: membership_number"),
        (b"surname,surname,membership_number\n", "twice: surname"),
        (b"PK\x03\x04rest", "no Excel workbook, or a damaged one"),
        (b'"surname,membership_number\n', "quotation mark"),
    ],
)
def test_a_file_that_is_no_roll_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "roll.csv"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=words):
        read_roll(path, "unison")


def test_the_header_never_repeats_what_may_be_somebodys_data(tmp_path: Path) -> None:
    path = tmp_path / "roll.csv"
    path.write_text("40217788,Okonedo\n", "utf-8")
    with pytest.raises(UnreadableFile) as caught:
        read_roll(path, "unison")
    assert "Okonedo" not in str(caught.value)


def test_the_progress_ends_at_the_size_of_the_file(roll_file: RollFileOf) -> None:
    path = roll_file(GOOD, "7,Other,,,,,,,")
    told = [row.read for row in read_roll(path, "unison").rows]
    assert told == sorted(told)
    assert told[-1] == path.stat().st_size
