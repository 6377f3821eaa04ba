"""Lists of threads: of a network, of all of one's networks, of what waits for one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal_column, select, union_all

from knowledge_exchange.core.db import AnyRow, AnySelect, Id
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.networks.queries import readable_by
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.forms import slug_of
from knowledge_exchange.threads.limits import MAX_UNREAD_COUNTED, THREADS_A_PAGE
from knowledge_exchange.threads.models import Post, Thread, Voice

#: What a list can be narrowed to, by the word in the address.
FILTERS = ("all", "unanswered", "problem", "advice", "case_study", "discussion", "announcement")
MOST_WAITING = 5
#: Items of lists that are kept in each process, about 1 kB each.
MOST_KEPT = 4096
_FOLLOWED = ("watching", "tracking")

_me = bindparam("me", type_=Id)
_before = bindparam("before", type_=Id)


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A thread in a list, as the row macro wants it. Items of the same state are the same (see ``_item``)."""

    id: int
    url: str
    title: str
    kind: str
    state: str
    locked: bool
    name: str
    pseudonym: bool
    network: str
    network_url: str
    at: Any
    replies: int
    unread: int
    is_new: bool
    mine: bool
    last_post_id: int


def _narrowed(query: AnySelect, only: str) -> AnySelect:
    if only == "unanswered":
        return query.where(Thread.kind == "problem", Thread.answer_id.is_(None))
    if only != "all":
        return query.where(Thread.kind == only)
    return query


def _newest_ids(network: Any, only: str, paged: bool) -> AnySelect:
    """The ids of one network's newest threads, from the index alone."""
    query = select(Thread.id, Thread.last_post_id).where(Thread.network_id == network, Thread.deleted_at.is_(None))
    if paged:
        query = query.where(Thread.last_post_id < _before)
    query = _narrowed(query, only)
    return query.order_by(Thread.last_post_id.desc()).limit(THREADS_A_PAGE + 1)


# Posts since one's last read, a hundred at most, where one follows the thread.
_since = (
    select(literal_column("1"))
    .select_from(Post)
    .where(
        Post.thread_id == Thread.id,
        Post.id > Participant.last_read_id,
        Post.deleted_at.is_(None),
    )
    .limit(MAX_UNREAD_COUNTED)
    .correlate(Thread, Participant)
    .subquery()
)
_unread = case(
    (
        and_(Participant.level.in_(_FOLLOWED), Thread.last_post_id > Participant.last_read_id),
        select(func.count()).select_from(_since).correlate(Thread, Participant).scalar_subquery(),
    ),
    else_=0,
).label("unread")
_FACTS = (
    Thread.id,
    Thread.kind,
    Thread.title,
    Thread.reply_count,
    Thread.last_post_id,
    Thread.answer_id,
    Thread.locked_at,
    Voice.name,
    Voice.kind.label("voice_kind"),
    (Voice.participant_id == Participant.id).label("mine"),
    Network.slug,
    Network.name.label("network_name"),
    Participant.level,
    Participant.last_read_id,
    _unread,
)


def _with_facts(chosen: Any) -> AnySelect:
    mine = and_(Participant.thread_id == Thread.id, Participant.member_id == _me)
    return (
        select(*_FACTS)
        .select_from(chosen)
        .join(Thread, Thread.id == chosen.c.id)
        .join(Network, Network.id == Thread.network_id)
        .join(Voice, Voice.id == Thread.voice_id)
        .outerjoin(Participant, mine)
        .order_by(Thread.last_post_id.desc())
    )


@cache
def _network_page(only: str, paged: bool) -> Read:
    return Read(_with_facts(_newest_ids(bindparam("network", type_=Id), only, paged).subquery()))


@cache
def _feed(networks: int, only: str) -> Read:
    """The newest of each network, from the index, then the newest of those: its cost doesn't grow."""
    parts = [select(_newest_ids(bindparam(f"network_{n}", type_=Id), only, False).subquery()) for n in range(networks)]
    newest = union_all(*parts).subquery()
    top = select(newest.c.id).order_by(newest.c.last_post_id.desc()).limit(THREADS_A_PAGE)
    return Read(_with_facts(top.subquery()))


_NETWORKS = Read(
    select(Network.id, Network.slug, Network.name)
    .join(NetworkMembership, NetworkMembership.network_id == Network.id)
    .where(NetworkMembership.member_id == _me)
    .order_by(Network.name)
)

# What one follows and has not read; what one asked comes first where it has answers to weigh up.
_WAITING = Read(
    _with_facts(
        select(Participant.thread_id.label("id"))
        .join(Thread, Thread.id == Participant.thread_id)
        .where(
            Participant.member_id == _me,
            Participant.level.in_(_FOLLOWED),
            Thread.last_post_id > Participant.last_read_id,
            Thread.deleted_at.is_(None),
        )
        .subquery()
    )
    .where(readable_by(_me))
    .limit(MOST_WAITING)
)


def network_page(me_id: int, network_id: int, only: str, before: int | None) -> list[Item]:
    """A page of a network's threads and one more, newest activity first. One statement.

    That the member may read the network has been asked before.
    """
    found: dict[str, Any] = {"me": me_id, "network": network_id}
    if before is not None:
        found["before"] = before
    return _items(_network_page(only, before is not None).all(**found))


def my_networks(me_id: int) -> Sequence[AnyRow]:
    """Networks that the member belongs to, by name."""
    return _NETWORKS.all(me=me_id)


def feed(me_id: int, network_ids: Sequence[int], only: str) -> list[Item]:
    """The newest threads of these networks (of which the member belongs to each). One statement."""
    if not network_ids:
        return []
    found = {f"network_{n}": network_id for n, network_id in enumerate(network_ids)}
    return _items(_feed(len(network_ids), only).all(me=me_id, **found))


def waiting(me_id: int) -> list[Item]:
    """Threads that the member follows and has not read, newest first. One statement."""
    return _items(_WAITING.all(me=me_id))


def _items(rows: Sequence[AnyRow]) -> list[Item]:
    return [_item(row) for row in rows]


# Rows are compared by their values: the same thread in the same state, to somebody who has read as much.
@lru_cache(maxsize=MOST_KEPT)
def _item(row: AnyRow) -> Item:
    return Item(
        id=row.id,
        url=f"/t/{row.id}/{slug_of(row.title)}",
        title=row.title,
        kind=row.kind,
        state=_state(row),
        locked=row.locked_at is not None,
        name=row.name,
        pseudonym=row.voice_kind == "pseudonym",
        network=row.network_name,
        network_url=f"/n/{row.slug}",
        at=time_of(row.last_post_id),
        replies=row.reply_count,
        unread=row.unread,
        is_new=row.last_read_id is None or row.last_post_id > row.last_read_id,
        mine=bool(row.mine),
        last_post_id=row.last_post_id,
    )


def _state(row: AnyRow) -> str:
    if row.kind != "problem":
        return ""
    if row.answer_id is not None:
        return "answered"
    return "open" if row.reply_count else "unanswered"
