"""Collections as their readers see them: of the threads in them, those that they may read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import func, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.networks.care_models import Collection, CollectionItem
from knowledge_exchange.networks.models import Network
from knowledge_exchange.threads.limits import THREADS_A_PAGE
from knowledge_exchange.threads.listing import Item, threads_by_id
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.queries import readable


def with_counts(me: Me, network_id: int) -> Sequence[AnyRow]:
    """A network's collections in their order: id, slug, title, about, and of how many threads this member reads.

    Those that they may not read do not count. One statement.
    """
    mine = (
        select(CollectionItem.collection_id, func.count().label("threads"))
        .join(Thread, Thread.id == CollectionItem.thread_id)
        .join(Network, Network.id == Thread.network_id)
        .where(Thread.network_id == network_id, readable(me.id))
        .group_by(CollectionItem.collection_id)
        .subquery()
    )
    columns = (Collection.id, Collection.slug, Collection.title, Collection.about)
    query = select(*columns, func.coalesce(mine.c.threads, 0).label("threads"))
    query = query.outerjoin(mine, mine.c.collection_id == Collection.id).where(Collection.network_id == network_id)
    return db.session.execute(query.order_by(Collection.place, Collection.id)).all()


def threads_in(me: Me, collection: AnyRow) -> Sequence[AnyRow]:
    """The ids and notes of a collection's threads that this member may read, in their order."""
    query = (
        select(CollectionItem.thread_id, CollectionItem.note)
        .join(Thread, Thread.id == CollectionItem.thread_id)
        .join(Network, Network.id == Thread.network_id)
        .where(CollectionItem.collection_id == collection.id, Thread.network_id == collection.network_id)
        .where(readable(me.id))
    )
    return db.session.execute(query.order_by(CollectionItem.place, CollectionItem.thread_id)).all()


def items_of(me: Me, thread_ids: Sequence[int]) -> Mapping[int, Item]:
    """Threads that this member was found to be allowed to read, as lists show them, by id."""
    found: dict[int, Item] = {}
    for begin in range(0, len(thread_ids), THREADS_A_PAGE):
        found |= threads_by_id(me, thread_ids[begin : begin + THREADS_A_PAGE])
    return found


def still_there(network_id: int, items: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Of threads that were in a collection (id, place, note) those that stand in its network; for nobody's eyes."""
    ids = [thread_id for thread_id, _place, _note in items]
    there = set(db.session.scalars(select(Thread.id).where(Thread.id.in_(ids), Thread.network_id == network_id)))
    return [one for one in items if one[0] in there]
