"""The tags that a thread bears, of its network's list. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select, tuple_, update

from knowledge_exchange.core.db import AnyRow, db, table_of
from knowledge_exchange.networks import tag_lists
from knowledge_exchange.networks.care_models import NetworkTag
from knowledge_exchange.threads.curation.curation_models import ThreadTag
from knowledge_exchange.threads.curation.lasting import tell_changed, touch
from knowledge_exchange.threads.finding.indexing import index_thread, index_threads
from knowledge_exchange.threads.models import Thread

#: A thread bears so many.
MOST = 3
#: Threads of one statement.
_CHUNK = 500


class Tag(NamedTuple):
    """One tag as pages show it."""

    slug: str
    name: str


def slugs_in(tags: str) -> list[str]:
    """The slugs in ``thread.tags``."""
    return tags.split()


def standing(thread_id: int) -> str:
    """``thread.tags`` as it is now; for whoever acts on the thread, or undoes that."""
    return db.session.scalar(select(Thread.tags).where(Thread.id == thread_id)) or ""


def names_of(threads: Iterable[AnyRow]) -> Mapping[int, tuple[Tag, ...]]:
    """The tags of threads (rows with id, network_id, tags), by thread. One statement, none where none bears any."""
    bearing = [row for row in threads if row.tags]
    wanted = {(row.network_id, slug) for row in bearing for slug in slugs_in(row.tags)}
    if not wanted:
        return {}
    columns = (NetworkTag.network_id, NetworkTag.slug, NetworkTag.name)
    query = select(*columns).where(tuple_(NetworkTag.network_id, NetworkTag.slug).in_(sorted(wanted)))
    names = {(row.network_id, row.slug): row.name for row in db.session.execute(query)}
    return {
        row.id: tuple(
            Tag(slug, names[row.network_id, slug]) for slug in slugs_in(row.tags) if (row.network_id, slug) in names
        )
        for row in bearing
    }


def choose(thread: AnyRow, slugs: Collection[str]) -> None:
    """Let a thread bear these tags of its network's list and no others; unknown ones are passed over.

    ``thread``: a row with id, network_id and epoch, whose turn the caller has taken.
    """
    chosen = [tag for tag in tag_lists.tags_of(thread.network_id) if tag.slug in slugs][:MOST]
    db.session.execute(delete(ThreadTag).where(ThreadTag.thread_id == thread.id))
    if chosen:
        rows = [{"tag_id": tag.id, "thread_id": thread.id} for tag in chosen]
        db.session.execute(insert(table_of(ThreadTag)), rows)
    touch(thread.id, tags=" ".join(tag.slug for tag in chosen))
    index_thread(thread.id)
    tell_changed(thread)


def renamed(tag_id: int) -> None:
    """A tag has another name: kept rows and pages of the threads that bear it are stale."""
    bearing = select(ThreadTag.thread_id).where(ThreadTag.tag_id == tag_id)
    fresh = update(Thread).where(Thread.id.in_(bearing)).values(version=Thread.version + 1)
    db.session.execute(fresh, execution_options={"synchronize_session": False})


def delete_tag(tag: AnyRow) -> list[int]:
    """Take a tag (id, slug) off its network's list, and off all threads; returns the ids of these."""
    bearing = select(ThreadTag.thread_id).where(ThreadTag.tag_id == tag.id)
    thread_ids = list(db.session.scalars(bearing))
    left = func.trim(func.replace(" " + Thread.tags + " ", f" {tag.slug} ", " "))
    changed = update(Thread).where(Thread.id.in_(bearing)).values(tags=left, version=Thread.version + 1)
    db.session.execute(changed, execution_options={"synchronize_session": False})
    db.session.execute(delete(ThreadTag).where(ThreadTag.tag_id == tag.id))
    db.session.execute(delete(NetworkTag).where(NetworkTag.id == tag.id))
    index_threads(thread_ids)
    return thread_ids


def bring_back(network_id: int, name: str, thread_ids: Sequence[int]) -> None:
    """A deleted tag is there again, on those threads that still stand there and have room for it."""
    tag_id = tag_lists.add(network_id, name)
    slug = db.session.scalar(select(NetworkTag.slug).where(NetworkTag.id == tag_id))
    for ids in _chunks(thread_ids):
        there = select(Thread.id, Thread.tags).where(Thread.id.in_(ids), Thread.network_id == network_id)
        for row in db.session.execute(there.order_by(Thread.id)).all():
            if len(slugs_in(row.tags)) < MOST:
                db.session.execute(insert(table_of(ThreadTag)), {"tag_id": tag_id, "thread_id": row.id})
                touch(row.id, tags=f"{row.tags} {slug}".strip())
                index_thread(row.id)


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[begin : begin + _CHUNK] for begin in range(0, len(ids), _CHUNK))
