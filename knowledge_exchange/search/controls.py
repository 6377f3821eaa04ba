"""The filters of a query as controls: what is set, links that set or drop one, and the fields of the form beside."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from knowledge_exchange.core.text import one_line
from knowledge_exchange.search import facets
from knowledge_exchange.search.language import MAX_QUERY_CHARS, parse
from knowledge_exchange.search.query import Query
from knowledge_exchange.search.rewriting import with_filter, without_filter

#: Fields of the form beside the box, each a filter; ``is`` may come more than once.
FIELDS = ("network", "kind", "by", "after", "before", "tag")
#: Says that the form beside the box was sent.
NARROWS = "narrow"
#: Of the reader's networks so many are links; all of them are in the form.
MOST_LINKS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """A network that the reader may read."""

    slug: str
    name: str
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A link that changes the query; ``on``: it is what the page shows."""

    url: str
    text: str
    on: bool = False


def address(text: str, order: str, key: str = "") -> str:
    """Where a query is answered."""
    said = {"q": text} | ({"order": order} if order != "best" else {}) | ({"key": key} if key else {})
    return f"/search?{urlencode(said)}"


def typed_with_fields(form: MultiDict[str, str]) -> str:
    """What would have been typed, had the form's fields been words of the query."""
    text = form.get("q", "")[: 2 * MAX_QUERY_CHARS]
    pairs = [(name, form.get(name, "")) for name in FIELDS]
    pairs += [("is", value) for value in form.getlist("is")]
    for name, value in pairs:
        plain = one_line(value.replace('"', " "))
        if plain:
            text = with_filter(parse(text), name, plain)
    return text


def tabs(query: Query, order: str) -> list[Link]:
    """Everything, or one state or kind of threads."""
    bare = _without(query, ("is:answered", "is:unanswered", "is:official", "kind"))
    said = query.filters
    state = next((one for one in said.states if one in facets.STATES), "")
    chosen = (state, said.kind)
    choices = (
        (_("Everything"), "", ""),
        (_("Answered"), "answered", ""),
        (_("Unanswered"), "unanswered", ""),
        (_("Official"), "official", ""),
        (_("Advice"), "", "advice"),
    )
    links = []
    for text, is_, kind in choices:
        narrowed = with_filter(bare, "is", is_) if is_ else with_filter(bare, "kind", kind) if kind else bare.text
        links.append(Link(address(narrowed, order), text, chosen == (is_, kind)))
    return links


def orders(query: Query, order: str) -> list[Link]:
    """Best match or newest; nothing to choose where no words are looked for."""
    if query.node is None:
        return []
    names = (("best", _("Best match")), ("newest", _("Newest")))
    return [Link(address(query.text, word), text, word == order) for word, text in names]


def chips(query: Query, order: str, places: Sequence[Place]) -> list[Link]:
    """What narrows the query, each a link to the query without it."""
    said = query.filters
    network = next((place.name for place in places if place.slug == said.network), said.network)
    words = [
        ("network", "", network),
        ("kind", "", kinds().get(said.kind, said.kind)),
        ("by", "", _("by %(name)s", name=said.by) if said.by else ""),
        ("tag", "", _("tagged “%(tag)s”", tag=said.tag) if said.tag else ""),
        *[("is", state, states().get(state, state)) for state in said.states],
        ("after", "", _("from %(day)s", day=said.after.isoformat()) if said.after else ""),
        ("before", "", _("before %(day)s", day=said.before.isoformat()) if said.before else ""),
    ]
    return [Link(address(without_filter(query, name, value), order), text) for name, value, text in words if text]


def in_networks(query: Query, order: str, places: Iterable[Place]) -> list[Link]:
    """The reader's own networks, and those that they may read besides as far as there is room."""
    first = sorted(places, key=lambda place: not place.is_mine)[:MOST_LINKS]
    return [_set(query, order, "network", place.slug, place.name) for place in first]


def when(query: Query, order: str, day: date) -> list[Link]:
    """Since the beginning of this month, or of this year."""
    month, year = day.replace(day=1), day.replace(month=1, day=1)
    links = []
    for text, first, value in ((_("This month"), month, f"{month:%Y-%m}"), (_("This year"), year, f"{year:%Y}")):
        link = _set(query, order, "after", value, text)
        links.append(Link(link.url, text, query.filters.after == first))
    return links


def own(query: Query, order: str) -> list[Link]:
    """What the reader wrote, and what they have not read."""
    pairs = (("mine", _("What I wrote")), ("unread", _("What I have not read")))
    found = []
    for word, text in pairs:
        on = word in query.filters.states
        narrowed = without_filter(query, "is", word) if on else with_filter(query, "is", word)
        found.append(Link(address(narrowed, order), text, on))
    return found


def kinds() -> Mapping[str, str]:
    """Kinds of threads in words."""
    return {
        "problem": _("Problems"),
        "advice": _("Advice"),
        "case_study": _("Case studies"),
        "discussion": _("Discussions"),
        "announcement": _("Announcements"),
    }


def states() -> Mapping[str, str]:
    """States in words."""
    return {
        "answered": _("answered"),
        "unanswered": _("unanswered"),
        "official": _("official answers"),
        "mine": _("what I wrote"),
        "unread": _("what I have not read"),
    }


def _set(query: Query, order: str, name: str, value: str, text: str) -> Link:
    """A link that sets a filter; where it is set, one that drops it."""
    on = getattr(query.filters, name) in (value, text)
    narrowed = without_filter(query, name) if on else with_filter(query, name, value)
    return Link(address(narrowed, order), text, on)


def _without(query: Query, names: Iterable[str]) -> Query:
    for name in names:
        word, _colon, value = name.partition(":")
        query = parse(without_filter(query, word, value))
    return query
