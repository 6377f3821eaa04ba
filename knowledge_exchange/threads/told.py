"""What waits for somebody: threads of which they were told and that they have not read."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, bindparam, func, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnySelect, Id
from knowledge_exchange.core.id_lists import is_one_of
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.notifications.models import NetworkLevel, Notification, Participant
from knowledge_exchange.threads.listing import SEEN, Item, items, last_read, marked, of_mine
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.queries import readable

MOST_WAITING = 5
#: Unread notices in which what waits is looked for, newest first.
MOST_TOLD = 100
_me = bindparam("me", type_=Id)


# What one is told of and has not read, from the newest notices: its cost doesn't grow with what one follows.
def _waiting(whose: ColumnElement[bool], place: ColumnElement[bool]) -> AnySelect:
    told = (
        select(Notification.thread_id)
        .where(
            whose,
            Notification.read_at.is_(None),
            thread_open_to(Notification.thread_id, _me),
        )
        .order_by(Notification.id.desc())
        .limit(MOST_TOLD)
        .subquery()
    )
    return (
        select(*SEEN, Network.slug, Network.name)
        .join(Network, Network.id == Thread.network_id)
        .outerjoin(Participant, place)
        .outerjoin(NetworkLevel, marked)
        .where(
            Thread.id.in_(select(told.c.thread_id)),
            Thread.last_post_id > func.coalesce(last_read, 0),
            readable(_me),
        )
        .order_by(Thread.last_post_id.desc())
        .limit(MOST_WAITING)
    )


_WAITING = Read(_waiting(Notification.member_id == _me, of_mine))
# The same of places that name nobody, and what such a place is to its owner in a list.
_sealed = and_(Participant.thread_id == Thread.id, is_one_of(Participant.id, "places"))
_WAITING_SEALED = Read(
    _waiting(and_(Notification.member_id.is_(None), is_one_of(Notification.participant_id, "places")), _sealed)
)
# And of all other threads: what names them in those is there for their cover alone, and shall crowd nothing out.
_WAITING_ELSEWHERE = Read(
    _waiting(and_(Notification.member_id == _me, ~is_one_of(Notification.thread_id, "threads")), of_mine)
)


def waiting(me: Me) -> list[Item]:
    """Threads of which the member was told and that they have not read, newest first. One statement, to three."""
    if not me.places:
        rows = _WAITING.all(me=me.id)
    else:
        sealed = _WAITING_SEALED.all(me=me.id, places=list(me.places.values()))
        elsewhere = _WAITING_ELSEWHERE.all(me=me.id, threads=list(me.places))
        rows = sorted([*sealed, *elsewhere], key=lambda row: row.last_post_id, reverse=True)[:MOST_WAITING]
    return items(rows, {row.network_id: row for row in rows})
