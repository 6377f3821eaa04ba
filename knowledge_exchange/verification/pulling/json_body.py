"""A roll as JSON, made a roll file: read as a stream, in bounded memory, and refused as a whole where it is broken."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import ijson
from flask_babel import gettext as _

from knowledge_exchange.core.csv_files import UNREADABLE
from knowledge_exchange.verification.pulling.registry import RegistryFailed
from knowledge_exchange.verification.rolls.file import REQUIRED
from knowledge_exchange.verification.rolls.rows import MAX_CELL_CHARS

#: ``{"members": [...]}``, where the list isn't the whole document.
LIST = "members"
#: More names than these are no roll.
MOST_COLUMNS = 200
#: Texts of one list that are joined to one cell, such as former names.
MOST_TEXTS = 20
#: Names beside the list that say that it goes on elsewhere.
_MORE = frozenset({"next", "next_page", "nextLink", "@odata.nextLink", "has_more", "hasMore"})
_BOM = b"\xef\xbb\xbf"

#: A piece of JSON as ijson tells it: the event, and a key or a scalar.
_Event = tuple[str, Any]


@dataclass(slots=True)
class Person:
    """One element of the list: its cells by name; None for one that holds more than a cell can."""

    cells: dict[str, str | None] = field(default_factory=dict)
    #: Whether it was an object at all.
    is_object: bool = True


def to_roll_file(json: Path, into: Path) -> None:
    """Write the members of a JSON document as a roll file (CSV). Raises :class:`RegistryFailed`.

    It is gone through twice: the names of the columns are only known at its end, and so is whether it is whole.
    """
    columns = _columns(json)
    with into.open("x", encoding="utf-8", newline="") as file:
        into.chmod(0o600)
        rows = csv.writer(file)
        rows.writerow(columns or REQUIRED)
        for person in _people(json):
            rows.writerow(_row(person, columns))


def _row(person: Person, columns: list[str]) -> list[str]:
    """What can't be said in a cell makes its row one that can't be read; nobody is changed by it."""
    if not person.is_object:
        return [UNREADABLE] * max(len(columns), len(REQUIRED))
    cells = (person.cells.get(name, "") for name in columns)
    return [UNREADABLE if cell is None else cell for cell in cells]


def _columns(json: Path) -> list[str]:
    """All names in the order in which they come, but for those that never hold anything that a cell can."""
    useful: dict[str, bool] = {}
    for person in _people(json):
        for name, cell in person.cells.items():
            useful[name] = useful.get(name, False) or cell is not None
        if len(useful) > MOST_COLUMNS:
            raise RegistryFailed(
                _("Its members have more than %(most)s different fields.", most=MOST_COLUMNS), try_again=False
            )
    return [name for name, is_useful in useful.items() if is_useful]


def _people(json: Path) -> Iterator[Person]:
    broken = RegistryFailed(_("Its JSON is broken, or ends too early: nothing of it is used."), try_again=True)
    with json.open("rb") as file:
        if file.read(len(_BOM)) != _BOM:
            file.seek(0)
        events = iter(ijson.basic_parse(file))
        try:
            _find_list(events)
            yield from _elements(events)
            _check_rest(events)
        # What ijson says would quote the document; memory ends where a number is a megabyte long.
        except (ijson.JSONError, UnicodeDecodeError, ValueError, ArithmeticError):
            raise broken from None


def _find_list(events: Iterator[_Event]) -> None:
    """Go on to the beginning of the list of members."""
    event, _value = next(events)
    if event == "start_array":
        return
    if event == "start_map":
        for key, kind, value in _pairs(events):
            if key == LIST and kind == "start_array":
                return
            _refuse_more(key, value)
            _skip(kind, events)
    raise RegistryFailed(_("Its JSON holds no list of members."), try_again=False)


def _check_rest(events: Iterator[_Event]) -> None:
    """Go on to the end of the document: whatever is wrong there makes all of it doubtful."""
    for key, kind, value in _pairs(events):
        _refuse_more(key, value)
        _skip(kind, events)
    for _event in events:
        pass


def _pairs(events: Iterator[_Event]) -> Iterator[tuple[str, str, Any]]:
    """The keys of an object with the beginnings of their values; whoever takes one goes on to the value's end."""
    for event, key in events:
        if event == "end_map":
            return
        kind, value = next(events)
        yield str(key), kind, value


def _refuse_more(key: str, value: Any) -> None:
    """A list that goes on at another address is a part of the roll, and who is in the other parts would lapse."""
    if key in _MORE and value:
        raise RegistryFailed(_("It sends its roll in several pages; all of it must come at once."), try_again=False)


def _skip(event: str, events: Iterator[_Event]) -> None:
    """Go on to the end of the value that has just begun."""
    depth = 0
    while True:
        depth += event.startswith("start_") - event.startswith("end_")
        if depth == 0:
            return
        event, _value = next(events)


def _elements(events: Iterator[_Event]) -> Iterator[Person]:
    for event, _value in events:
        if event == "end_array":
            return
        if event == "start_map":
            yield Person(_cells(events))
        else:
            _skip(event, events)
            yield Person(is_object=False)


def _cells(events: Iterator[_Event]) -> dict[str, str | None]:
    cells: dict[str, str | None] = {}
    for key, kind, value in _pairs(events):
        cell = _list_of_texts(events) if kind == "start_array" else _cell(value)
        if kind == "start_map":
            _skip(kind, events)
            cell = None
        # A name that stands there twice leaves open which is meant.
        cells[key] = None if key in cells else cell
    return cells


def _list_of_texts(events: Iterator[_Event]) -> str | None:
    """Short lists of texts are one cell, separated by semicolons; any others are none."""
    texts: list[str] = []
    is_plain = True
    for event, value in events:
        if event == "end_array":
            break
        is_plain = is_plain and event == "string" and len(texts) < MOST_TEXTS
        if is_plain:
            texts.append(_cell(value))
        _skip(event, events)
    return "; ".join(texts) if is_plain else None


def _cell(value: Any) -> str:
    """A scalar as a spreadsheet would show it, on one line."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal) and _is_exact(value):
        return str(int(value))
    return " ".join(str(value).split())


def _is_exact(value: Decimal) -> bool:
    """Whether it is a whole number with all of its digits: of 1.23457E+12 some are lost."""
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and -MAX_CELL_CHARS <= exponent <= 0 and value == value.to_integral_value()


def first_letter(path: Path) -> bytes:
    """A file's first byte that is neither space nor byte order mark; empty where there is none."""
    with path.open("rb") as file:
        return file.read(1024).removeprefix(_BOM).lstrip()[:1]
