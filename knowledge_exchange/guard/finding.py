"""Finding what should not be posted. One function; it never raises, and its time grows with the text's length alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from knowledge_exchange.guard.births import birth_dates
from knowledge_exchange.guard.contacts import addresses, postcodes, telephones
from knowledge_exchange.guard.findings import HARD, KINDS, WORDS, Finding, Span
from knowledge_exchange.guard.folding import Folded, fold
from knowledge_exchange.guard.names import names
from knowledge_exchange.guard.numbers import health_numbers, insurance_numbers
from knowledge_exchange.guard.organisations import NONE, Organisations, organisation_names
from knowledge_exchange.guard.shown import shown
from knowledge_exchange.guard.tokens import tokens_of

#: Where two findings meet in one place, the kind that is named first here stays.
_RANK = {kind: place for place, kind in enumerate(KINDS)}

_EMPHASIS = frozenset("*_~`")
_MOST_EMPHASIS = 6


def find(
    text: str, people: Iterable[str] = (), organisations: Organisations = NONE, *, only_hard: bool = False
) -> list[Finding]:
    """Everything in a text that may identify somebody, in the order of the text, none over another.

    ``people``: the names under which others write in the same thread; ``organisations``: those that the exchange
    knows. Other names and organisations are found by their shape. ``only_hard``: only what identifies a patient.
    """
    folded = fold(text)
    spans = _hard(folded.text) if only_hard else _spans(folded.text, people, organisations)
    kept = _apart(spans, len(folded.text))
    return [_finding(text, folded, span) for span in kept]


def _hard(text: str) -> Iterator[Span]:
    yield from _patients(text)
    if (seen := shown(text)) is not None:
        yield from map(seen.origin, _patients(seen.text))


def _patients(text: str) -> Iterator[Span]:
    yield from health_numbers(text)
    yield from insurance_numbers(text)
    yield from birth_dates(text)
    yield from postcodes(text)


def _spans(text: str, people: Iterable[str], known: Organisations) -> Iterator[Span]:
    yield from _hard(text)
    yield from addresses(text)
    yield from telephones(text)
    words = tokens_of(text)
    yield from organisation_names(text, known, words)
    yield from names(text, people, words)


def _apart(spans: Iterator[Span], length: int) -> list[Span]:
    """Those that do not overlap one of more weight, by their place."""
    taken = bytearray(length)
    kept = []
    for span in sorted(spans, key=lambda one: (_RANK[one.kind], one.start, -one.end)):
        if not any(taken[span.start : span.end]):
            taken[span.start : span.end] = b"\x01" * (span.end - span.start)
            kept.append(span)
    return sorted(kept, key=lambda one: one.start)


def _finding(text: str, folded: Folded, span: Span) -> Finding:
    start, end = _with_emphasis(text, *folded.origin(span.start, span.end))
    if text[max(0, start - 1) : start] == "[" and "](" in text[start:end]:
        start -= 1  # of the link that is taken along
    return Finding(span.kind, start, end, text[start:end], str(WORDS[span.kind].mask), span.kind in HARD)


def _with_emphasis(text: str, start: int, end: int) -> tuple[int, int]:
    """What has Markdown's marks inside takes those around it along: half of them would stay behind."""
    if _EMPHASIS.isdisjoint(text[start:end]):
        return start, end
    first, last = max(0, start - _MOST_EMPHASIS), min(len(text), end + _MOST_EMPHASIS)
    while start > first and text[start - 1] in _EMPHASIS:
        start -= 1
    while end < last and text[end] in _EMPHASIS:
        end += 1
    return start, end
