"""A roll file as a whole: its columns, its good rows, and a report for each bad one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from knowledge_exchange.core.csv_files import Record, UnreadableFile, open_csv
from knowledge_exchange.verification.matching import number_hash, number_tail
from knowledge_exchange.verification.roll_rows import NUMBER, READERS, BadCell, cells_by_name, read_number, read_values

REQUIRED = (NUMBER, "surname")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: good where ``fault`` is empty. ``number_hash`` may be known of a bad one too."""

    line: int
    fault: str = ""
    number_hash: str = ""
    number_tail: str = ""
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RollFile:
    """What a file says about one source's roll."""

    source: str
    rows: list[Row]
    #: Columns that were not used, by the names that the file gives them.
    ignored: list[str]

    @property
    def good(self) -> list[Row]:
        """The rows that may be applied."""
        return [row for row in self.rows if not row.fault]

    @property
    def bad(self) -> list[Row]:
        """The rows that could not be read: they change nobody."""
        return [row for row in self.rows if row.fault]

    @property
    def numbers_seen(self) -> set[str]:
        """Hashes of all numbers that the file names, in bad rows too."""
        return {row.number_hash for row in self.rows if row.number_hash}


def read_roll(path: Path, source: str, tell: Callable[[int], None] = lambda _read: None) -> RollFile:
    """Read a file; ``tell`` hears how many bytes have been read so far.

    Raises :class:`UnreadableFile` when the file as a whole can't be used.
    """
    header, records = open_csv(path)
    _check_header(header)
    rows = []
    for record in records:
        rows.append(_read_row(source, header, record))
        tell(record.read)
    ignored = [name for name in header if name and name != NUMBER and name not in READERS]
    return RollFile(source, _without_doubles(rows), ignored)


def _check_header(header: list[str]) -> None:
    missing = [name for name in REQUIRED if name not in header]
    if missing:
        names = ", ".join(missing)
        raise UnreadableFile(_("The first line must name the columns; missing: %(names)s.", names=names))
    twice = [name for name, count in Counter(header).items() if count > 1 and (name in READERS or name == NUMBER)]
    if twice:
        raise UnreadableFile(_("The first line names a column twice: %(names)s.", names=", ".join(twice)))


def _read_row(source: str, header: list[str], record: Record) -> Row:
    known = Row(record.line)
    try:
        cells = cells_by_name(header, record.cells)
        normal = read_number(cells[NUMBER])
        known = replace(known, number_hash=number_hash(source, normal), number_tail=number_tail(normal))
        return replace(known, values=read_values(cells))
    except BadCell as error:
        return replace(known, fault=str(error))


def _without_doubles(rows: list[Row]) -> list[Row]:
    """Of several rows with one number nobody can say which is right: none of them is good."""
    lines: dict[str, list[int]] = {}
    for row in rows:
        if row.number_hash:
            lines.setdefault(row.number_hash, []).append(row.line)
    return [row if row.fault else _checked(row, lines[row.number_hash]) for row in rows]


def _checked(row: Row, lines: list[int]) -> Row:
    others = [str(line) for line in lines if line != row.line]
    if not others:
        return row
    return replace(row, fault=_("the same number also stands in line %(lines)s", lines=", ".join(others)))
