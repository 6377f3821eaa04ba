"""The lines of a text file, whatever wrote it: encodings and line ends as they come, never the whole file at once.

A file of one byte a letter is decoded line by line, UTF-8 first and then Windows-1252, because exports glued
together from several systems are mixed.
"""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

#: What stands in for bytes that no encoding explains.
UNREADABLE = "\ufffd"
#: Of a longer line the rest is dropped: no honest row is so long, and a file of one line must not fill the memory.
MAX_LINE_CHARS = 64 * 1024
_CHUNK_BYTES = 64 * 1024
#: So much of the beginning tells how the file is written.
_HEAD_BYTES = 4 * 1024
#: The longer mark comes first: the shorter one begins it.
_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: UTF-16 without a mark: of English text nearly every second byte is zero, and of the others hardly one.
_MANY_ZEROS, _FEW_ZEROS = 0.6, 0.1


class UnreadableFile(ValueError):
    """The file as a whole can't be used; the message says what to do."""


class Line(NamedTuple):
    """A line without its end. ``read``: bytes from the beginning of the file to its end, or a little more."""

    number: int
    text: str
    read: int


def beginning(path: Path, size: int = _HEAD_BYTES) -> bytes:
    """The first bytes of a file. Raises :class:`UnreadableFile` if it can't be opened."""
    try:
        with path.open("rb") as file:
            return file.read(size)
    except OSError as error:
        raise UnreadableFile(f"{path.name} can't be opened: {error.strerror}.") from error


def lines_of(path: Path) -> Iterator[Line]:
    """Every line of the file. Raises :class:`UnreadableFile` if it can't be opened."""
    head = beginning(path)
    encoding = _wide_encoding(head)
    return _wide_lines(path, encoding) if encoding else _narrow_lines(path)


def _wide_encoding(head: bytes) -> str:
    """The encoding, if it is one of two or four bytes a letter; else an empty text."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    pairs = len(head) // 2
    first, second = head[: pairs * 2 : 2].count(0), head[1 : pairs * 2 : 2].count(0)
    if second > pairs * _MANY_ZEROS and first < pairs * _FEW_ZEROS:
        return "utf-16-le"
    if first > pairs * _MANY_ZEROS and second < pairs * _FEW_ZEROS:
        return "utf-16-be"
    return ""


def _wide_lines(path: Path, encoding: str) -> Iterator[Line]:
    number, is_whole = 0, True
    # Python itself knows the three kinds of line ends here.
    with path.open("rb") as raw, io.TextIOWrapper(raw, encoding=encoding, errors="replace") as file:
        while text := file.readline(MAX_LINE_CHARS):
            starts, is_whole = is_whole, text.endswith("\n")
            if starts:
                number += 1
                yield Line(number, _without_zeros(text.rstrip("\n\x1a")), raw.tell())


def _narrow_lines(path: Path) -> Iterator[Line]:
    number = read = 0
    with path.open("rb") as file:
        for raw, size in _pieces(file, _line_end(file)):
            read += size
            bare = raw.removeprefix(codecs.BOM_UTF8) if not number else raw
            # Within a file of other line ends, a part may come from an old Macintosh.
            for part in bare.rstrip(b"\r\n\x1a").split(b"\r"):
                number += 1
                yield Line(number, _decoded(part), read)


def _line_end(file: BinaryIO) -> bytes:
    """Old Macintosh files have no line feeds at all."""
    head = file.read(_CHUNK_BYTES)
    file.seek(0)
    return b"\r" if b"\r" in head and b"\n" not in head else b"\n"


def _pieces(file: BinaryIO, end: bytes) -> Iterator[tuple[bytes, int]]:
    """The beginning of each line, and how many bytes the whole of it is."""
    held, size = b"", 0
    while chunk := file.read(_CHUNK_BYTES):
        *whole, rest = chunk.split(end)
        for part in whole:
            yield (held + part)[:MAX_LINE_CHARS], size + len(part) + len(end)
            held, size = b"", 0
        held, size = (held + rest)[:MAX_LINE_CHARS], size + len(rest)
    if size:
        yield held, size


def _decoded(raw: bytes) -> str:
    for encoding in ("utf-8", "cp1252"):
        try:
            return _without_zeros(raw.decode(encoding))
        except UnicodeDecodeError:
            continue
    return _without_zeros(raw.decode("utf-8", "replace"))


def _without_zeros(text: str) -> str:
    """Zero bytes are no letters: where they stand something was lost. PostgreSQL takes none either."""
    return text.replace("\0", UNREADABLE)
