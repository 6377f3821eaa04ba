"""Texts that other people's pages show, as they are kept: what is written, and names above all."""

from __future__ import annotations

import re
import unicodedata

#: Seen in no name, but able to break a page's machinery (zero byte), to hide, or to turn the text beside
#: it around. Joiners (U+200C, U+200D) stay: in some scripts they are letters' own business.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff]"
)

# Characters that no keyboard types and PostgreSQL does not store, or that turn a line around.
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def clean_text(text: str) -> str:
    """A text as it is stored: one kind of line break, nothing that can't be stored, NFC."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _UNWANTED.sub("", text)).strip("\n")


def clean_line(text: str) -> str:
    """A title: one line, single spaces."""
    return " ".join(clean_text(text).split())


def one_line(text: str) -> str:
    """One line with single spaces and without what can't be seen."""
    return " ".join(_UNSEEN.sub("", text).split())


#: The small letters that every database makes; SQLite makes no others.
_SMALL = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def lowered_on_sqlite(text: str) -> str:
    """What ``lower()`` of SQLite makes of a text: of "Łukasz" it leaves the first letter as it stands."""
    return text.translate(_SMALL)


def as_lowered(text: str) -> tuple[str, ...]:
    """A name, typed somehow, as ``lower()`` of a database may make it of that name, to be compared; of ASCII, one."""
    ways = (text, text.title(), text.upper())
    return tuple(dict.fromkeys((text.lower(), *map(lowered_on_sqlite, ways))))


def as_written(name: str) -> tuple[str, ...]:
    """A name, typed somehow, as it may be written: with each apostrophe, accents in one with their letters or after."""
    straight = re.sub("[’‘ʼ]", "'", name)
    ways = (straight, straight.replace("'", "’"))
    return tuple(dict.fromkeys(unicodedata.normalize(form, way) for form in ("NFC", "NFD") for way in ways))


#: Letters that Unicode does not take apart into a plain one and its accent.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "’": "'", "‘": "'", "ʼ": "'"}
)


def folded(text: str) -> str:
    """The text as it is looked for: in small letters without accents; each kind of apostrophe is the same."""
    if text.isascii():
        return text.lower()
    parted = unicodedata.normalize("NFKD", text)
    return "".join([sign for sign in parted if not unicodedata.combining(sign)]).casefold().translate(_PLAIN)
