"""Reading a request's headers strictly: RFC 9112 without its historical leniencies.

What two servers in a row read differently, an attacker uses to smuggle a
request past the first one. So whatever is ambiguous is refused: folded lines,
bare line feeds, a blank before the colon, a length that is no plain number, two
lengths, a length beside chunks, and any transfer coding but ``chunked``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import BinaryIO

from knowledge_exchange.realtime.limits import HEAD_BYTES, HEADER_COUNT, HEADER_LINE_BYTES

_NAME = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FORBIDDEN = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_DIGITS = re.compile(r"[0-9]{1,15}")
_ONCE = ("host", "content-length", "transfer-encoding")


class BadHead(Exception):
    """A request head that is refused, and with which status."""

    def __init__(self, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(status.phrase)
        self.status = status


class Head:
    """Headers by lower-case name, with the few methods that pywsgi asks for."""

    __slots__ = ("_values", "pairs")
    status = ""  # pywsgi: the parser's complaint; ours raises instead

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self.pairs = pairs
        self._values: dict[str, str] = {}
        for name, value in pairs:
            if name in self._values and name in _ONCE:
                raise BadHead
            self._values.setdefault(name, value)

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first value of a header, by any spelling of its name."""
        return self._values.get(name.lower(), default)

    getheader = get

    @property
    def typeheader(self) -> str | None:
        """The Content-Type."""
        return self._values.get("content-type")

    def items(self) -> Iterator[tuple[str, str]]:
        """Every header as it came, in order."""
        return iter(self.pairs)


def read_head(stream: BinaryIO) -> Head:
    """The headers up to the empty line; ``BadHead`` for what is not allowed."""
    pairs: list[tuple[str, str]] = []
    size = 0
    while True:
        line = stream.readline(HEADER_LINE_BYTES + 1)
        if line == b"\r\n":
            return checked(Head(pairs))
        size += len(line)
        if len(line) > HEADER_LINE_BYTES or size > HEAD_BYTES or len(pairs) >= HEADER_COUNT:
            raise BadHead(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        pairs.append(_pair(line))


def _pair(line: bytes) -> tuple[str, str]:
    """Name (lower case) and value of one header line, its CR LF included."""
    name, colon, value = line[:-2].partition(b":")
    if not colon or line[-2:] != b"\r\n" or not _NAME.fullmatch(name) or _FORBIDDEN.search(value):
        raise BadHead
    return name.decode("latin-1").lower(), value.strip(b" \t").decode("latin-1")


def checked(head: Head) -> Head:
    """The head, if it says unambiguously where its body ends."""
    length, coding = head.get("content-length"), head.get("transfer-encoding")
    if coding is not None and (length is not None or coding.lower() != "chunked"):
        raise BadHead
    if length is not None and not _DIGITS.fullmatch(length):
        raise BadHead
    has_body = coding is not None or length not in (None, "0")
    if has_body and head.get("upgrade") is not None:
        raise BadHead  # its body would be read as the next request
    return head
