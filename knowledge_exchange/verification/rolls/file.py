"""A roll file: its columns, and its rows one by one, good or with what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge_exchange.core.csv_files import Record
from knowledge_exchange.core.db import end_read
from knowledge_exchange.core.table_files import read_table
from knowledge_exchange.core.text_lines import UNREADABLE, UnreadableFile
from knowledge_exchange.verification.matching import (
    is_number,
    normal_number,
    number_hash,
    number_tail,
    plain_surname,
)
from knowledge_exchange.verification.rolls.headers import REQUIRED, Header, match_header
from knowledge_exchange.verification.rolls.rows import (
    NUMBER,
    READERS,
    BadCell,
    cells_by_name,
    read_number,
    read_values,
)
from knowledge_exchange.verification.rolls.sources import mapping_of

__all__ = ["REQUIRED", "Header", "RollFile", "Row", "UnreadableFile", "clues_of_entry", "open_roll"]

#: Cells that say whom a row means, also when they stand in each other's columns.
_NAMING = (NUMBER, "surname", "first_name", "email", "former_names")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: good where ``fault`` is empty. ``number_hash`` may be known of a bad one too.

    ``clues`` are whatever in a bad row may say whom it means: hashes of what could be numbers, surnames as they
    are compared, addresses. A bad row without clues may mean anybody.
    """

    line: int
    #: Bytes from the beginning of the file to its end.
    read: int
    fault: str = ""
    number_hash: str = ""
    number_tail: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    clues: frozenset[str] = frozenset()
    #: Its end is missing: in the last row of a file a sign that the file is cut.
    is_broken_off: bool = False


@dataclass(frozen=True, slots=True)
class RollFile:
    """What a file says about one source's roll. ``rows`` can be gone through once."""

    source: str
    #: Columns that are used, but for the number.
    columns: list[str]
    #: Columns that are not used, by the names that the file gives them.
    ignored: list[str]
    rows: Iterator[Row]
    #: How the columns were found; None where the rows come from no table.
    header: Header | None = None


def open_roll(path: Path, source: str, mapping: Mapping[str, str] | None = None) -> RollFile:
    """Begin to read a file, CSV or Excel. ``mapping``: our names of columns and theirs, where somebody has said so.

    What is said here beats what is remembered of the source, and that beats guessing. Raises
    :class:`UnreadableFile` when the file can't be used as a whole; of a workbook also later, from ``rows``.
    """
    remembered = mapping_of(source)
    end_read()
    cells, records = read_table(path)
    header = match_header(cells, mapping or {}, remembered)
    columns = [name for name in READERS if name in header.used]
    rows = (_read_row(source, header.names, record) for record in records)
    return RollFile(source, columns, header.ignored, rows, header)


def _read_row(source: str, header: list[str], record: Record) -> Row:
    hashed, tail = "", ""
    try:
        cells = cells_by_name(header, record.cells)
        normal = read_number(cells[NUMBER])
        hashed, tail = number_hash(source, normal), number_tail(normal)
        return Row(record.line, record.read, "", hashed, tail, read_values(cells))
    except BadCell as error:
        return Row(
            record.line,
            record.read,
            str(error),
            hashed,
            tail,
            clues=frozenset(_clues(source, header, record.cells or list(record.pieces))) - {""},
            is_broken_off=record.cells is None or len(record.cells) < len(header),
        )


def _clues(source: str, header: list[str], cells: list[str]) -> Iterator[str]:
    """In a row of the right shape, from the cells that name a person; in any other, from every cell."""
    named = dict(zip(header, cells, strict=True)) if len(cells) == len(header) else {}
    for cell in [named.get(name, "") for name in _NAMING] if named else cells:
        text = cell.strip()
        if not text or UNREADABLE in text:
            continue
        normal = normal_number(text)
        if is_number(normal) and any(letter.isdigit() for letter in normal):
            yield number_hash(source, normal)
        yield text.casefold() if "@" in text else plain_surname(text)


def clues_of_entry(number: str, surname: str, email: str) -> set[str]:
    """By which clues a bad row may mean an entry that is on record; ``number`` is its hash."""
    return {number, plain_surname(surname), email.casefold()} - {""}
