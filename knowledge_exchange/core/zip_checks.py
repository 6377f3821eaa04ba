"""Is a workbook safe to read? Asked before anything else reads it, for a zip file can unpack to anything.

A few kilobytes may hold gigabytes, or an XML part whose entities multiply, or one row of a hundred million cells.
The parts are gone through once by the XML parser itself, which keeps nothing.
"""

from __future__ import annotations

import zipfile
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from xml.parsers import expat

from knowledge_exchange.core.text_lines import UnreadableFile

MAX_PARTS = 2_000
#: All parts together. A roll of 200,000 people takes a hundred megabytes.
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
#: How many times larger than packed; asked of large files alone, for a few lines may well shrink to nothing.
MAX_RATIO = 150
RATIO_FROM_BYTES = 20 * 1024 * 1024
#: XML elements that the reader keeps until the end, and those of one row, that it keeps until the next.
MAX_ELEMENTS = 3_000_000
MAX_ROW_ELEMENTS = 100_000
MAX_TEXT_BYTES = 1024 * 1024
#: A row, or a text that cells share, is an element at this depth: <worksheet><sheetData><row>.
_ROW_DEPTH = 3
_SHEETS = "xl/worksheets/"
_CHUNK_BYTES = 256 * 1024
_TOO_MUCH = "unpacks to far more than a roll can hold. Save it as CSV, then import that."
#: What goes wrong when a zip file, or XML in it, is not what it says it is.
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError)


@dataclass(slots=True)
class _Weight:
    """What one part was found to hold, while it is parsed."""

    parser: expat.XMLParserType
    name: str
    depth: int = 0
    kept: int = 0
    in_row: int = 0
    #: Where the newest element begins, in bytes.
    at: int = 0

    def refuse(self, *_found: object) -> None:
        """Workbooks define nothing of their own; whoever does wants entities that grow."""
        raise UnreadableFile(f"{self.name} holds definitions that no workbook needs. It was not read.")

    def begin(self, _tag: str, _attributes: object) -> None:
        """An element begins."""
        self.look()
        self.at = self.parser.CurrentByteIndex
        self.depth += 1
        if self.depth <= _ROW_DEPTH:
            self.kept += 1
            self.in_row = 0
        else:
            self.in_row += 1
        if self.kept > MAX_ELEMENTS or self.in_row > MAX_ROW_ELEMENTS:
            raise UnreadableFile(f"{self.name} {_TOO_MUCH}")

    def end(self, _tag: str) -> None:
        """An element ends."""
        self.depth -= 1

    def look(self) -> None:
        """See that no text is endless."""
        if self.parser.CurrentByteIndex - self.at > MAX_TEXT_BYTES:
            raise UnreadableFile(f"{self.name} {_TOO_MUCH}")


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much a zip file may hold: parts, bytes unpacked, and times as many as packed, asked from so many bytes on."""

    parts: int
    unpacked_bytes: int
    ratio: int
    ratio_from_bytes: int


def unpacks_to_too_much(archive: zipfile.ZipFile, size: int, most: Bounds) -> bool:
    """Whether its table of contents says so, of a file of that size: asked before anything is unpacked."""
    parts = archive.infolist()
    # zipfile never unpacks more of a part than is said here.
    unpacked = sum(part.file_size for part in parts)
    is_dense = unpacked > most.ratio_from_bytes and unpacked > most.ratio * size
    return len(parts) > most.parts or unpacked > most.unpacked_bytes or is_dense


def check_zip(path: Path) -> int:
    """How many rows the longest of its sheets has, or a few more.

    Raises :class:`UnreadableFile` if the file would take too much to read, and one of BROKEN if it is damaged.
    """
    rows = 0
    with zipfile.ZipFile(path) as archive:
        most = Bounds(MAX_PARTS, MAX_UNPACKED_BYTES, MAX_RATIO, RATIO_FROM_BYTES)
        if unpacks_to_too_much(archive, path.stat().st_size, most):
            raise UnreadableFile(f"{path.name} {_TOO_MUCH}")
        for part in archive.infolist():
            with archive.open(part) as reading:
                kept = _weigh(reading, path.name)
            if part.filename.startswith(_SHEETS):
                rows = max(rows, kept)
    return rows


def _weigh(part: IO[bytes], name: str) -> int:
    """How many elements of it a reader has to keep; of what is no XML, a reader comes as far as this does."""
    parser = expat.ParserCreate()
    weight = _Weight(parser, name)
    parser.StartDoctypeDeclHandler = weight.refuse
    parser.StartElementHandler = weight.begin
    parser.EndElementHandler = weight.end
    with suppress(expat.ExpatError):
        while chunk := part.read(_CHUNK_BYTES):
            parser.Parse(chunk, False)
            weight.look()
    return weight.kept
