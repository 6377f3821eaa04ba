"""Words as they are looked for: folded, taken apart, cut to their stems. Made in Python, so that both databases agree.

``Café`` is ``cafe``, ``Manager’s`` is ``manager``, ``don't`` is ``dont``. What is joined by hyphens or strokes counts
as its parts and as one: ``follow-up`` is found as ``follow up`` and as ``followup``, ``24/7`` as ``24 7`` and ``247``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

import snowballstemmer

from knowledge_exchange.core.text import folded

#: Goes up with every change of what a text's words are: the index is then made again (``search/filling.py``).
VERSION = 1
#: Words are cut there: longer ones are no words, but keys and addresses.
MOST_LETTERS = 40
#: Of a text longer than this only the beginning is indexed.
MAX_CHARS = 60_000
#: Words whose stems each process keeps, about 0.2 kB each: making one costs 0.2 ms.
_MOST_KEPT = 65_536
#: What joins words: hyphens of three kinds (the first stands first, so that it is none of a range), strokes.
JOINS = "-‐‑–/"
APOSTROPHES = "'’‘ʼ"
#: Letters and digits, with an apostrophe between letters.
_WORD = r"[^\W_]+(?:'[^\W_]+)*"
_JOINED = re.compile(f"[{JOINS}]")
_PIECE = re.compile(rf"{_WORD}(?:[{JOINS}]{_WORD})*")
_DIGITS_APART = re.compile(r"(?<=\d),(?=\d{3})")

_STOP = """
a about after all also am an and any are as at be because been before being but by can could did do does doing for from
get had has have having he her here him his how i if in into is it its just me more most my no not of off on once only
or other our out over own same she should so some such than that the their them then there these they this those through
to too under until up us very was we were what when where which while who whom why will with would you your im ive dont
cant isnt whats anyone anybody someone somebody please
"""
#: Words that say nothing of what a text is about. They are indexed, and stand in phrases; beside others they need not
#: stand in what is found.
STOP = frozenset(_STOP.split())


@dataclass(frozen=True, slots=True)
class Piece:
    """What is written without a space: one word, or several that are joined."""

    words: tuple[str, ...]

    @property
    def joined(self) -> str:
        """All of it as one word; empty where it is one already."""
        return "".join(self.words)[:MOST_LETTERS] if len(self.words) > 1 else ""


def fold(text: str) -> str:
    """A text, or the beginning of a long one, in small letters without accents."""
    return folded(text[:MAX_CHARS])


def pieces(text: str) -> Iterator[Piece]:
    """What is written in a text, in order."""
    for found in _PIECE.finditer(_DIGITS_APART.sub("", fold(text))):
        said = found.group()
        yield Piece(tuple([_bare(part) for part in (_JOINED.split(said) if not said.isalnum() else (said,))]))


def taken_apart(text: str) -> tuple[list[str], list[str]]:
    """The words of a text in order, and what is joined in it, once more as one: as of :func:`pieces`, in a third of the
    time, for texts of which every word is indexed.
    """
    words, joined = [], []
    for said in _PIECE.findall(_DIGITS_APART.sub("", fold(text))):
        if said.isalnum():
            words.append(said[:MOST_LETTERS])
        else:
            parts = [_bare(part) for part in _JOINED.split(said)]
            words += parts
            if len(parts) > 1:
                joined.append("".join(parts)[:MOST_LETTERS])
    return words, joined


def _bare(word: str) -> str:
    """A word without its apostrophes, and without the ``'s`` that says whose."""
    if "'" in word:
        word = word.removesuffix("'s").replace("'", "")
    return word[:MOST_LETTERS]


def tokens(text: str) -> list[str]:
    """The words of a text, folded, in order."""
    return list(chain.from_iterable([piece.words for piece in pieces(text)]))


@lru_cache(maxsize=_MOST_KEPT)
def stem(word: str) -> str:
    """The stem of a folded word; of what is no English word, itself."""
    if not (word.isascii() and word.isalpha()):
        return word
    return str(_english().stemWord(word))


@lru_cache(maxsize=1)
def _english() -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("english")


def grams(word: str) -> list[str]:
    """Each three signs that stand together in a word, its beginning and its end counted as signs."""
    padded = f" {word} "
    return sorted({padded[place : place + 3] for place in range(len(padded) - 2)})
