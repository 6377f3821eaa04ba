"""When is it the same person? Pure questions about numbers and surnames.

The number finds the entry, and no number is two entries' of one roll; the surname only confirms it. So surnames may be
compared tolerantly, and numbers are read in one way only.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import chain

from knowledge_exchange.core.crypto import every_keyed_hash, keyed_hash

TAIL_CHARS = 2
MAX_NUMBER_CHARS = 32
#: A part of a double-barrelled name stands for the whole from this length.
MIN_PART_CHARS = 3
#: Letters that are their own and not a plain letter with a sign on it.
_UNDECOMPOSED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ı": "i", "ħ": "h"}
)
#: How the same letters are written where there is no key for them: Müller is Mueller, too.
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_NUMBER = re.compile(rf"[A-Z0-9]{{1,{MAX_NUMBER_CHARS}}}")
#: Words before a name that some rolls leave out.
_PARTICLES = frozenset(
    [
        "al",
        "da",
        "de",
        "del",
        "della",
        "den",
        "der",
        "di",
        "do",
        "dos",
        "du",
        "el",
        "la",
        "le",
        "ten",
        "ter",
        "van",
        "vom",
        "von",
        "zu",
    ]
)
#: Words that are the beginning of a name, written apart or not; never left out.
_BEGINNINGS = frozenset(["o", "mc", "mac", "fitz", "st", "saint", "ap"])
#: Mac and Mc are written for one another; not in names as short as Mace.
_MAC = re.compile(r"^mac(?=.{3})")


def normal_number(text: str) -> str:
    """A membership number as it is compared: no spaces or hyphens, capitals, no leading zeros.

    A letter O is not read as a nought, nor an I as a one: on a roll with letters in its numbers that is another number.
    """
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
    """As :func:`number_hash`, under every key that there was: what it may be stored as."""
    return every_keyed_hash(_purpose(source), normal)


def _purpose(source: str) -> str:
    return f"roll:{source}"


def number_tail(normal: str) -> str:
    """The last two characters, for people to recognise a number by."""
    return normal[-TAIL_CHARS:]


def plain_surname(text: str) -> str:
    """A surname as it is compared: letters and digits alone, without case or accents."""
    return _letters(_folded(text).translate(_UNDECOMPOSED))


def same_surname(one: str, other: str, former: str = "") -> bool:
    """Whether two surnames are, or may be, of one person; nothing is like nothing.

    ``O'Brien-Łaski`` and ``OBRIEN LASKI`` are. So are a double-barrelled name and one of its parts, ``MacKay`` and
    ``McKay``, ``de Souza`` and ``Souza``, ``Müller`` and ``Mueller``. ``former``: earlier surnames of whoever
    ``one`` is, separated by semicolons.
    """
    return any(_alike(name, other) for name in (one, *former.split(";")))


def _alike(one: str, other: str) -> bool:
    """One whole name must be the other, or a part of it: that both have a part in common is not enough."""
    words, other_words = _segments(one), _segments(other)
    whole, other_whole = _readings(list(chain(*words))), _readings(list(chain(*other_words)))
    return bool(whole & (other_whole | _parts(other_words)) or other_whole & _parts(words))


def _segments(name: str) -> list[list[str]]:
    """The words of a name, each with what only introduces it: ``de la Cruz-Mc Kay`` is two."""
    segments: list[list[str]] = []
    begun: list[str] = []
    for word in _words(name):
        begun.append(word)
        if plain_surname(word) not in _PARTICLES | _BEGINNINGS:
            segments.append(begun)
            begun = []
    if not segments:
        return [begun]
    segments[-1] += begun
    return segments


def _parts(segments: list[list[str]]) -> set[str]:
    """The parts of a double-barrelled name that may stand alone; none of any other name."""
    if len(segments) < 2:
        return set()
    return {reading for words in segments for reading in _readings(words) if len(reading) >= MIN_PART_CHARS}


def _readings(words: list[str]) -> set[str]:
    """How a name or a part of one may be written, with its particles and without."""
    bare = [word for word in words if plain_surname(word) not in _PARTICLES]
    return _spellings("".join(words)) | _spellings("".join(bare))


def _spellings(text: str) -> set[str]:
    folded = _folded(text)
    spelt_out = _folded(unicodedata.normalize("NFC", folded).translate(_SPELT_OUT))
    plain = (_letters(spelling.translate(_UNDECOMPOSED)) for spelling in (folded, spelt_out))
    return {_MAC.sub("mc", letters) for letters in plain if letters}


def _words(name: str) -> list[str]:
    """Split at spaces, hyphens and strokes; what has neither letter nor digit is no word."""
    apart = "".join(" " if sign == "/" or unicodedata.category(sign) == "Pd" else sign for sign in name)
    return [word for word in apart.split() if plain_surname(word)]


def _folded(text: str) -> str:
    """Without case, letters apart from their signs. Twice: either step may make work for the other."""
    for _round in range(2):
        text = unicodedata.normalize("NFKD", text).casefold()
    return unicodedata.normalize("NFKD", text)


def _letters(text: str) -> str:
    """Letters and digits; without letters that only modify another, as some write an apostrophe."""
    return "".join(letter for letter in text if letter.isalnum() and unicodedata.category(letter) != "Lm")
