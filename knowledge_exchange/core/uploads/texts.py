"""Texts and tables as text, kept in UTF-8. Runs in the helper alone."""

from __future__ import annotations

import codecs
import re

import puremagic

from .kinds import CSV, MARKUP, PLAIN, UNKNOWN, Looked, Refused

#: A line of letters holds none of these; a program or a picture does.
_CONTROLS = re.compile("[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f\ufffe\uffff]")
#: A page of the web, or a drawing: it could act where it is opened.
_MARKUP = re.compile(
    r"\s*(?:<\?xml|<!doctype|<!--|<(?:svg|html|head|body|script|iframe|math)\b)|.*<script\b", re.IGNORECASE
)
_SOON_CHARS = 2_000
_ENCODINGS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
#: What a file that begins so is called by others, though it reads like text.
_STILL_TEXT = frozenset({"", ".txt", ".csv", ".tsv", ".md", ".log"})
_SURE = 0.6


def look(data: bytes, *, is_csv: bool) -> Looked:
    """A text. Raises :class:`Refused` of what is none."""
    text = _decoded(data)
    if _CONTROLS.search(text):
        raise Refused(UNKNOWN)
    if _MARKUP.match(text[:_SOON_CHARS]) or "<script" in text[:_SOON_CHARS].lower():
        raise Refused(MARKUP)
    if _is_something_else(data):
        raise Refused(UNKNOWN)
    return Looked(CSV if is_csv else PLAIN, {"": text.encode()})


def _decoded(data: bytes) -> str:
    for mark, encoding in _ENCODINGS:
        if data.startswith(mark):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError as error:
                raise Refused(UNKNOWN) from error
    try:
        return data.decode()
    except UnicodeDecodeError:
        return _from_windows(data)


def _from_windows(data: bytes) -> str:
    """What older programs write, Excel's CSV among them."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise Refused(UNKNOWN) from error


def _is_something_else(data: bytes) -> bool:
    """Whether it begins like another kind of file that is made of letters (a script, RTF, PostScript)."""
    if data.startswith((b"#!", b"{\\rtf", b"%!PS", b"@echo")):
        return True
    try:
        found = puremagic.magic_string(data[:4096])
    except (puremagic.PureError, ValueError):
        return False
    return any(one.confidence >= _SURE and one.extension not in _STILL_TEXT for one in found)
