"""Which of the documents that a reader may see says best what they look for. Pure: rows in, an order out.

What counts: words in the title, words beside each other, an answer that was accepted, and in how many posts of a
thread they stand. Nothing here knows of any document but the candidates.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.search import facets
from knowledge_exchange.search.query import Query

#: Above all that holds some of the words only.
WHOLE = 1_000_000
#: Of what holds some: what all of them together weigh.
_SOME = 100_000
_IN_TITLE = 1
_TITLE, _TITLE_ALL, _TITLE_PHRASE, _TITLE_ONLY = 300, 150, 200, 80
_PHRASE, _NEAR, _SAID, _SAID_AGAIN, _OPENS = 150, 60, 8, 16, 30
_ACCEPTED, _ANSWERED, _OFFICIAL = 60, 40, 60
_POSTS = 15
MOST_POSTS = 5
#: Texts that are looked into; those behind them keep the order of time.
WEIGHED = 40
#: First mentions this near count as beside each other, in letters of stems.
_NEAR_LETTERS = 60
_IS_ACCEPTED = facets.accepted()
_IS_ANSWERED, _IS_OFFICIAL = facets.state(facets.ANSWERED), facets.state(facets.OFFICIAL)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A thread (or a document of none) in its order: its best document, how many matched, which of the words it has."""

    score: int
    row: AnyRow
    matches: int
    is_partial: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for in rows: each word with the signs around it, and all of them in a row."""

    words: tuple[str, ...]
    run: str

    @classmethod
    def of(cls, query: Query) -> Wanted:
        """The words of a query that say something; all of them, if none does."""
        words = [word for word in query.words if not word.is_stop] or list(query.words)
        every = " ".join([word.stem for word in query.words])
        padded = [f" {word.stem}" if word.is_open else f" {word.stem} " for word in words]
        return cls(tuple(dict.fromkeys(padded)), f" {every} " if len(query.words) > 1 else "")


def ranked(rows: Iterable[AnyRow], wanted: Wanted, *, is_partial: bool = False) -> list[Ranked]:
    """Rows (``id``, ``thread_id``, ``title``, ``body``, ``facets``) by thread, the best first; of equals the newest."""
    by_thread: dict[int, list[AnyRow]] = {}
    for row in sorted(rows, key=_age, reverse=True):
        by_thread.setdefault(row.thread_id or row.id, []).append(row)
    weights = _weights(by_thread.values(), wanted) if is_partial else {}
    found, left = [], WEIGHED
    for own in _promising(list(by_thread.values())):
        found.append(_of_thread(own, wanted, weights) if left > 0 else _unweighed(own, is_partial))
        left -= len(own)
    found.sort(key=_place, reverse=True)
    return found


def _age(row: AnyRow) -> int:
    return int(row.id)


def _place(one: Ranked) -> tuple[int, int]:
    return one.score, one.row.id


def _promising(threads: list[list[AnyRow]]) -> list[list[AnyRow]]:
    """Those with a title among them first, then those with most. A title is that of a thread's oldest, and so last."""
    with_title = [own for own in threads if own[-1].title]
    others = [own for own in threads if not own[-1].title]
    others.sort(key=len, reverse=True)
    return with_title + others


def _unweighed(rows: Sequence[AnyRow], is_partial: bool) -> Ranked:
    return Ranked(0 if is_partial else WHOLE, rows[0], len(rows), is_partial)


def _of_thread(rows: Sequence[AnyRow], wanted: Wanted, weights: Mapping[str, float]) -> Ranked:
    best, best_score = rows[0], -1
    for row in rows:
        score = _of_text(row, wanted)
        if score > best_score:
            best, best_score = row, score
    score, said, title = best_score, best.facets, rows[-1].title
    if title:
        score += _of_title(title, wanted)
    if len(rows) > 1:
        score += _POSTS * min(len(rows) - 1, MOST_POSTS)
    if _IS_ANSWERED in said:
        score += _ANSWERED
    if _IS_OFFICIAL in said:
        score += _OFFICIAL
    if not weights:
        return Ranked(WHOLE + score, best, len(rows), False)
    every = "".join([f" {row.title} {row.body} " for row in rows])
    return Ranked(int(_SOME * _share(every, f" {title} ", weights)) + score, best, len(rows), True)


def _share(said: str, title: str, weights: Mapping[str, float]) -> float:
    """Which part of all that is looked for a thread holds, 0 to 1; what its title says counts twice."""
    held = [weight * (1 + _IN_TITLE * (word in title)) for word, weight in weights.items() if word in said]
    return sum(held) / ((1 + _IN_TITLE) * sum(weights.values()))


def _of_title(title: str, wanted: Wanted) -> int:
    said = f" {title} "
    hits = sum([word in said for word in wanted.words])
    if not hits:
        return 0
    score = _TITLE * hits // len(wanted.words) + _TITLE_ONLY * hits // max(said.count(" ") - 1, 1)
    if hits == len(wanted.words):
        score += _TITLE_ALL
    if wanted.run and wanted.run in said:
        score += _TITLE_PHRASE
    return score


def _of_text(row: AnyRow, wanted: Wanted) -> int:
    """Many of these are made for a page: no more is looked at than tells them apart."""
    said = f" {row.body} "
    score = _OPENS if row.title else 0
    if _IS_ACCEPTED in row.facets:
        score += _ACCEPTED
    first, last = len(said), -1
    for word in wanted.words:
        place = said.find(word)
        if place < 0:
            first = -1
            continue
        score += _SAID if said.find(word, place + 1) < 0 else _SAID_AGAIN
        first, last = min(first, place), max(last, place)
    if first < 0 or not wanted.run:
        return score
    if wanted.run in said:
        return score + _PHRASE
    return score + _NEAR if last - first <= _NEAR_LETTERS else score


def _weights(threads: Iterable[Sequence[AnyRow]], wanted: Wanted) -> dict[str, float]:
    """How much each word tells: the fewer of the candidates have it, the more."""
    counted: Counter[str] = Counter()
    every = 0
    for rows in threads:
        for row in rows:
            every += 1
            said = f" {row.title} {row.body} "
            counted.update([word for word in wanted.words if word in said])
    return {word: math.log(2 + every / (1 + counted[word])) for word in wanted.words}
