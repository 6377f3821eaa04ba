"""One writer to a thread at a time: what a right was asked of still holds when it is used.

SQLite has one writer anyway. PostgreSQL has many, and each decides by what it reads: without a turn, of
two deletions both count the thread down, an edit writes text back into a post that is being deleted,
and a thread is deleted as empty while somebody's reply is accepted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from sqlalchemy import bindparam, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sealed_list import places_of
from knowledge_exchange.core.db import AnyRow, Id, is_sqlite
from knowledge_exchange.core.reads import Write
from knowledge_exchange.threads.models import Post, Thread
from knowledge_exchange.threads.queries import thread_visible_to
from knowledge_exchange.threads.routes import visible_post, visible_thread

# With `key_share` (FOR NO KEY UPDATE) rows that refer to the thread can still be added meanwhile: whoever
# makes a place in it (a reader, somebody who is mentioned) waits for nobody, so that no two wait for each other.
_BY_ID = Write(select(Thread.id).where(Thread.id == bindparam("id", type_=Id)).with_for_update(key_share=True))
_BY_POST = Write(
    select(Thread.id)
    .where(Thread.id == select(Post.thread_id).where(Post.id == bindparam("id", type_=Id)).scalar_subquery())
    .with_for_update(key_share=True)
)


def locked_thread(me: Me, thread_id: int) -> AnyRow:
    """The thread as it is now, or 404; nobody else changes it until this unit of work ends."""
    _take_turn(_BY_ID, thread_id)
    return visible_thread(me, thread_id)


def locked_post(me: Me, post_id: int) -> tuple[AnyRow, AnyRow]:
    """A post's thread and the post as they are now, or 404; likewise. The reader's place there is as it is now, too."""
    turn, thread, post = _turn_of_post(me, post_id)
    # While we waited it may have been moved to another thread, whose turn is not ours yet.
    while turn not in (None, thread.id):
        turn, thread, post = _turn_of_post(me, post_id)
    return with_place_of_now(me, thread), post


def _turn_of_post(me: Me, post_id: int) -> tuple[int | None, AnyRow, AnyRow]:
    """Whose turn was taken (None: of all, on SQLite), and thread and post as they are then."""
    taken = _take_turn(_BY_POST, post_id)
    return (taken, *visible_post(me, post_id))


def locked_threads(me: Me, thread_ids: Collection[int]) -> dict[int, AnyRow]:
    """Several threads as they are now, by id; those that the reader may not see are left out. One after the other in
    the order of their ids, so that no two who do it at once wait for each other.
    """
    found = {}
    for thread_id in sorted(set(thread_ids)):
        _take_turn(_BY_ID, thread_id)
        found[thread_id] = thread_visible_to(me, thread_id)
    return {thread_id: thread for thread_id, thread in found.items() if thread is not None}


def with_place_of_now(me: Me, thread: AnyRow) -> AnyRow:
    """The thread with the sealed place that its reader may have made in another window since ``me`` was read.

    Ask in the unit of work of whatever is noted of them there: else it would be noted under their own name.
    """
    if thread.sealed_id is not None:
        return thread
    places = places_of(me.id)
    return visible_thread(replace(me, places=places), thread.id) if thread.id in places else thread


def _take_turn(turn: Write, row_id: int) -> int | None:
    """Take it; of which thread, where there is one. SQLite has one turn for all."""
    rows = [] if is_sqlite() else turn.run(id=row_id)
    return int(rows[0].id) if rows else None
