"""What Home shows of all of one's networks: the newest threads, and problems whose askers need an answer by a day."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Date, bindparam, cast, func, literal_column, null, select, union_all

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, AnySelect, Id
from knowledge_exchange.core.i18n import today
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.models import NetworkMembership
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.notifications.models import NetworkLevel, Participant
from knowledge_exchange.threads.limits import THREADS_A_PAGE
from knowledge_exchange.threads.listing import SEEN, Item, from_places, is_of_kind, items, marked, newest_of, of_mine
from knowledge_exchange.threads.models import Thread

#: Problems with a day that Home asks somebody to help with, and among how many they are looked for.
MOST_NEEDED = 3
_LOOKED_AT = 12
#: Whoever watches a thread is told of it anyway: its asker, and who has replied.
_SPARED = ("watching", "muted")
_me = bindparam("me", type_=Id)


def feed(me: Me, networks: Sequence[AnyRow], only: str) -> tuple[list[Item], list[Item]]:
    """Of these networks (of which the member belongs to each) the problems to be answered by a day, the soonest first,
    and the newest threads; the former where all is asked for. One statement, to three.
    """
    if not networks:
        return [], []
    found: dict[str, Any] = {f"network_{n}": network.id for n, network in enumerate(networks)}
    if only == "all":
        found["today"] = today(me.zone)
    rows = from_places(me, _feed(len(networks), only).all(me=me.id, **found))
    known = {network.id: network for network in networks}
    needed = [row for row in rows if row.is_needed and row.id not in me.places][:MOST_NEEDED]
    newest = [row for row in rows if not row.is_needed]
    shown = {item.id: item for item in items([*needed, *newest], known)}
    return _those(needed, shown), _those(newest, shown)


def _those(rows: Sequence[AnyRow], shown: dict[int, Item]) -> list[Item]:
    return [shown[row.id] for row in rows if row.id in shown]


@cache
def _feed(networks: int, only: str) -> Read:
    newest = _newest(networks, only).add_columns(cast(null(), Date()).label("needed_by"))
    if only != "all":
        return Read(newest.add_columns(literal_column("0").label("is_needed")).order_by(Thread.last_post_id.desc()))
    above, below = _needed().subquery(), newest.subquery()
    both = union_all(
        select(above, literal_column("1").label("is_needed")), select(below, literal_column("0"))
    ).subquery()
    return Read(select(both).order_by(both.c.is_needed.desc(), both.c.needed_by, both.c.last_post_id.desc()))


def _newest(networks: int, only: str) -> AnySelect:
    """The newest of each network, from the index, then the newest of those: its cost doesn't grow."""
    ids = select(Thread.id, Thread.last_post_id)
    parts = [
        select(newest_of(ids, bindparam(f"network_{n}", type_=Id), only, False).subquery()) for n in range(networks)
    ]
    every = union_all(*parts).subquery()
    top = select(every.c.id).order_by(every.c.last_post_id.desc()).limit(THREADS_A_PAGE).subquery()
    seen = select(*SEEN).select_from(top).join(Thread, Thread.id == top.c.id)
    return seen.outerjoin(Participant, of_mine).outerjoin(NetworkLevel, marked)


def _needed() -> AnySelect:
    """Problems of the member's networks that somebody needs an answer to by a day that is to come: few, and from the
    index of those. Not what they have muted, nor what they watch.
    """
    return (
        select(*SEEN, Thread.answer_by.label("needed_by"))
        .join(NetworkMembership, NetworkMembership.network_id == Thread.network_id)
        .outerjoin(Participant, of_mine)
        .outerjoin(NetworkLevel, marked)
        .where(
            NetworkMembership.member_id == _me,
            is_of_kind("problem"),
            Thread.answer_by >= bindparam("today", type_=Date()),
            Thread.answer_id.is_(None),
            Thread.deleted_at.is_(None),
            Thread.archived_at.is_(None),
            Thread.locked_at.is_(None),
            thread_open_to(Thread.id, _me, Thread.is_shielded),
            func.coalesce(Participant.level, "").not_in(_SPARED),
            func.coalesce(NetworkLevel.level, "") != "muted",
        )
        .order_by(Thread.answer_by, Thread.id)
        .limit(_LOOKED_AT)
    )
