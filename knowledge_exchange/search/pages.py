"""The page of the search. What follows from the query alone is kept by it, and each result by what it says."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice
from urllib.parse import urlencode

from flask.globals import app_ctx
from flask_babel import gettext as _
from markupsafe import Markup, escape

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.i18n import language, today
from knowledge_exchange.core.shells import Hole
from knowledge_exchange.core.templating import macro
from knowledge_exchange.notifications.pages import member_page
from knowledge_exchange.search import controls, facets
from knowledge_exchange.search.asking import reach_of
from knowledge_exchange.search.cards import Card
from knowledge_exchange.search.controls import Place, address
from knowledge_exchange.search.finding import Found, Hit, find
from knowledge_exchange.search.language import parse
from knowledge_exchange.search.query import Query
from knowledge_exchange.search.snippets import Marks, marked, snippet
from knowledge_exchange.search.sources import source_of
from knowledge_exchange.search.words import STOP

#: What surrounds results, and rows of results, that are kept in each process: about 8 kB and 1 kB each.
MOST_KEPT_AROUND = 256
MOST_KEPT_ROWS = 2048
#: Networks that one may choose from.
MOST_PLACES = 100
#: A title that is carried over to the form of a new thread.
MOST_CARRIED_CHARS = 160

_AROUND = ("title", "q", "plain", "narrow", "chips", "tabs", "orders", "tried", "ask_with", "places", "times", "mine")
_OWN = ("hints", "rows", "partial_rows", "older", "newest", "guess", "guess_url")
_HOLES = {name: Hole(name) for name in (*_AROUND, *_OWN)}


@dataclass(frozen=True, slots=True)
class _Results:
    """Results as HTML: those that hold all of the words, and those that hold some."""

    full: str
    partial: str


def show_search(me: Me, typed: str, order: str, key: str) -> bytes:
    """The page for what was typed, as HTML in UTF-8; without words, what can be typed.

    Statements: those of :func:`~knowledge_exchange.search.finding.find` (without words, the networks alone), and those
    of the cards.
    """
    query = parse(typed)
    reach = reach_of(me)
    found = Found([], query) if query.is_empty else find(me, query, order, key, reach=reach)
    readable = islice(reach.readable.values(), MOST_PLACES)
    places = tuple(Place(row.slug, row.name, bool(row.is_mine)) for row in readable)
    results = _results(me, found)
    state = "blank" if query.is_empty else "hits" if results.full or results.partial else "nothing"
    facts = {"nav": "search", "state": state, "order": order, **_facts(found, results, key)}
    moment = (app_ctx.app.name, today(me.zone), language())
    values = {**_around(query, order, places, moment), **_own(query, found, results, order, key)}
    holes = {name: hole for name, hole in _HOLES.items() if name not in facts}
    return member_page("search/search.html", me, facts, values, keep=True, **holes)


def _facts(found: Found, results: _Results, key: str) -> dict[str, object]:
    """Of what was found, what the page looks different by."""
    return {
        "has_full": bool(results.full),
        "has_partial": bool(results.partial),
        "is_guess": found.is_guess,
        "has_guess": bool(found.guess),
        "is_cut": found.is_cut,
        "older": _HOLES["older"] if found.next_key else None,
        "newest": _HOLES["newest"] if key else None,
    }


def _own(query: Query, found: Found, results: _Results, order: str, key: str) -> dict[str, str]:
    """What the page says of what was found, for its holes."""
    return {
        "hints": _part("hints")(tuple(dict.fromkeys((*query.hints, *found.hints)))),
        "rows": results.full,
        "partial_rows": results.partial,
        "older": escape(address(query.text, order, found.next_key)) if found.next_key else "",
        "newest": escape(address(query.text, order)) if key else "",
        "guess": escape(found.guess),
        "guess_url": escape(address(found.guess, order)) if found.guess else "",
    }


def _results(me: Me, found: Found) -> _Results:
    marks = marks_of(found.query)
    cards = _cards(me, found.hits)
    full: list[str] = []
    partial: list[str] = []
    for hit in found.hits:
        # Whoever may not see it by now, or what has gone since, has no card.
        if hit.id in cards:
            (partial if hit.is_partial else full).append(_row(cards[hit.id], marks, hit.matches))
    return _Results("".join(full), "".join(partial))


def _cards(me: Me, hits: Sequence[Hit]) -> Mapping[int, Card]:
    """What each source shows of its own documents."""
    cards: dict[int, Card] = {}
    for name in dict.fromkeys(hit.source for hit in hits):
        source = source_of(name)
        if source is not None:
            cards |= source.cards(me, [hit.id for hit in hits if hit.source == name])
    return cards


def marks_of(query: Query) -> Marks:
    """What is marked: the words that say something; of a query of nothing else, those that don't, too."""
    telling = [word for word in query.words if word.folded not in STOP] or query.words
    return Marks(
        frozenset(word.stem for word in telling if not word.is_open),
        tuple(word.folded for word in telling if word.is_open),
        frozenset(word.folded for word in query.words if word.folded in STOP),
    )


@lru_cache(maxsize=MOST_KEPT_ROWS)
def _row(card: Card, marks: Marks, matches: int) -> str:
    # The card is one of a language and a day: so is its row.
    return str(_part("row")(card, marked(card.title, marks), snippet(card.html, marks), matches))


@lru_cache(maxsize=MOST_KEPT_AROUND)
def _around(query: Query, order: str, places: tuple[Place, ...], moment: tuple[str, date, str]) -> Mapping[str, Markup]:
    """All that follows from the query, for the holes of the page."""
    _app, day, _language = moment
    if query.is_empty:
        blank = dict.fromkeys(_AROUND, Markup())
        return {**blank, "q": escape(query.text), "narrow": _narrow(query, order, places)}
    choices, tabs = _part("choices"), _part("tabs")
    return {
        "title": escape(f"{query.text} · "),
        "q": escape(query.text),
        "plain": escape(query.plain or query.text),
        "narrow": _narrow(query, order, places),
        "chips": _part("chips")(controls.chips(query, order, places)),
        "tabs": tabs(controls.tabs(query, order), _("Show")),
        "orders": tabs(controls.orders(query, order), _("Order")),
        "tried": _part("tried")(query, [word.folded for word in query.words if not word.is_stop]),
        "ask_with": escape(f"/ask?{urlencode({'title': query.plain[:MOST_CARRIED_CHARS]})}"),
        "places": choices(_("In which network"), controls.in_networks(query, order, places)),
        "times": choices(_("When"), controls.when(query, order, day)),
        "mine": choices(_("Yours"), controls.own(query, order)),
    }


def _narrow(query: Query, order: str, places: tuple[Place, ...]) -> Markup:
    words = controls.states()
    states = [(name, words[name]) for name in facets.STATES]
    named = [(place.slug, place.name) for place in places]
    return Markup(_part("narrow")(query, order, named, list(controls.kinds().items()), states))  # noqa: S704


def _part(name: str) -> Callable[..., Markup]:
    """A part of the page by its name."""
    part: Callable[..., Markup] = macro("search/_parts.html", name)
    return part
