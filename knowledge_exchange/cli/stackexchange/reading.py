"""The posts of a Stack Exchange dump, one at a time, whatever is wrong with some of them.

A dump is one XML document with a ``<row …/>`` per line. It is read line by line, not as a document:
one broken byte would end a document, while here it costs one row. It also means that a DOCTYPE, and
with it every trick that entities allow, never reaches the parser.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from flask_babel import gettext as _

from knowledge_exchange.cli.stackexchange.lines import LONGEST_LINE, BrokenOff, NotADump, read_lines
from knowledge_exchange.cli.stackexchange.rows import BadRow, Kind, Row, parse_row

__all__ = ["Damaged", "Kind", "NotADump", "Row", "read_posts"]

#: The file is read twice, a third time only if answers stand before their questions.
PASSES = 2

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_PROLOGUE = re.compile(rb"\s*(?:<\?xml[^>]*\?>)?\s*(<posts(?:\s[^>]*)?>)?\s*")
_ELEMENT = re.compile(rb"<([A-Za-z][\w.-]*)")
_ROW = re.compile(rb"<row[\s/>]")
_ENDINGS = (b"/>", b"</row>")
_CLOSING = b"</posts>"


@dataclass(frozen=True, slots=True)
class Damaged:
    """What can't be imported: the line, the reason in plain words; ``fatal``: nothing after it is read."""

    line: int
    reason: str
    fatal: bool = False


class _Ids:
    """A set of ids at a bit each where they lie close: a million take some 200 kB, not 60 MB."""

    _BITS = 1024

    def __init__(self) -> None:
        self._pages: dict[int, int] = {}

    def add(self, id_: int) -> None:
        page, bit = divmod(id_, self._BITS)
        self._pages[page] = self._pages.get(page, 0) | 1 << bit

    def __contains__(self, id_: int) -> bool:
        page, bit = divmod(id_, self._BITS)
        return bool(self._pages.get(page, 0) >> bit & 1)

    def __bool__(self) -> bool:
        return bool(self._pages)


def read_posts(path: Path, on_read: Callable[[int], None] | None = None) -> Iterator[Row | Damaged]:
    """Every row of the dump, or why it can't be imported; an answer never comes before its question.

    Memory doesn't grow with the file, but for a few bits per post. ``on_read`` hears how many bytes
    of the file were read, :data:`PASSES` times its size in the end. Raises :class:`NotADump` when
    nothing in the file can be meant, OSError where the system refuses.
    """
    questions = _Ids()
    for row in _read_rows(path, on_read):
        if isinstance(row, Row) and row.kind is Kind.QUESTION:
            questions.add(row.id)
    early = _Ids()
    yield from _related(_read_rows(path, on_read), questions, early)
    if early:
        # Their questions have come by now, and nothing else is repeated.
        yield from (row for row in _read_rows(path) if isinstance(row, Row) and row.line in early)


def _related(rows: Iterator[Row | Damaged], questions: _Ids, early: _Ids) -> Iterator[Row | Damaged]:
    """``rows`` less doubles and orphans; lines of answers before their questions go to ``early``."""
    seen, begun = _Ids(), _Ids()
    for row in rows:
        if isinstance(row, Damaged):
            yield row
        elif row.id in seen:
            yield Damaged(row.line, _("the row has the Id %(id)s of an earlier one", id=row.id))
        elif row.parent is not None and row.parent not in questions:
            reason = _("the row answers question %(id)s, which is missing or damaged", id=row.parent)
            yield Damaged(row.line, reason)
        else:
            seen.add(row.id)
            if row.kind is Kind.QUESTION:
                begun.add(row.id)
            if row.parent is None or row.parent in begun:
                yield row
            else:
                early.add(row.line)


def _read_rows(path: Path, on_read: Callable[[int], None] | None = None) -> Iterator[Row | Damaged]:
    for line, found in _Assembler(path, on_read):
        if isinstance(found, Damaged):
            yield found
            continue
        try:
            yield parse_row(line, found)
        except BadRow as error:
            yield Damaged(line, _("the row %(reason)s", reason=error))


class _Assembler:
    """The text of each row, mostly a line; one that goes on over several lines is put together."""

    def __init__(self, path: Path, on_read: Callable[[int], None] | None) -> None:
        self._lines = read_lines(path, on_read)
        self._number = 0
        self._begun = 0
        self._text = b""
        self._opened = self._closed = self._started = False

    def __iter__(self) -> Iterator[tuple[int, bytes | Damaged]]:
        try:
            for line in self._lines:
                self._number += 1
                yield from self._take(line)
        except BrokenOff as error:
            yield self._number + 1, Damaged(self._number + 1, str(error), fatal=True)
            return
        if not self._started:
            raise NotADump(_("it is empty"))
        yield from self._give_up()
        if self._opened and not self._closed:
            reason = _("the file ends before its closing </posts>: a part of it is missing")
            yield self._number, Damaged(self._number, reason, fatal=True)

    def _take(self, line: bytes) -> Iterator[tuple[int, bytes | Damaged]]:
        text = line.strip() if self._started else self._begin(line)
        if len(line) > LONGEST_LINE or len(self._text) > LONGEST_LINE:
            self._text = b""
            yield self._damaged(_("the line is longer than any post"))
            return
        if _ROW.match(text):
            yield from self._give_up()
            self._begun = self._number
            text = self._strip_closing(text)
        elif not self._text or text == _CLOSING:
            yield from self._give_up()
            yield from self._between(text)
            return
        self._text += text if not self._text else b"\n" + text
        if self._text.endswith(_ENDINGS):
            yield self._begun, self._text
            self._text = b""

    def _begin(self, line: bytes) -> bytes:
        """The first line with something in it, less what belongs before rows; else not a dump."""
        if self._number == 1 and line.startswith(_UTF16):
            raise NotADump(_("it is not UTF-8 text"))
        text = line.removeprefix(_BOM) if self._number == 1 else line
        prologue = _PROLOGUE.match(text)
        rest = text[prologue.end() :].strip() if prologue else text.strip()
        self._opened = self._opened or bool(prologue and prologue.group(1))
        element = _ELEMENT.match(rest)
        if element and element.group(1) != b"row":
            name = element.group(1).decode()[:40]
            raise NotADump(_("it holds <%(name)s>, not <posts>: the file needed is Posts.xml", name=name))
        self._started = self._opened or bool(element) or rest.startswith(b"<!DOCTYPE")
        if rest and not rest.startswith(b"<"):
            raise NotADump(_("it is not XML"))
        return rest

    def _between(self, text: bytes) -> Iterator[tuple[int, bytes | Damaged]]:
        if text == _CLOSING:
            self._closed = True
        elif text.upper().startswith((b"<!DOCTYPE", b"<!ENTITY", b"]>")):
            yield self._damaged(_("the line declares entities, which are never followed"))
        elif text and not text.startswith((b"<!--", b"<?")):
            yield self._damaged(_("the line holds no row"))

    def _strip_closing(self, text: bytes) -> bytes:
        if text.endswith(_CLOSING):
            self._closed = True
            return text.removesuffix(_CLOSING).rstrip()
        return text

    def _give_up(self) -> Iterator[tuple[int, bytes | Damaged]]:
        """Report a row that began and never ended."""
        if self._text:
            yield self._begun, Damaged(self._begun, _("the row breaks off before its end"))
        self._text = b""

    def _damaged(self, reason: str) -> tuple[int, Damaged]:
        return self._number, Damaged(self._number, reason)
