"""Reading other people's CSV files: delimiters and broken lines as they come.

Lines and their encodings are found by :mod:`text_lines`. A line with a quotation mark that never ends costs
that line alone, not the rest of the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from knowledge_exchange.core.text_lines import UNREADABLE, Line, UnreadableFile, lines_of

__all__ = ["UNREADABLE", "Record", "UnreadableFile", "csv_table", "header_key", "open_csv"]

DELIMITERS = (",", ";", "\t", "|")
#: A quoted field may hold line breaks; a record longer than this is a quotation mark gone astray.
MAX_LINES_A_RECORD = 6
#: So many lines, blank ones aside, tell how the columns are separated.
SAMPLE_LINES = 100
#: What Excel puts before the header, and understands there, to say how the columns are separated.
_EXCEL_SAYS = re.compile(r'"?sep=(.)"?[,;]*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the file. ``cells`` is None where its quotation marks can't be made sense of."""

    line: int
    cells: list[str] | None
    #: Bytes from the beginning of the file to the end of this record, for a progress bar.
    read: int
    #: What ``cells`` would be without its quotation marks, where these make no sense.
    pieces: tuple[str, ...] = ()


def header_key(text: str) -> str:
    """A column's name as it is compared: ``Membership Number`` is ``membership_number``."""
    return re.sub(r"[\s_-]+", "_", text.strip().casefold()).strip("_")


def open_csv(path: Path) -> tuple[list[str], Iterator[Record]]:
    """The columns' names (see :func:`header_key`) and the records below them.

    Raises :class:`UnreadableFile` if it is missing, empty, or no text.
    """
    header, records = csv_table(path)
    return [header_key(cell) for cell in header], records


def csv_table(path: Path) -> tuple[list[str], Iterator[Record]]:
    """Like :func:`open_csv`, with the columns' names as they stand in the file."""
    lines = lines_of(path)
    sample = list(islice((line for line in lines if line.text.strip()), SAMPLE_LINES))
    if not sample:
        raise UnreadableFile(f"{path.name} is empty.")
    said = _EXCEL_SAYS.fullmatch(sample[0].text.strip(" "))
    body = sample[1:] if said and len(sample) > 1 else sample
    texts = [line.text for line in body]
    delimiter = said[1] if said and body is not sample else _delimiter(texts)
    found = _header(texts, delimiter)
    if found is None:
        raise UnreadableFile(f"The first line of {path.name} has a quotation mark that never ends.")
    header, used = found
    return header, _records(chain(body[used:], lines), delimiter, len(header))


def _header(texts: Sequence[str], delimiter: str) -> tuple[list[str], int] | None:
    """The columns' names and how many lines they take: Excel's may hold line breaks."""
    for used in range(1, min(len(texts), MAX_LINES_A_RECORD) + 1):
        cells = _cells(texts[:used], delimiter)
        if cells is not None:
            while len(cells) > 1 and not cells[-1].strip():
                cells.pop()
            return cells, used
        if '"' not in texts[0]:
            break
    return None


def _delimiter(texts: Sequence[str]) -> str:
    """The one that gives the most rows as many columns as the header has; of equals, the most columns.

    Counting it in the header alone would be led astray by ``Surname, first name;Number;E-mail``.
    """

    def merit(delimiter: str) -> tuple[float, int]:
        found = _header(texts, delimiter)
        if found is None or len(found[0]) == 1:
            return 0.0, 0
        header, below = found[0], texts[found[1] :]
        fitting = sum(_fits(_cells([text], delimiter), len(header)) for text in below)
        return (fitting / len(below) if below else 1.0), len(header)

    return max(DELIMITERS, key=merit)


def _fits(cells: list[str] | None, columns: int) -> bool:
    """Whether a row has so many columns; empty ones after them are no harm."""
    return cells is not None and len(cells) >= columns and not any(cell.strip() for cell in cells[columns:])


def _records(lines: Iterator[Line], delimiter: str, columns: int) -> Iterator[Record]:
    held: list[Line] = []
    while True:
        while len(held) < MAX_LINES_A_RECORD and (fresh := next(lines, None)):
            held.append(fresh)
        if not held:
            return
        cells, used = _next_record([line.text for line in held], delimiter, columns)
        first, read = held[0], held[used - 1].read
        del held[:used]
        if cells is None:
            yield Record(first.number, None, read, tuple(first.text.replace('"', "").split(delimiter)))
        elif any(cell.strip() for cell in cells):
            yield Record(first.number, cells, read)


def _next_record(texts: list[str], delimiter: str, columns: int) -> tuple[list[str] | None, int]:
    """The cells of the next record and how many lines it takes.

    Several lines make one record only if that gives all the columns: two stray quotation marks a few lines
    apart must not swallow the good rows between them.
    """
    cells = _cells(texts[:1], delimiter)
    if cells is not None or '"' not in texts[0]:
        return cells, 1
    for used in range(2, len(texts) + 1):
        cells = _cells(texts[:used], delimiter)
        if _fits(cells, columns):
            return cells, used
    return None, 1


def _cells(texts: Sequence[str], delimiter: str) -> list[str] | None:
    try:
        rows = list(csv.reader(["\n".join(texts)], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if rows else []
