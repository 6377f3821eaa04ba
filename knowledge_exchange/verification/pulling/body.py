"""The body of a registry's answer: taken in as a stream, in bounded room and time, and only if it is whole."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import requests
from flask_babel import gettext as _

from knowledge_exchange.verification.pulling.json_body import first_letter
from knowledge_exchange.verification.pulling.registry import RegistryFailed

#: Of the roll as it is after unpacking: half a million rows.
MAX_BYTES = 64 * 1024 * 1024
_PIECE = 64 * 1024
_JSON = ("application/json", "text/json")
#: Some systems send their tables by these names.
_TABLE = ("text/csv", "application/csv", "text/plain", "application/octet-stream", "application/vnd.ms-excel")


def keep_body(answer: requests.Response, path: Path, deadline: float, most: int = MAX_BYTES) -> None:
    """Write the body to a new file for its owner alone. Raises :class:`RegistryFailed` where it is not whole.

    Breaking off before the announced length, or within a chunk, raises what ``requests`` or urllib3 raises.
    """
    written = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for piece in _unpacked(answer, deadline):
            written += len(piece)
            if written > most:
                raise RegistryFailed(
                    _("It sends more than %(most)s MiB: that is no roll.", most=most // 1024**2), try_again=False
                )
            file.write(piece)


def _pieces(answer: requests.Response, deadline: float) -> Iterator[bytes]:
    """As they come from the line; one byte a second is not enough."""
    while piece := answer.raw.read1(_PIECE, decode_content=False):
        yield piece
        if time.monotonic() > deadline:
            raise RegistryFailed(_("It sends so slowly that it was given up."), try_again=True)


def _unpacked(answer: requests.Response, deadline: float) -> Iterator[bytes]:
    coding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    pieces = _pieces(answer, deadline)
    if coding in ("identity", ""):
        _check_has_end(answer)
        return pieces
    if coding in ("gzip", "x-gzip"):
        return _gunzipped(pieces)
    raise RegistryFailed(_("It packs its answer in a way that was not asked for."), try_again=False)


def _check_has_end(answer: requests.Response) -> None:
    """Where neither a length nor chunks show the end, a roll that is cut looks like a shorter one."""
    if "Content-Length" not in answer.headers and answer.headers.get("Transfer-Encoding", "").lower() != "chunked":
        raise RegistryFailed(
            _("It doesn't say how long its answer is, so that nobody can tell whether all of it has come."),
            try_again=False,
        )


def _gunzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Unpacked a little at a time: a few bytes may stand for gigabytes."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        for packed in pieces:
            while packed and not unpacker.eof:
                yield unpacker.decompress(packed, _PIECE)
                packed = unpacker.unconsumed_tail
            if unpacker.eof and (packed or unpacker.unused_data):
                # A second part: nothing that we asked for, and not to be left out without a word either.
                raise _broken()
        yield unpacker.flush()
    except zlib.error:
        raise _broken() from None
    if not unpacker.eof:
        raise _broken()


def _broken() -> RegistryFailed:
    return RegistryFailed(_("What it sends is damaged, or ends too early: nothing of it is used."), try_again=True)


def kind_of_body(content_type: str, path: Path) -> str:
    """``json`` or ``csv``, by what it is called and what it is. Raises :class:`RegistryFailed` where they differ."""
    called = content_type.partition(";")[0].strip().lower()
    letter = first_letter(path)
    if letter == b"<" or called in ("text/html", "application/xhtml+xml"):
        raise RegistryFailed(
            _("It sends a web page instead of a roll: is that its sign-in page? Check address and token."),
            try_again=False,
        )
    is_json = called in _JSON or (called.startswith("application/") and called.endswith("+json"))
    if not is_json and called not in _TABLE:
        raise RegistryFailed(_("It sends neither CSV nor JSON."), try_again=False)
    if not letter:
        raise RegistryFailed(_("It sends an empty answer."), try_again=True)
    if is_json != (letter in (b"[", b"{")):
        raise RegistryFailed(_("What it sends is not what it is said to be."), try_again=False)
    return "json" if is_json else "csv"
