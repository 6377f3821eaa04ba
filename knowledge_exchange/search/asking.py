"""A query as the index is asked it for one reader: within the networks that they may read, narrowed by its filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, bindparam, or_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, Id
from knowledge_exchange.core.ids import MAX_ID, floor_id
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.queries import is_in, readable_by
from knowledge_exchange.search import facets
from knowledge_exchange.search.matching import DOCUMENT, PLACE, SAYING, read_for, stated
from knowledge_exchange.search.models import SearchWord
from knowledge_exchange.search.query import AllOf, AnyOf, Node, Phrase, Query, all_of, word
from knowledge_exchange.search.sources import all_sources
from knowledge_exchange.search.words import fold, stem

#: Words that a prefix may stand for, beyond those whose stems begin with it.
MOST_OPENED = 200
#: So many times as many networks may be out of reach as within, before the index is asked for those within.
FEW_OTHERS = 2

_me = bindparam("me", type_=Id)
_NETWORKS = Read(
    select(Network.id, Network.slug, Network.name, readable_by(_me).label("may_read"), is_in(_me).label("is_mine"))
    # As the page offers them.
    .order_by(Network.name)
)
_OPENED = Read(
    select(SearchWord.word)
    .join(Network, Network.id == SearchWord.network_id)
    .where(readable_by(_me), SearchWord.word >= bindparam("word"), SearchWord.word < bindparam("end"))
    .limit(MOST_OPENED)
)


@dataclass(frozen=True, slots=True)
class Reach:
    """The networks: those that the reader may read, by id, in the order of their names, and the ids of the others."""

    readable: Mapping[int, AnyRow]
    others: Sequence[int]

    def named(self, name: str) -> list[int]:
        """Those of the readable ones that are called so, by slug or name."""
        wanted = fold(name).strip()
        return [one.id for one in self.readable.values() if wanted in (one.slug, fold(one.name))]

    def narrowing(self) -> list[Node]:
        """What keeps candidates within reach: words of the index to have.

        None where most of the index is within reach: looking for them costs as much as passing over what is not.
        """
        if len(self.others) <= FEW_OTHERS * len(self.readable):
            return []
        return [_any([facets.network(one) for one in self.readable])]


def reach_of(me: Me) -> Reach:
    """Which networks this member may read. One statement."""
    rows = _NETWORKS.all(me=me.id)
    readable = {row.id: row for row in rows if row.may_read}
    return Reach(readable, [row.id for row in rows if not row.may_read])


@dataclass(frozen=True)
class Asked:
    """What one reader asks of the index. ``node``: the words; the rest narrows whatever words are asked for."""

    me_id: int
    node: AllOf
    narrowing: tuple[Node, ...] = ()
    without: tuple[Node, ...] = ()
    conditions: tuple[ColumnElement[bool], ...] = ()
    after: int = 0
    before: int = MAX_ID
    #: Nothing can be found: a network that is not there for the reader, or a filter that no source knows.
    is_void: bool = False
    hints: tuple[str, ...] = ()

    def rows(
        self, node: Node, most: int, *, after: int = 0, before: int = MAX_ID, saying: bool = False
    ) -> list[AnyRow]:
        """Of the documents that match the node, within all that narrows it, so many of the newest. One statement.

        Their places, and what they say where that is asked for (``matching.PLACE``, ``SAYING``).
        """
        if self.is_void:
            return []
        wanted = all_of([node, *self.narrowing], self.without)
        bounds = {"after": max(after, self.after), "before": min(before, self.before)}
        read = read_for(SAYING if saying else PLACE, self.conditions)
        return read.all(me=self.me_id, match=stated(wanted), most=most, **bounds)

    def within(self, thread_ids: Sequence[int]) -> Asked:
        """The same, in these threads alone."""
        return replace(self, narrowing=(*self.narrowing, _any([facets.thread(one) for one in thread_ids])))


def asked(me: Me, query: Query, reach: Reach) -> Asked:
    """A query as the index is asked it. One statement where a word was left open (``wor*``), else none."""
    filters = query.filters
    narrowing, hints = _narrowing(query, reach)
    node = query.node or AllOf(())
    if not node.nodes:
        node = replace(node, nodes=(_any([facets.source(source.name) for source in all_sources()]),))
    conditions = _conditions(me, query)
    return Asked(
        me_id=me.id,
        node=_opened(me, replace(node, without=())),
        narrowing=tuple(narrowing or ()),
        without=node.without,
        conditions=conditions or (),
        after=_begins(filters.after, me.zone) - 1 if filters.after else 0,
        before=_begins(filters.before, me.zone) if filters.before else MAX_ID,
        is_void=narrowing is None or conditions is None,
        hints=(*query.hints, *hints),
    )


def _narrowing(query: Query, reach: Reach) -> tuple[list[Node] | None, list[str]]:
    """The words of the index for its filters, and what is to be said of them; None where nothing can be found."""
    filters = query.filters
    narrowing = reach.narrowing()
    if filters.network:
        ids = reach.named(filters.network)
        if not ids:
            return None, [_("You can read no network called “%(name)s”.", name=filters.network)]
        narrowing = [_any([facets.network(one) for one in ids])]
    hints = []
    if filters.kind:
        narrowing.append(word(facets.kind(filters.kind)))
        if filters.kind not in facets.KINDS:
            known = ", ".join(f"kind:{one}" for one in facets.KINDS)
            hints.append(_("There is no kind “%(name)s”: there are %(known)s.", name=filters.kind, known=known))
    if filters.tag:
        narrowing.append(word(facets.tag(filters.tag)))
    narrowing += [word(facets.state(state)) for state in filters.states if state in facets.STATES]
    return narrowing, hints


def _any(tokens: Sequence[str]) -> Node:
    """One of these words of the index; of none, what stands nowhere."""
    return AnyOf(tuple([word(one) for one in tokens])) if tokens else word(facets.network(0))


def _conditions(me: Me, query: Query) -> tuple[ColumnElement[bool], ...] | None:
    """Filters that sources answer by themselves; None where none of them knows one."""
    said = {state: "" for state in query.filters.states if state not in facets.STATES}
    if query.filters.by:
        said["by"] = query.filters.by
    conditions = []
    for name, value in said.items():
        known = [source for source in all_sources() if name in source.filters]
        if not known:
            return None
        each = [and_(DOCUMENT.c.source == source.name, source.filters[name](me, value)) for source in known]
        conditions.append(or_(*each))
    return tuple(conditions)


def _begins(day: date, zone: str) -> int:
    """The smallest id of that day, where the reader is."""
    return floor_id(datetime.combine(day, time.min, ZoneInfo(zone)))


def _opened(me: Me, node: AllOf) -> AllOf:
    """With each open word also as the stems of the words that begin with it: ``managem*`` finds ``management``."""
    return replace(node, nodes=tuple([_opened_one(me, one) for one in node.nodes]))


def _opened_one(me: Me, node: Node) -> Node:
    if isinstance(node, AnyOf):
        return AnyOf(tuple([_opened_one(me, one) for one in node.nodes]))
    if not isinstance(node, Phrase) or not node.is_open:
        return node
    beginning = node.stems[-1]
    rows = _OPENED.all(me=me.id, word=beginning, end=beginning[:-1] + chr(ord(beginning[-1]) + 1))
    further = {stem(row.word) for row in rows}
    exact = [Phrase((*node.stems[:-1], one)) for one in sorted(further) if not one.startswith(beginning)]
    return AnyOf((node, *exact)) if exact else node
