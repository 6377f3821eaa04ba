"""A thread's posts put in order anew, and what its row repeats of them counted anew. Nothing here commits.

For posts that were moved: everything is worked out from ``parent_id`` and ``id`` alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text, bindparam, case, cast, func, literal, null, select, update

from knowledge_exchange.core.db import Bytewise, Id, db, table_of
from knowledge_exchange.core.order import keys_of
from knowledge_exchange.core.reads import Write
from knowledge_exchange.threads.curation.curation_models import OfficialAnswer
from knowledge_exchange.threads.models import Post, Thread

#: What stands in front of a position that is only there until all have their new one: it is in no key.
_ASIDE = "~"
_BLIND = {"synchronize_session": False}
_PLACE = Write(
    update(table_of(Post))
    .where(Post.id == bindparam("post", type_=Id))
    .values(position=bindparam("at", type_=Bytewise), depth=bindparam("deep"))
)
#: A position that no other post has, of any thread.
aside: Any = literal(_ASIDE, Text()).op("||")(cast(Post.id, Text()))


def retree(thread_id: int) -> None:
    """Order a thread's posts as its tree is read, children by their ids; raises ``ValueError`` if it is no tree."""
    query = select(Post.id, Post.parent_id).where(Post.thread_id == thread_id).order_by(Post.id)
    rows = db.session.execute(query).all()
    order = preorder([(row.id, row.parent_id) for row in rows])
    if len(order) != len(rows):
        raise ValueError(f"thread {thread_id} is no tree: {len(order)} of {len(rows)} posts hang under its opening")
    # Two steps: on the way from the old order to the new one no two posts may have the same place.
    in_thread = update(Post).where(Post.thread_id == thread_id)
    db.session.execute(in_thread.values(position=aside), execution_options=_BLIND)
    keys = keys_of(len(order))
    _PLACE.many([{"post": id_, "at": key, "deep": depth} for (id_, depth), key in zip(order, keys, strict=True)])


def preorder(rows: Sequence[tuple[int, int | None]]) -> list[tuple[int, int]]:
    """Posts (id, parent) as a tree is read: each with its depth (pure). What hangs under no opening is left out."""
    children: dict[int | None, list[int]] = defaultdict(list)
    for id_, parent_id in rows:
        children[parent_id].append(id_)
    found: list[tuple[int, int]] = []
    waiting = [(id_, 0) for id_ in sorted(children[None], reverse=True)]
    while waiting:
        id_, depth = waiting.pop()
        found.append((id_, depth))
        waiting += [(child, depth + 1) for child in sorted(children[id_], reverse=True)]
    return found


def recount(thread_id: int) -> None:
    """Set what a thread's row repeats of its posts: opening and its voice, newest post, replies, answer, official one.

    An answer that does not stand in it any more is none. Bodies of pages that were kept are stale.
    """
    here = Post.thread_id == thread_id
    is_opening = (here, Post.parent_id.is_(None))
    standing = (here, Post.parent_id.is_not(None), Post.deleted_at.is_(None))
    answer = select(Post.id).where(*standing, Post.id == Thread.answer_id).correlate(Thread).scalar_subquery()
    values = {
        "opening_post_id": select(Post.id).where(*is_opening).scalar_subquery(),
        "voice_id": select(Post.voice_id).where(*is_opening).scalar_subquery(),
        "last_post_id": select(func.max(Post.id)).where(here).scalar_subquery(),
        "reply_count": select(func.count()).select_from(Post).where(*standing).scalar_subquery(),
        "answer_id": answer,
        "answered_at": case((answer.is_not(None), Thread.answered_at), else_=null()),
        "version": Thread.version + 1,
    }
    _set(thread_id, **values)
    _settle_official(thread_id)


def _settle_official(thread_id: int) -> None:
    """The official answer is one of those that stand in the thread: the one that was, else the newest that holds."""
    here = OfficialAnswer.thread_id == thread_id
    columns = (OfficialAnswer.post_id, OfficialAnswer.review_on, OfficialAnswer.withdrawn_at)
    was = select(Thread.official_id).where(Thread.id == thread_id).scalar_subquery()
    first = (OfficialAnswer.post_id != was, OfficialAnswer.withdrawn_at.is_not(None), OfficialAnswer.post_id.desc())
    found = db.session.execute(select(*columns).where(here).order_by(*first).limit(1)).first()
    _set(
        thread_id,
        official_id=found.post_id if found else None,
        official_review_on=found.review_on if found else None,
        official_withdrawn_at=found.withdrawn_at if found else None,
    )


def _set(thread_id: int, **values: Any) -> None:
    db.session.execute(update(Thread).where(Thread.id == thread_id).values(values), execution_options=_BLIND)
