"""The language of the search: words, ``"phrases"``, ``-not``, ``or``, ``wor*``, and filters such as ``network:``.

Whatever is typed is understood as something: a quote that is never closed ends with the text, an unknown filter is
words and a hint, and a text that is too long is cut.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _

from knowledge_exchange.core.i18n import language
from knowledge_exchange.core.text import one_line
from knowledge_exchange.search import facets
from knowledge_exchange.search.query import AllOf, AnyOf, Filters, Node, Phrase, Query, Word
from knowledge_exchange.search.words import STOP, Piece, fold, pieces, stem

#: What is typed beyond this is not looked for, and so many words of it are.
MAX_QUERY_CHARS = 400
MOST_WORDS = 24
#: Queries that each process has understood before: the next page, another order.
MOST_KEPT = 256
#: A prefix shorter than this would fit half of all words.
SHORTEST_PREFIX = 2
#: What can stand before a colon.
FILTERS = ("network", "kind", "by", "is", "before", "after", "tag")
STATES = (*facets.STATES, "mine", "unread")
_NO_FILTERS = frozenset({"http", "https", "mailto", "re", "fwd"})

#: One part of what is typed: a word or a phrase, maybe left out, maybe of a filter.
PART = re.compile(
    r"""(?P<minus>-)?(?:(?P<name>[A-Za-z]+):(?=[^\s/]))?(?:["“”](?P<quoted>[^"“”]*)["“”]?|(?P<bare>[^\s"“”]+))"""
)
_DAY = re.compile(r"(?P<year>\d{4})(?:-(?P<month>\d{1,2})(?:-(?P<day>\d{1,2}))?)?")
_BRITISH_DAY = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})")


@dataclass(slots=True)
class _Found:
    """What has been understood so far."""

    wanted: list[Node] = field(default_factory=list)
    #: Those of ``wanted`` that say nothing by themselves.
    stops: list[Node] = field(default_factory=list)
    without: list[Node] = field(default_factory=list)
    words: dict[str, Word] = field(default_factory=dict)
    phrases: list[tuple[str, ...]] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)
    filters: Filters = field(default_factory=Filters)
    #: The word before was ``or``, with something before it; and what is before that, was chained by one, too.
    is_or: bool = False
    is_chain: bool = False


def parse(typed: str) -> Query:
    """What somebody typed, understood as far as it can be. Never raises."""
    return _parsed(typed[: 4 * MAX_QUERY_CHARS + 1], language())


@lru_cache(maxsize=MOST_KEPT)
def _parsed(typed: str, _language: str) -> Query:
    """The same in one language, in which its hints are."""
    text = one_line(typed[: 4 * MAX_QUERY_CHARS].replace("\0", " "))
    found = _Found()
    if len(text) > MAX_QUERY_CHARS or len(typed) > 4 * MAX_QUERY_CHARS:
        text = text[:MAX_QUERY_CHARS]
        found.hints.append(_("That is long: only the first %(most)s letters were looked for.", most=MAX_QUERY_CHARS))
    for part in PART.finditer(text):
        _take(found, part)
    wanted = [node for node in found.wanted if node not in found.stops] or found.wanted
    if found.without and not wanted and not found.filters.are_any:
        found.hints.append(_("Say what to look for, too: “-word” only leaves something out."))
        found.without = []
    node = AllOf(tuple(wanted), tuple(found.without)) if wanted or found.without else None
    return Query(
        text=text,
        plain=" ".join(found.plain),
        node=node,
        words=tuple(found.words.values()),
        phrases=tuple(found.phrases),
        filters=found.filters,
        hints=tuple(dict.fromkeys(found.hints)),
    )


def name_of(part: re.Match[str]) -> str:
    """Which filter a part of what was typed is; empty where it is none."""
    name = (part["name"] or "").lower()
    return name if name in FILTERS and not part["minus"] else ""


def value_of(part: re.Match[str]) -> str:
    """What a part says, without its filter's name and its quotes."""
    return (part["quoted"] if part["quoted"] is not None else part["bare"]).strip()


def _take(found: _Found, part: re.Match[str]) -> None:
    """Understand one part of what was typed."""
    name = (part["name"] or "").lower()
    if name in FILTERS:
        _take_filter(found, name, value_of(part), is_without=part["minus"] is not None)
        return
    if name and name not in _NO_FILTERS:
        known = ", ".join(f"{one}:" for one in FILTERS)
        found.hints.append(
            _(
                "There is no filter “%(name)s:”, so it was looked for as words. There are %(known)s.",
                name=name,
                known=known,
            )
        )
    found.plain.append(part.group())
    if part["bare"] is not None and not name and not part["minus"] and part["bare"].lower() == "or":
        found.is_or = bool(found.wanted)
        return
    said = part["quoted"] if part["quoted"] is not None else part["bare"]
    _take_words(found, f"{name} {said}" if name else said, part)


def _take_words(found: _Found, said: str, part: re.Match[str]) -> None:
    is_quoted, is_open = part["quoted"] is not None, part["quoted"] is None and said.endswith("*")
    seen = list(pieces(said))
    if len(found.words) + sum(len(piece.words) for piece in seen) > MOST_WORDS:
        found.hints.append(_("Only the first %(most)s words were looked for.", most=MOST_WORDS))
        return
    whole = [word for piece in seen for word in piece.words]
    if is_open and whole and len(whole[-1]) < SHORTEST_PREFIX:
        hint = _("“%(word)s*” was looked for as a word: a beginning has at least two letters.", word=whole[-1])
        found.hints.append(hint)
    nodes = [_phrase(whole)] if is_quoted and seen else list(_nodes(seen, is_open))
    if part["minus"]:
        found.without += nodes
        found.is_or = False
        return
    is_stop = not is_quoted and all(word in STOP for word in whole)
    for node in nodes:
        _want(found, node, is_stop)
    if is_quoted and seen:
        found.phrases.append(_phrase(whole).stems)
    for place, word in enumerate(whole):
        opens = is_open and place == len(whole) - 1 and len(word) >= SHORTEST_PREFIX
        known = Word(word, word if opens else stem(word), len(found.words), opens, word in STOP and not is_quoted)
        found.words.setdefault(word, known)


def _want(found: _Found, node: Node, is_stop: bool) -> None:
    if found.is_or:
        # What stands beside an "or" was meant, whatever it is.
        before = found.wanted.pop()
        found.stops = [one for one in found.stops if one != before]
        more = before.nodes if found.is_chain and isinstance(before, AnyOf) else (before,)
        node = AnyOf((*more, node))
    elif is_stop:
        found.stops.append(node)
    found.is_chain, found.is_or = found.is_or, False
    found.wanted.append(node)


def _phrase(whole: list[str]) -> Phrase:
    return Phrase(tuple([stem(word) for word in whole]))


def _nodes(seen: list[Piece], is_open: bool) -> Iterator[Node]:
    """Each word by itself; what is joined as it stands, or as one word."""
    for number, piece in enumerate(seen):
        words = tuple(stem(word) for word in piece.words)
        if is_open and number == len(seen) - 1 and len(piece.words[-1]) >= SHORTEST_PREFIX:
            # The beginning of a word has no stem.
            yield Phrase((*words[:-1], piece.words[-1]), is_open=True)
        elif piece.joined:
            yield AnyOf((Phrase(words), Phrase((stem(piece.joined),))))
        else:
            yield Phrase(words)


def _take_filter(found: _Found, name: str, value: str, *, is_without: bool) -> None:
    if not value:
        return
    if is_without:
        _leave_out(found, name, value)
    elif name == "is":
        _take_state(found, value.lower())
    elif name in ("before", "after"):
        day = _day(value)
        if day is None:
            hint = _("“%(name)s:%(value)s” is no day: write 2026-11-22, 2026-11 or 2026.", name=name, value=value)
            found.hints.append(hint)
        else:
            found.filters = _with(found.filters, name, day)
    else:
        found.filters = _with(found.filters, name, _kind(value) if name == "kind" else value)


def _with(filters: Filters, name: str, value: str | date) -> Filters:
    said: dict[str, Any] = {name: value}
    return replace(filters, **said)


def _take_state(found: _Found, value: str) -> None:
    if value in STATES:
        found.filters = replace(found.filters, states=tuple(dict.fromkeys((*found.filters.states, value))))
        return
    found.hints.append(
        _(
            "“is:%(value)s” says nothing here: there are %(known)s.",
            value=value,
            known=", ".join(f"is:{one}" for one in STATES),
        )
    )


def _leave_out(found: _Found, name: str, value: str) -> None:
    """``-kind:``, ``-tag:`` and ``-is:``: what a word of the index can leave out."""
    if name == "kind":
        found.without.append(Phrase((facets.kind(_kind(value)),)))
    elif name == "tag":
        found.without.append(Phrase((facets.tag(value),)))
    elif name == "is" and value.lower() in facets.STATES:
        found.without.append(Phrase((facets.state(value),)))
    else:
        found.hints.append(_("“-%(name)s:” can't be left out: only kind:, tag: and is: can.", name=name))


def _kind(value: str) -> str:
    return "_".join(re.split(r"[\s_-]+", fold(value).strip()))


def _day(value: str) -> date | None:
    """The first day of what was named: ``2026``, ``2026-11``, ``2026-11-22`` or ``22/11/2026``."""
    named = _DAY.fullmatch(value) or _BRITISH_DAY.fullmatch(value)
    if named is None:
        return None
    try:
        return date(int(named["year"]), int(named["month"] or 1), int(named["day"] or 1))
    except ValueError:
        return None
