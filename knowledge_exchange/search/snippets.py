"""The words that were looked for, marked where they stand: in a title, and where a text holds most of them."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from markupsafe import Markup, escape

from knowledge_exchange.core.markup import excerpt, plain_text
from knowledge_exchange.search.words import APOSTROPHES, JOINS, pieces, stem

#: What is shown of a text, and how much of it before the first marked word.
SNIPPET_CHARS = 220
LEAD_CHARS = 50
#: Snippets that are kept in each process, about 2 kB each with the text that they come from.
MOST_KEPT = 2048
_MOST_READ = 32_768
_MOST_TITLES = 4096
ELLIPSIS = "…"

#: As ``words.pieces`` takes a text apart, but with the places of each: letters and digits, joined by what joins words.
_PIECE = re.compile(rf"[^\W_]+(?:[{JOINS}{APOSTROPHES}][^\W_]+)*")
#: A line that ends without a stop: of a list, a table or a heading.
_LINE_END = re.compile(r"(?<=[^\W_])\n")
_LITTLE = re.compile(r"\s+(?:[^\W_]+\s+)*")
_PART = re.compile(rf"[^\W_]+(?:[{APOSTROPHES}][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Marks:
    """What is to be marked: words by their stems, and by how they begin (folded).

    ``between``: little words that were typed, too. Between two marked ones they are marked with them.
    """

    stems: frozenset[str]
    prefixes: tuple[str, ...] = ()
    between: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Whether there is anything to mark."""
        return bool(self.stems or self.prefixes)


class _Place(NamedTuple):
    start: int
    end: int
    what: str


@lru_cache(maxsize=_MOST_TITLES)
def marked(title: str, marks: Marks) -> Markup:
    """A title as HTML, with the words marked."""
    title = _whole(title)
    return _html(title, _joined(title, _places(title, marks), marks), 0, len(title))


@lru_cache(maxsize=MOST_KEPT)
def snippet(html: str, marks: Marks) -> Markup:
    """Of a rendered text the stretch that holds most of the words, marked; the beginning where it holds none."""
    text = _whole(_LINE_END.sub(" · ", plain_text(html)).replace("\n", " "))
    places = _places(text, marks)
    if not places:
        return escape(excerpt(html, SNIPPET_CHARS))
    start, end = _window(text, places)
    within = [place for place in places if start <= place.start and place.end <= end]
    shown = _html(text, _joined(text, within, marks), start, end)
    return escape(ELLIPSIS if start else "") + shown + escape(ELLIPSIS if end < len(text) else "")


def _whole(text: str) -> str:
    """The text with each letter and its accent as one sign: an accent by itself would part words."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def _places(text: str, marks: Marks) -> list[_Place]:
    """Where the words stand, in order."""
    found = []
    for piece in _PIECE.finditer(text) if marks else ():
        parts = _stems_of(piece.group())
        if len(parts) == 1 or parts[-1] in marks.stems or _is_whole(parts[:-1], marks):
            what = _asked(parts[-1], piece.group(), marks) or next((p for p in parts if p in marks.stems), "")
            if what:
                found.append(_Place(piece.start(), piece.end(), what))
            continue
        for part in _PART.finditer(text, piece.start(), piece.end()):
            what = _asked(_stems_of(part.group())[-1], part.group(), marks)
            if what:
                found.append(_Place(part.start(), part.end(), what))
    return found


def _is_whole(parts: Sequence[str], marks: Marks) -> bool:
    """Whether each part of what is joined was typed, one at least as a word that says something: ``on-call``."""
    return any(part in marks.stems for part in parts) and all(
        part in marks.stems or part in marks.between for part in parts
    )


def _asked(stemmed: str, word: str, marks: Marks) -> str:
    """As what a word is to be marked; empty if it isn't."""
    if stemmed in marks.stems:
        return stemmed
    folded = _folded(word) if marks.prefixes else ""
    return next((prefix for prefix in marks.prefixes if folded.startswith(prefix)), "")


@lru_cache(maxsize=_MOST_READ)
def _stems_of(piece: str) -> tuple[str, ...]:
    """The stems of what is written without a space; of several, that of all as one word stands last."""
    found: list[str] = []
    for read in pieces(piece):
        found += [stem(word) for word in read.words]
        if read.joined:
            found.append(stem(read.joined))
    return tuple(found) or ("",)


@lru_cache(maxsize=_MOST_READ)
def _folded(word: str) -> str:
    return "".join(part for read in pieces(word) for part in read.words)


def _window(text: str, places: list[_Place]) -> tuple[int, int]:
    """The stretch with most different words, then with most of them, then the first; cut between words."""
    best, held = (0, 0, 0), Counter[str]()
    first, chosen = 0, places[0].start
    for last, place in enumerate(places):
        held[place.what] += 1
        while place.end - places[first].start > SNIPPET_CHARS - LEAD_CHARS and first < last:
            held[places[first].what] -= 1
            first += 1
        worth = (sum(count > 0 for count in held.values()), last - first + 1, -first)
        if worth > best:
            best, chosen = worth, places[first].start
    start = _gap(text, max(0, chosen - LEAD_CHARS), chosen)
    end = min(len(text), start + SNIPPET_CHARS)
    cut = text.rfind(" ", chosen, end + 1) if end < len(text) else end
    return start, cut if cut > chosen else end


def _gap(text: str, start: int, before: int) -> int:
    """The beginning of a word between two places, if one begins there."""
    gap = text.find(" ", start, before) if start else -1
    return gap + 1 if gap >= 0 else start


def _joined(text: str, places: list[_Place], marks: Marks) -> list[_Place]:
    """The places, those made one between which stand only little words that were typed, or nothing."""
    found: list[_Place] = []
    for place in places:
        gap = text[found[-1].end : place.start] if found else ""
        if found and _LITTLE.fullmatch(gap) and all(_folded(word) in marks.between for word in gap.split()):
            found[-1] = _Place(found[-1].start, place.end, found[-1].what)
        else:
            found.append(place)
    return found


def _html(text: str, places: list[_Place], start: int, end: int) -> Markup:
    parts, at = [], start
    for place in places:
        parts += [escape(text[at : place.start]), "<mark>", escape(text[place.start : place.end]), "</mark>"]
        at = place.end
    return Markup("".join([*parts, escape(text[at:end])]))  # noqa: S704 -- each part of the text is escaped
