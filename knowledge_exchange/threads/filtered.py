"""Lists of threads narrowed and ordered otherwise than usual, and unanswered problems of all networks by age.

Each asks of its threads what the other lists ask (``listing.py``), and pages by key.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, bindparam, literal_column, select, tuple_, union_all

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, AnySelect, Id
from knowledge_exchange.core.i18n import today
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.care_models import NetworkTag
from knowledge_exchange.notifications.models import NetworkLevel, Participant
from knowledge_exchange.threads import listing
from knowledge_exchange.threads.chosen import Chosen, Key
from knowledge_exchange.threads.curation.curation_models import ThreadTag
from knowledge_exchange.threads.limits import THREADS_A_PAGE
from knowledge_exchange.threads.listing import Item
from knowledge_exchange.threads.models import Thread

_me = bindparam("me", type_=Id)
_after = bindparam("after", type_=Id)
_key = bindparam("key", type_=Id)
_rank = bindparam("rank", type_=Integer())
_day = bindparam("day", type_=Date())
_today = bindparam("today", type_=Date())
_ONE_MORE = THREADS_A_PAGE + 1


def page_of(me: Me, network_id: int, chosen: Chosen, key: Key | None) -> list[AnyRow]:
    """A page of a network's list and one more, in the chosen order, after the key; rows as of ``listing.network_page``.

    That the member may read the network has been asked before. One statement, or two.
    """
    if not chosen.tag and chosen.order == "latest":
        return listing.network_page(me, network_id, chosen.only, key.id if key else None)
    found: dict[str, Any] = {"me": me.id, "network": network_id}
    if chosen.tag:
        found["tag"] = chosen.tag
    if chosen.order == "due":
        found["today"] = today(me.zone)
    if key is not None:
        found |= _after_key(chosen.order, key)
    return listing.from_places(me, _list(chosen.only, bool(chosen.tag), chosen.order, key is not None).all(**found))


def _after_key(order: str, key: Key) -> dict[str, Any]:
    if order == "latest":
        return {"before": key.id}
    if order == "shared":
        return {"key": key.id, "rank": key.rank}
    if order == "due":
        return {"key": key.id, "day": date.fromordinal(min(max(key.rank, 1), date.max.toordinal()))}
    return {"key": key.id}


@cache
def _list(only: str, by_tag: bool, order: str, paged: bool) -> Read:
    """A network's threads of a kind, perhaps of a tag, in one of the orders but the usual one of all of them."""
    here = bindparam("network", type_=Id)
    if order == "latest":
        query = listing.newest_of(_seen(), here, only, paged)
    else:
        query = _in_order(listing.standing(_seen(Thread.too, Thread.answer_by), here, only), order, paged)
    if not by_tag:
        return Read(query)
    query = query.join(ThreadTag, ThreadTag.thread_id == Thread.id).join(NetworkTag, NetworkTag.id == ThreadTag.tag_id)
    return Read(query.where(NetworkTag.network_id == here, NetworkTag.slug == bindparam("tag")))


def _in_order(query: AnySelect, order: str, paged: bool) -> AnySelect:
    """A list's threads, from the index of that order."""
    if order == "shared":
        query = query.where(Thread.too > literal_column("0")).order_by(Thread.too.desc(), Thread.id.desc())
        after: ColumnElement[bool] = tuple_(Thread.too, Thread.id) < tuple_(_rank, _key)
    elif order == "due":
        query = query.where(Thread.answer_by >= _today).order_by(Thread.answer_by, Thread.id)
        after = tuple_(Thread.answer_by, Thread.id) > tuple_(_day, _key)
    elif order == "age":
        query, after = query.order_by(Thread.id), Thread.id > _key
    else:
        query, after = query.order_by(Thread.id.desc()), Thread.id < _key
    return (query.where(after) if paged else query).limit(_ONE_MORE)


def _seen(*further: Any) -> AnySelect:
    """What a list asks of each thread, from the member's own place."""
    seen = select(*listing.SEEN, *further).select_from(Thread)
    return seen.outerjoin(Participant, listing.of_mine).outerjoin(NetworkLevel, listing.marked)


def _unanswered(query: AnySelect, network: Any) -> AnySelect:
    """Narrowed to the oldest unanswered problems of one network, in the order of their index."""
    query = listing.standing(query, network, "unanswered").where(Thread.id > _after)
    return query.order_by(Thread.id).limit(_ONE_MORE)


@cache
def _oldest_of(networks: int) -> Read:
    """The oldest of each network, from the index, then the oldest of those: its cost doesn't grow."""
    parts = [
        select(_unanswered(select(Thread.id), bindparam(f"network_{n}", type_=Id)).subquery()) for n in range(networks)
    ]
    every = union_all(*parts).subquery()
    top = select(every.c.id).order_by(every.c.id).limit(_ONE_MORE).subquery()
    return Read(_seen().join(top, top.c.id == Thread.id).order_by(Thread.id))


def oldest_unanswered(me: Me, networks: Sequence[AnyRow], after: int) -> tuple[list[Item], int | None]:
    """The oldest unanswered problems of these networks (of which the member belongs to each), after that thread.

    And the key of the next page, if there is one. One statement, to three.
    """
    if not networks:
        return [], None
    found = {f"network_{n}": network.id for n, network in enumerate(networks)}
    rows = listing.from_places(me, _oldest_of(len(networks)).all(me=me.id, after=after, **found))
    shown = rows[:THREADS_A_PAGE]
    more = shown[-1].id if len(rows) > len(shown) else None
    return listing.items(shown, {network.id: network for network in networks}), more
