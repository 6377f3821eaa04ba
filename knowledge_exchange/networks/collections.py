"""Threads that belong together, put in an order by a network's moderators. Nothing here commits.

What a reader sees of one is what they may read of its threads; that is asked above (``threads/curation/collected.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import delete, func, select, update

from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.networks.care import take_turn
from knowledge_exchange.networks.care_models import Collection, CollectionItem
from knowledge_exchange.networks.tag_lists import free_slug

#: So many collections a network, so many threads a collection.
MOST_COLLECTIONS, MOST_THREADS = 20, 200
LEAST_TITLE, MOST_TITLE, MOST_ABOUT, MOST_NOTE = 2, 80, 500, 200

_OF = (Collection.id, Collection.network_id, Collection.slug, Collection.title, Collection.about, Collection.place)


def collections_of(network_id: int) -> Sequence[AnyRow]:
    """A network's collections in their order."""
    query = select(*_OF).where(Collection.network_id == network_id)
    return db.session.execute(query.order_by(Collection.place, Collection.id)).all()


def collection(network_id: int, slug: str) -> AnyRow | None:
    """One of them by its address."""
    mine = (Collection.network_id == network_id, Collection.slug == slug)
    return db.session.execute(select(*_OF).where(*mine)).one_or_none()


def problem_with(title: str, about: str) -> str:
    """What is wrong with a title or what stands under it, in a sentence; empty where nothing is."""
    if not LEAST_TITLE <= len(title) <= MOST_TITLE:
        return str(_("A title has %(least)s to %(most)s letters.", least=LEAST_TITLE, most=MOST_TITLE))
    if len(about) > MOST_ABOUT:
        return str(_("Say what it is about in at most %(most)s letters.", most=MOST_ABOUT))
    return ""


def make(network_id: int, title: str, about: str) -> AnyRow | None:
    """A new, empty collection, the last of its network; None where there are as many as there may be."""
    take_turn(network_id)
    there = collections_of(network_id)
    if len(there) >= MOST_COLLECTIONS:
        return None
    slug = free_slug(title, {one.slug for one in there}, "collection")
    place = max((one.place for one in there), default=0) + 1
    db.session.add(Collection(network_id=network_id, slug=slug, title=title, about=about, place=place))
    db.session.flush()
    return collection(network_id, slug)


def change(collection_id: int, title: str, about: str) -> None:
    """Another title, other words under it; its address stays."""
    values = {"title": title, "about": about}
    db.session.execute(update(Collection).where(Collection.id == collection_id).values(**values))


def put(network_id: int, title: str, about: str, slug: str, items: Sequence[tuple[int, int, str]]) -> None:
    """A collection as it was before it was deleted (its threads, their places and notes), the last of its network."""
    take_turn(network_id)
    there = collections_of(network_id)
    place = max((one.place for one in there), default=0) + 1
    slug = free_slug(slug, {one.slug for one in there}, "collection")
    row = Collection(network_id=network_id, slug=slug, title=title, about=about, place=place)
    db.session.add(row)
    db.session.flush()
    facts = ({"thread_id": thread_id, "place": at, "note": note} for thread_id, at, note in items)
    db.session.add_all([CollectionItem(collection_id=row.id, **one) for one in facts])


def remove(collection_id: int) -> list[tuple[int, int, str]]:
    """Delete a collection; the threads stay. Returns its threads with their places and notes."""
    columns = (CollectionItem.thread_id, CollectionItem.place, CollectionItem.note)
    rows = db.session.execute(select(*columns).where(CollectionItem.collection_id == collection_id)).all()
    db.session.execute(delete(CollectionItem).where(CollectionItem.collection_id == collection_id))
    db.session.execute(delete(Collection).where(Collection.id == collection_id))
    return [(row.thread_id, row.place, row.note) for row in rows]


def move(network_id: int, collection_id: int, step: int) -> None:
    """One place up (-1) or down (1) among the network's collections."""
    ids = _moved([one.id for one in collections_of(network_id)], collection_id, step)
    for place, one in enumerate(ids, 1):
        db.session.execute(update(Collection).where(Collection.id == one).values(place=place))


def _moved(ids: list[int], which: int, step: int) -> list[int]:
    at = ids.index(which)
    to = min(max(at + step, 0), len(ids) - 1)
    ids.insert(to, ids.pop(at))
    return ids


def add_thread(collection_id: int, thread_id: int, note: str) -> bool:
    """Put a thread at the end, or change its note where it is there already; False where it is full."""
    there = CollectionItem.collection_id == collection_id
    changed = update(CollectionItem).where(there, CollectionItem.thread_id == thread_id).values(note=note)
    if db.session.execute(changed.returning(CollectionItem.thread_id)).first() is not None:
        return True
    count, last = db.session.execute(
        select(func.count(), func.coalesce(func.max(CollectionItem.place), 0)).where(there)
    ).one()
    if count >= MOST_THREADS:
        return False
    row = {"collection_id": collection_id, "thread_id": thread_id, "place": last + 1, "note": note}
    db.session.add(CollectionItem(**row))
    db.session.flush()
    return True


def take_out(collection_id: int, thread_id: int) -> None:
    """Take a thread out of a collection."""
    mine = (CollectionItem.collection_id == collection_id, CollectionItem.thread_id == thread_id)
    db.session.execute(delete(CollectionItem).where(*mine))


def move_thread(collection_id: int, thread_id: int, seen: Sequence[int], step: int) -> None:
    """One place up (-1) or down (1) among those that its moderator sees (``seen``, in order).

    Others keep their places: nobody is shown, nor moves by chance, what they do not see.
    """
    if thread_id not in seen:
        return
    mine = (CollectionItem.collection_id == collection_id, CollectionItem.thread_id.in_(seen))
    places = db.session.scalars(select(CollectionItem.place).where(*mine).order_by(CollectionItem.place)).all()
    for place, one in zip(places, _moved(list(seen), thread_id, step), strict=True):
        which = (CollectionItem.collection_id == collection_id, CollectionItem.thread_id == one)
        db.session.execute(update(CollectionItem).where(*which).values(place=place))


def where_it_stands(thread_id: int, network_id: int) -> dict[int, str]:
    """The network's collections that hold a thread, each with its note."""
    query = select(CollectionItem.collection_id, CollectionItem.note).join(
        Collection, Collection.id == CollectionItem.collection_id
    )
    mine = query.where(CollectionItem.thread_id == thread_id, Collection.network_id == network_id)
    return {row.collection_id: row.note for row in db.session.execute(mine)}
