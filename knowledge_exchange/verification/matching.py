"""When is it the same person? Pure questions about numbers and surnames."""

from __future__ import annotations

import re
import unicodedata

from knowledge_exchange.core.crypto import every_keyed_hash, keyed_hash

TAIL_CHARS = 2
MAX_NUMBER_CHARS = 32
#: Letters that are their own and not a plain letter with a sign on it.
_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i"}
)
_NUMBER = re.compile(rf"[A-Z0-9]{{1,{MAX_NUMBER_CHARS}}}")


def normal_number(text: str) -> str:
    """A membership number as it is compared: no spaces or hyphens, capitals, no leading zeros."""
    if text.isascii():  # nearly all of them, and ten times as fast
        return "".join(text.split()).replace("-", "").upper().lstrip("0")
    plain = unicodedata.normalize("NFKC", text)
    kept = (letter for letter in plain if not letter.isspace() and unicodedata.category(letter) not in {"Pd", "Cf"})
    return "".join(kept).upper().lstrip("0")


def is_number(normal: str) -> bool:
    """Whether that can be a membership number: letters and digits only, not too long."""
    return _NUMBER.fullmatch(normal) is not None


def number_hash(source: str, normal: str) -> str:
    """What is kept of a number. The source is part of it: equal numbers of two rolls can't be told to be equal."""
    return keyed_hash(_purpose(source), normal)


def number_hashes(source: str, normal: str) -> list[str]:
    """What may be stored of a number: while keys are being changed (``core/rekeying.py``), one of several hashes."""
    return every_keyed_hash(_purpose(source), normal)


def _purpose(source: str) -> str:
    return f"roll:{source}"


def number_tail(normal: str) -> str:
    """The last two characters, for people to recognise a number by."""
    return normal[-TAIL_CHARS:]


def plain_surname(text: str) -> str:
    """A surname as it is compared: letters and digits alone, without case or accents."""
    spread = unicodedata.normalize("NFKD", text.casefold()).translate(_UNDECOMPOSED)
    return "".join(letter for letter in spread if letter.isalnum())


def same_surname(one: str, other: str) -> bool:
    """Whether two spellings are of one surname: ``O'Brien-Łaski`` and ``OBRIEN LASKI`` are; nothing is like nothing."""
    plain = plain_surname(one)
    return plain != "" and plain == plain_surname(other)
