"""Lists of threads: of a network, of all of one's networks, of what waits for one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache, lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, and_, bindparam, case, func, literal_column, or_, select, union_all

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, AnySelect, Id, UtcDateTime
from knowledge_exchange.core.id_lists import is_one_of
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.notifications.models import NetworkLevel, Participant
from knowledge_exchange.threads import outlines
from knowledge_exchange.threads.limits import MAX_UNREAD_COUNTED, MOST_PINNED_SHOWN, THREADS_A_PAGE
from knowledge_exchange.threads.models import KINDS, Post, Thread
from knowledge_exchange.threads.outlines import Outline, Said
from knowledge_exchange.threads.queries import readable

#: Items of lists that are kept in each process, about 1 kB each.
MOST_KEPT = 4096
_FOLLOWED = ("watching", "tracking")

_me = bindparam("me", type_=Id)
_before = bindparam("before", type_=Id)


@dataclass(frozen=True, slots=True, eq=False)
class Item(Said):
    """A thread in a list, as the row macro wants it. Items of the same state are one and the same."""

    network: str
    network_url: str
    unread: int
    is_new: bool
    mine: bool
    pinned: bool


_SAID = tuple(field.name for field in fields(Said))


def is_of_kind(kind: str) -> ColumnElement[bool]:
    """Condition: the thread is of that kind, a word of ``models.KINDS``.

    It stands in the statement itself: beside a bound one, SQLite would look at each execution anew whether the partial
    indexes serve, and plan it from the start; that costs as much as the whole page.
    """
    if kind not in KINDS:
        raise ValueError(kind)
    return Thread.kind == literal_column(f"'{kind}'")


def _narrowed(query: AnySelect, only: str) -> AnySelect:
    if only == "unanswered":
        return query.where(is_of_kind("problem"), Thread.answer_id.is_(None))
    if only not in ("all", "archived"):
        return query.where(is_of_kind(only))
    return query


_open_to_me = thread_open_to(Thread.id, _me, Thread.is_shielded)


def standing(query: AnySelect, network: Any, only: str) -> AnySelect:
    """A query for threads narrowed to those of one network's list that its reader may see."""
    there = query.where(Thread.network_id == network, Thread.deleted_at.is_(None), _open_to_me)
    is_archived = Thread.archived_at.is_not(None) if only == "archived" else Thread.archived_at.is_(None)
    return _narrowed(there.where(is_archived), only)


def newest_of(query: AnySelect, network: Any, only: str, paged: bool) -> AnySelect:
    """A query for threads narrowed to one network's newest, in the order of the index."""
    query = standing(query, network, only)
    if paged:
        query = query.where(Thread.last_post_id < _before)
    return query.order_by(Thread.last_post_id.desc()).limit(THREADS_A_PAGE + 1)


marked = and_(NetworkLevel.network_id == Thread.network_id, NetworkLevel.member_id == _me)
#: Up to which post one has read: in the thread, or by marking its network read.
last_read = case(
    (NetworkLevel.read_up_to > func.coalesce(Participant.last_read_id, 0), NetworkLevel.read_up_to),
    else_=Participant.last_read_id,
)
# Posts since one's last read, a hundred at most, where one follows the thread.
_since = (
    select(literal_column("1"))
    .select_from(Post)
    .where(
        Post.thread_id == Thread.id,
        Post.id > last_read,
        Post.deleted_at.is_(None),
    )
    .limit(MAX_UNREAD_COUNTED)
    .correlate(Thread, Participant, NetworkLevel)
    .subquery()
)
#: By its own level, or its network's where nothing was chosen for it.
_is_followed = or_(
    Participant.level.in_(_FOLLOWED),
    and_(Participant.level_chosen_at.is_(None), NetworkLevel.level.in_(_FOLLOWED)),
)
_unread = case(
    (
        and_(_is_followed, Thread.last_post_id > last_read),
        select(func.count()).select_from(_since).correlate(Thread, Participant, NetworkLevel).scalar_subquery(),
    ),
    else_=0,
).label("unread")
#: What a list asks of each thread: which state it is in, and what it is to this reader. What it says is
#: the same for all and kept under that state (``threads/outlines.py``).
SEEN = (
    Thread.id,
    Thread.version,
    Thread.network_id,
    Thread.last_post_id,
    Participant.id.label("participant_id"),
    last_read.label("last_read_id"),
    _unread,
)
of_mine = and_(Participant.thread_id == Thread.id, Participant.member_id == _me)


@cache
def _network_page(only: str, paged: bool) -> Read:
    newest = newest_of(
        select(*SEEN).outerjoin(Participant, of_mine).outerjoin(NetworkLevel, marked),
        bindparam("network", type_=Id),
        only,
        paged,
    )
    return Read(newest)


@cache
def _first_page() -> Read:
    """The first page of everything, with the pinned threads above it: marked, and again in their place. One statement.

    A pin that is over is not asked for any more.
    """
    here = bindparam("network", type_=Id)
    seen = select(*SEEN).outerjoin(Participant, of_mine).outerjoin(NetworkLevel, marked)
    pinned = standing(seen, here, "all").where(Thread.pinned_until > bindparam("now", type_=UtcDateTime))
    pinned = pinned.order_by(Thread.last_post_id.desc()).limit(MOST_PINNED_SHOWN)
    above, newest = pinned.subquery(), newest_of(seen, here, "all", False).subquery()
    both = union_all(select(above, literal_column("1").label("pinned")), select(newest, literal_column("0"))).subquery()
    return Read(select(both).order_by(both.c.pinned.desc(), both.c.last_post_id.desc()))


_NETWORKS = Read(
    select(Network.id, Network.slug, Network.name)
    .join(NetworkMembership, NetworkMembership.network_id == Network.id)
    .where(NetworkMembership.member_id == _me)
    .order_by(Network.name)
)


_PLACES_IN = Read(
    select(*SEEN)
    .select_from(Participant)
    .join(Thread, Thread.id == Participant.thread_id)
    .outerjoin(NetworkLevel, marked)
    .where(is_one_of(Participant.id, "places"))
)

_ROWS = Read(
    select(*SEEN, Network.slug, Network.name)
    .join(Network, Network.id == Thread.network_id)
    .outerjoin(Participant, of_mine)
    .outerjoin(NetworkLevel, marked)
    .where(is_one_of(Thread.id, "threads"), readable(_me))
)


def network_page(me: Me, network_id: int, only: str, before: int | None) -> list[AnyRow]:
    """A page of a network's threads and one more, newest activity first; ``items`` says them. One statement, or two.

    On the first page of everything the pinned ones (``is_pinned``) stand before them, and once more in their place.
    That the member may read the network has been asked before.
    """
    found: dict[str, Any] = {"me": me.id, "network": network_id}
    if before is None and only == "all":
        return from_places(me, _first_page().all(**found, now=now()))
    if before is not None:
        found["before"] = before
    return from_places(me, _network_page(only, before is not None).all(**found))


def from_places(me: Me, rows: list[AnyRow]) -> list[AnyRow]:
    """The rows as they are to their reader; of threads in which they write under a pseudonym, from that place."""
    places = [me.places[row.id] for row in rows if row.id in me.places]
    if not places:
        return rows
    sealed = {row.id: row for row in _PLACES_IN.all(me=me.id, places=places)}
    return [_as_of(row, sealed[row.id]) if row.id in sealed else row for row in rows]


def threads_by_id(me: Me, thread_ids: Sequence[int]) -> dict[int, Item]:
    """These threads, those that the member may read. One statement, to three; of none, none."""
    if not thread_ids:
        return {}
    rows = from_places(me, _ROWS.all(me=me.id, threads=list(thread_ids)))
    return {item.id: item for item in items(rows, {row.network_id: row for row in rows})}


def _as_of(row: Any, place: AnyRow) -> AnyRow:
    """The row with what hangs on a place taken from that one."""
    seen = {"participant_id": place.participant_id, "last_read_id": place.last_read_id, "unread": place.unread}
    return cast("AnyRow", row._replace(**seen))


def my_networks(me_id: int) -> Sequence[AnyRow]:
    """Networks that the member belongs to, by name."""
    return _NETWORKS.all(me=me_id)


def is_new(row: AnyRow) -> bool:
    """Whether the reader has not seen the newest post of the thread."""
    return row.last_read_id is None or row.last_post_id > row.last_read_id


def is_pinned(row: AnyRow) -> bool:
    """Whether a row of :func:`network_page` is one of the pinned threads above the list."""
    return bool(getattr(row, "pinned", 0))


def items(rows: Sequence[AnyRow], networks: Mapping[int, AnyRow]) -> list[Item]:
    """The rows with what they say; the networks give slug and name. One statement if any isn't kept."""
    known = outlines.of(rows)
    found = []
    for row in rows:
        outline = known.get(row.id)
        if outline is not None:
            network = networks[row.network_id]
            mine = row.participant_id is not None and row.participant_id == outline.author_participant_id
            found.append(_item(outline, network.slug, network.name, row.unread, is_new(row), mine, is_pinned(row)))
    return found


# Two readers who have read as much of a thread in the same state share the item, and so its HTML.
@lru_cache(maxsize=MOST_KEPT)
def _item(outline: Outline, slug: str, network: str, unread: int, is_new: bool, mine: bool, pinned: bool) -> Item:
    said: dict[str, Any] = {name: getattr(outline, name) for name in _SAID}
    where: dict[str, Any] = {"network": network, "network_url": f"/n/{slug}"}
    return Item(**said, **where, unread=unread, is_new=is_new, mine=mine, pinned=pinned)
