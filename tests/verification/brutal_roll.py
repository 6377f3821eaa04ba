"""A roll over real organisations, a fifth of it broken in every way that has been met, and what is to be said of it.

``python -m tests.verification.brutal_roll AMOUNT FOLDER [ORGANISATIONS.csv]`` writes the files for a run by hand.
"""

from __future__ import annotations

import csv
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from knowledge_exchange.cli import demo_content
from knowledge_exchange.cli.demo_content.reading import organisations
from knowledge_exchange.networks.regions import REGIONS

HEADER = ("Membership No", "Last name", "Forename", "E-mail address", "Employer code", "Region", "Membership type")
DATES = ("Join date", "Paid to", "Former name(s)")
WIDTH = len(HEADER) + len(DATES)
NUMBER, SURNAME, FIRST, EMAIL, CODE, REGION, CATEGORY, JOINED, PAID, FORMER = range(WIDTH)
SURNAMES = ("O'Brien", "Muñoz", "Okonedo", "Łaski", "Smith-Jones", "van der Berg", "D’Souza", "Ní Bhriain", "Patel")
FIRST_NAMES = ("Ann", "Sinéad", "Bola", "José", "Mary Jane", "Zoë", "Li")
#: One in so many rows is broken, joins, changes, or is missing on the new roll.
BROKEN, JOINER, CHANGED, LEAVER = 5, 97, 11, 101
SEED = 20261122
_ORGANISATIONS = Path(demo_content.__file__).with_name("organisations.toml")

Cells = list[Any]
#: Takes good cells and those of the person before; returns what stands in the file, and what is to be said of it.
Break = Callable[[Cells, Cells], tuple[Cells, str]]


def _with(**cells: Any) -> Callable[[Cells], Cells]:
    return lambda row: [cells.get(f"c{at}", cell) for at, cell in enumerate(row)]


def _swapped(row: Cells, one: int, other: int) -> Cells:
    row = list(row)
    row[one], row[other] = row[other], row[one]
    return row


def _is_code_with_digit(row: Cells) -> bool:
    return any(sign.isdigit() for sign in row[CODE])


NOT_ONE = "the membership number is not one (has a spreadsheet changed it?)"
SHORT = f"the row is short: 4 columns of {WIDTH}"
LONG = f"the row is too long: {WIDTH + 2} columns, not {WIDTH}"
LETTERS = "it holds letters that can't be read (wrong encoding)"
STRAY = "a quotation mark in it never ends"
NO_DAY = "there is no date “31/02/2021”"
PLACES = "it is paid up to a day before they joined (have two columns changed places?)"
CODE_PLACES = "the organisation’s code can’t be one (have two columns changed places?)"

#: Broken in a way that any file can be, and whether the row still says its number.
ANYWHERE: tuple[tuple[bool, Break], ...] = (
    (False, lambda row, _: (_with(c0="")(row), "the membership number is missing")),
    (True, lambda row, _: (_with(c7="31/02/2021")(row), NO_DAY)),
    (False, lambda row, _: (_swapped(row, NUMBER, SURNAME), NOT_ONE)),
    (True, lambda row, _: (_swapped(row, JOINED, PAID), PLACES)),
    (False, lambda row, _: (_swapped(row, NUMBER, CODE), CODE_PLACES if _is_code_with_digit(row) else NOT_ONE)),
    (False, lambda row, _: ([*row, "more", "still more"], LONG)),
    (False, lambda row, _: (_with(c0="1.00347E+07")(row), NOT_ONE)),
    (True, lambda row, _: (_with(c5="Narnia")(row), "the region “Narnia” is not known")),
    (False, lambda row, _: (_with(c6="#N/A")(row), "a formula of the spreadsheet has failed in it (#N/A or the like)")),
    (True, lambda row, _: (_with(c3="nobody at home")(row), "the e-mail address can't be one")),
    (True, lambda row, _: (_with(c1="")(row), "the surname is missing")),
    (False, lambda row, _: (_with(c6="x" * 70_000)(row), "a cell is longer than 200 characters")),
)
#: Bytes and quotation marks that only a text file can get wrong. In cells, \x00 stands for bytes that mean nothing.
IN_TEXT: tuple[tuple[bool, Break], ...] = (
    (False, lambda row, _: (row[:4], SHORT)),
    (False, lambda row, _: (_with(c2="\x00")(row), LETTERS)),
    (False, lambda row, _: (_with(c2='"' + row[FIRST])(row), STRAY)),
)


@dataclass
class BrutalRoll:
    """Two rolls of one source, the old one whole, the new one broken; and what is to come of the new one."""

    old: list[Cells] = field(default_factory=list)
    #: Line and cells; a line may stand for more than one row of ``old``, or for none.
    new: list[tuple[int, Cells]] = field(default_factory=list)
    faults: dict[int, str] = field(default_factory=dict)
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    gone: int = 0
    #: Not found by their number, but spared for a row that may mean them.
    spared: int = 0


def make(amount: int, *, in_text: bool, codes: list[tuple[str, str]] | None = None) -> BrutalRoll:
    """A roll of so many people; ``in_text``: with what only a text file can get wrong. The same each time."""
    dice = random.Random(SEED)
    places = codes or [(one.code, REGIONS[one.region][0]) for one in organisations(_ORGANISATIONS)]
    roll = BrutalRoll()
    breaks = [*ANYWHERE, *(IN_TEXT if in_text else ())]
    line, row = 1, _person(0, dice, places)
    for number in range(1, amount + 1):
        before, row = row, _person(number, dice, places)
        line += 1
        if number % BROKEN == 0:
            line = _put_broken(roll, line, row, before, number // BROKEN, breaks)
        elif number % LEAVER == 0:
            roll.old.append(_with(c1=f"Leaver-{_in_letters(number)}", c3=f"leaver{number}@home.example")(row))
            roll.gone += 1
            line -= 1
        else:
            _put_good(roll, line, row, number)
    return roll


def _person(number: int, dice: random.Random, places: list[tuple[str, str]]) -> Cells:
    code, region = dice.choice(places)
    surname, first = dice.choice(SURNAMES), dice.choice(FIRST_NAMES)
    born = dice.choice(("", "", "", "formerly Jones", "Brown; Green"))
    address = f"p{number}@home.example"
    facts = [f"{10_000_000 + number:010}", f"{surname} {_in_letters(number)}", first, address, code, region, "Full"]
    return [*facts, date(2000 + number % 25, 1 + number % 12, 28), date(2099, 12, 31), born]


def _in_letters(number: int) -> str:
    """So that no two people have one surname."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number)).capitalize()


def _put_good(roll: BrutalRoll, line: int, row: Cells, number: int) -> None:
    if number % JOINER == 0:
        roll.added += 1
    else:
        roll.old.append(row)
    if number % JOINER and number % CHANGED == 0:
        roll.changed += 1
        row = _with(c6="Retired")(row)
    elif number % JOINER:
        roll.unchanged += 1
    roll.new.append((line, row))


def _put_broken(
    roll: BrutalRoll, line: int, row: Cells, before: Cells, turn: int, breaks: list[tuple[bool, Break]]
) -> int:
    """Returns the line of the last row that it put."""
    roll.old.append(row)
    kinds = len(breaks) + 2
    if turn % kinds == kinds - 1:  # the same person twice
        roll.new += [(line, row), (line + 1, _with(c2="Twin")(row))]
        _say_double(roll, line)
        return line + 1
    if turn % kinds == kinds - 2:  # two people, one number: the second's own is nowhere
        other = _person(turn + 5_000_000, random.Random(turn), [("R0A", "North West")])
        roll.old.append(other)
        roll.new += [(line, row), (line + 1, [row[NUMBER], *other[1:]])]
        _say_double(roll, line)
        roll.spared += 1
        return line + 1
    has_number, broken = breaks[turn % kinds]
    cells, reason = broken(row, before)
    roll.new.append((line, cells))
    roll.faults[line] = reason
    roll.spared += not has_number
    return line


def _say_double(roll: BrutalRoll, line: int) -> None:
    for mine, other in ((line, line + 1), (line + 1, line)):
        roll.faults[mine] = f"the same number also stands in line {other}"


def write_csv(path: Path, rows: list[tuple[int, Cells]] | list[Cells]) -> None:
    """Semicolons; every third line in Windows-1252, as files glued together are."""
    with path.open("wb") as file:
        file.write(";".join((*HEADER, *DATES)).encode() + b"\r\n")
        for number, row in enumerate(rows):
            cells = row[1] if isinstance(row, tuple) else row
            text = ";".join(_said(cell) for cell in cells).replace("Ł", "L") + "\r\n"
            encoding = "cp1252" if number % 3 == 0 else "utf-8"
            file.write(text.encode(encoding).replace(b"\x00", b"Jos\x81\x8d"))


def _said(cell: Any) -> str:
    if isinstance(cell, date):
        return cell.strftime("%d/%m/%Y")
    return f'"{cell}"' if ";" in cell else str(cell)


def write_xlsx(path: Path, rows: list[tuple[int, Cells]] | list[Cells]) -> None:
    """Numbers and dates as Excel has them, a sheet of notes before the roll."""
    book = openpyxl.Workbook(write_only=True)
    book.create_sheet("Notes").append(["Not the roll"])
    sheet = book.create_sheet("Roll")
    sheet.append([*HEADER, *DATES])
    for row in rows:
        sheet.append([_in_sheet(cell) for cell in (row[1] if isinstance(row, tuple) else row)])
    book.save(path)


def _in_sheet(cell: Any) -> Any:
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001
    if cell == "1.00347E+07":
        return 1.0034712345678901e19
    if isinstance(cell, str):
        return int(cell) if cell.isdecimal() else cell[:32_000].replace("Ł", "L") or None
    return cell


def real_places(path: Path) -> Iterator[tuple[str, str]]:
    """Codes and regions of the NHS's own list."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row["ods_code"], row["region"]


def main() -> None:
    """Write the old and the new roll as CSV and as a workbook, and say what is expected."""
    amount, folder = int(sys.argv[1]), Path(sys.argv[2])
    codes = list(real_places(Path(sys.argv[3]))) if len(sys.argv) > 3 else None
    for kind, write in (("csv", write_csv), ("xlsx", write_xlsx)):
        roll = make(amount, in_text=kind == "csv", codes=codes)
        write(folder / f"old.{kind}", roll.old)
        write(folder / f"new.{kind}", roll.new)
        numbers = (roll.added, roll.changed, roll.unchanged, len(roll.faults), roll.gone, roll.spared)
        print(kind, "added, changed, unchanged, unreadable, gone, spared:", *numbers)  # noqa: T201


if __name__ == "__main__":
    main()
