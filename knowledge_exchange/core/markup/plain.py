"""Text without markup: the fallback that always works, and the way back from HTML to text."""

from __future__ import annotations

import html as html_lib
import re

REPLACEMENT = "\ufffd"
ELLIPSIS = "…"

# What neither a database nor a page can hold: halves of characters, and signs that steer terminals.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_BLANK_LINES = re.compile(r"\n\s*\n")
_IMAGE = re.compile(r'<img\b[^<>]*? alt="([^"]*)"[^<>]*>')
_LINE_END = re.compile(r"<(?:br|hr)>|<(?:ul|ol|pre|blockquote)\b[^<>]*>|</(?:p|h[1-6]|li|tr|pre|div|blockquote)>")
_CELL_END = re.compile(r"</t[dh]>\n?")
_TAG = re.compile(r"<[^<>]*>")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


def as_text(value: object) -> str:
    """``value`` as a text that can be stored and shown: never raises."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if value is None:
        return ""
    try:
        # A subclass of str may answer anything to anything: take its characters only.
        text = str.__str__(value) if isinstance(value, str) else str(value)
    except Exception:  # somebody else's __str__
        return ""
    return _UNFIT.sub(REPLACEMENT, text.replace("\r\n", "\n").replace("\r", "\n"))


def paragraphs(text: str) -> str:
    """``text`` as escaped paragraphs, its line breaks kept and nothing in it interpreted."""
    escaped = html_lib.escape(text.strip())
    if not escaped:
        return ""
    body = _BLANK_LINES.sub("</p>\0<p>", escaped).replace("\n", "<br>\n").replace("\0", "\n")
    return f"<p>{body}</p>"


def plain_text(html: str) -> str:
    """What rendered ``html`` says, a line for each block or line break, without markup or entities."""
    text = _IMAGE.sub(r"\1", html)
    text = _CELL_END.sub(" ", _LINE_END.sub("\n", text))
    text = html_lib.unescape(_TAG.sub("", text))
    return _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()


def excerpt(html: str, chars: int) -> str:
    """The beginning of what rendered ``html`` says, on one line, at most ``chars`` characters long.

    Cut between words where there is a gap in the second half, and marked with "…" when cut.
    """
    line = plain_text(html).replace("\n", " ")
    if len(line) <= chars:
        return line
    if chars < 1:
        return ""
    cut = line[: chars - 1]
    if line[chars - 1] != " ":
        head, gap, _ = cut.rpartition(" ")
        if gap and len(head) * 2 >= chars:
            cut = head
    return cut.rstrip(" .,;:–-") + ELLIPSIS
