"""Reading other people's CSV files: encodings, delimiters and broken lines as they come.

Each line is decoded for itself, UTF-8 first and then Windows-1252, because exports glued together from
several systems are mixed. A line with a quotation mark that never ends costs that line alone, not the rest
of the file.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DELIMITERS = (",", ";", "\t")
#: A quoted field may hold line breaks; a record longer than this is a quotation mark gone astray.
MAX_LINES_A_RECORD = 6
MAX_LINE_BYTES = 64 * 1024
#: What stands in for bytes that no encoding explains.
UNREADABLE = "\ufffd"


class UnreadableFile(ValueError):
    """The file as a whole can't be used; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record of the file. ``cells`` is None where its quotation marks can't be made sense of."""

    line: int
    cells: list[str] | None
    #: Bytes from the beginning of the file to the end of this record, for a progress bar.
    read: int


def header_key(text: str) -> str:
    """A column's name as it is compared: ``Membership Number`` is ``membership_number``."""
    return re.sub(r"[\s_-]+", "_", text.strip().casefold()).strip("_")


def open_csv(path: Path) -> tuple[list[str], Iterator[Record]]:
    """The columns' names (see :func:`header_key`) and the records below them.

    Raises :class:`UnreadableFile` if it is missing, empty, or no text.
    """
    lines = _lines(path)
    for _line, text, _read in lines:
        if text.strip():
            delimiter = _delimiter(text)
            header = _cells([text], delimiter)
            if header is None:
                raise UnreadableFile(f"The first line of {path.name} has a quotation mark that never ends.")
            return [header_key(cell) for cell in header], _records(lines, delimiter, len(header))
    raise UnreadableFile(f"{path.name} is empty.")


def _delimiter(header: str) -> str:
    return max(DELIMITERS, key=header.count)


def _records(lines: Iterator[tuple[int, str, int]], delimiter: str, columns: int) -> Iterator[Record]:
    held: list[tuple[int, str, int]] = []
    while True:
        while len(held) < MAX_LINES_A_RECORD and (fresh := next(lines, None)):
            held.append(fresh)
        if not held:
            return
        cells, used = _next_record([text for _line, text, _read in held], delimiter, columns)
        line, read = held[0][0], held[used - 1][2]
        del held[:used]
        if cells is None or any(cell.strip() for cell in cells):
            yield Record(line, cells, read)


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
        if cells is not None and len(cells) == columns:
            return cells, used
    return None, 1


def _cells(texts: list[str], delimiter: str) -> list[str] | None:
    try:
        rows = list(csv.reader(["\n".join(texts)], delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if rows else []


def _lines(path: Path) -> Iterator[tuple[int, str, int]]:
    """Number, text and end (in bytes) of each line."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise UnreadableFile(f"{path.name} can't be opened: {error.strerror}.") from error
    if start.startswith(b"PK\x03\x04"):
        raise UnreadableFile(f"{path.name} is a spreadsheet. Save it as CSV, then import that.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _lines_of_utf16(path)
    return _lines_of_bytes(path)


def _lines_of_utf16(path: Path) -> Iterator[tuple[int, str, int]]:
    text = path.read_bytes().decode("utf-16", "replace")
    size = path.stat().st_size
    for number, line in enumerate(text.splitlines(), 1):
        yield number, line, size


def _lines_of_bytes(path: Path) -> Iterator[tuple[int, str, int]]:
    read = 0
    with path.open("rb") as file:
        for number, raw in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES), b""), 1):
            read += len(raw)
            bare = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
            yield number, _decoded(bare.rstrip(b"\r\n")), read


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "replace")
