"""Splitting posts from a thread into one of their own, and undoing it. Nothing here commits, or asks for rights."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.curation.merging import check_back, check_size, under_pseudonym
from knowledge_exchange.threads.curation.relocating import CannotRelocate, Kept, new_room, only_as_a_whole, relocate
from knowledge_exchange.threads.finding.indexing import index_threads
from knowledge_exchange.threads.models import Post, Thread
from knowledge_exchange.threads.policy import ANSWERABLE
from knowledge_exchange.threads.trees import recount, retree

_BLIND = {"synchronize_session": False}
Parents = Mapping[int, int | None]


def split(thread: AnyRow, post_ids: Collection[int], title: str, kind: str) -> tuple[int, Kept]:
    """Posts of a thread make a new one in its network; the oldest of them opens it.

    Each hangs under the nearest of those above it that came along, else under the opening; what stays behind likewise.
    The thread (of ``queries.thread_visible_to``) is in its turn. Raises :class:`CannotRelocate`. Returns the new
    thread's id, and what :func:`unsplit` needs.
    """
    chosen = sorted(set(post_ids))
    opening = check_split(thread, chosen)
    parents = _parents(thread.id)
    hung = hang_anew(parents, {*chosen}, thread.opening_post_id)
    new = Thread(
        id=new_id(),
        network_id=thread.network_id,
        kind=kind,
        title=title,
        voice_id=opening.voice_id,
        created_at=opening.created_at,
        opening_post_id=chosen[0],
        last_post_id=chosen[-1],
        split_from=thread.id,
    )
    if kind in ANSWERABLE and thread.answer_id in chosen[1:]:
        new.answer_id, new.answered_at = thread.answer_id, thread.answered_at
    db.session.add(new)
    db.session.flush()
    _hang(hung)
    relocate(Post.id.in_(chosen), new, source=thread.id, merged=False)
    _put_in_order(thread, new.id)
    kept: Kept = {"thread": new.id, "parents": [[id_, parents[id_]] for id_ in hung]}
    if thread.answer_id in chosen:
        kept["answer"] = [thread.answer_id, thread.answered_at.isoformat() if thread.answered_at else ""]
    return new.id, kept


def check_split(thread: AnyRow, chosen: list[int]) -> AnyRow:
    """The post that will open the new thread; raises :class:`CannotRelocate` where these can't make one."""
    columns = (Post.id, Post.voice_id, Post.created_at, Post.deleted_at)
    query = select(*columns).where(Post.thread_id == thread.id, Post.id.in_(chosen)).order_by(Post.id)
    found = db.session.execute(query).all()
    if not chosen:
        raise CannotRelocate(_("Choose at least one post."))
    if len(found) != len(chosen):
        raise CannotRelocate(_("Some of these posts are not in this thread any more. Look at it, and choose again."))
    if thread.opening_post_id in chosen:
        raise CannotRelocate(_("The opening post stays: without it there is no thread. Choose replies."))
    if thread.is_shielded or under_pseudonym(chosen):
        raise CannotRelocate(only_as_a_whole())
    if found[0].deleted_at is not None:
        raise CannotRelocate(_("The oldest of these posts was taken away, so it can’t open a thread. Leave it out."))
    check_size(Post.thread_id == thread.id)
    return found[0]


def _parents(thread_id: int) -> dict[int, int | None]:
    rows = db.session.execute(select(Post.id, Post.parent_id).where(Post.thread_id == thread_id))
    return {row.id: row.parent_id for row in rows}


def hang_anew(parents: Parents, chosen: Collection[int], opening_id: int) -> dict[int, int | None]:
    """Whose parent changes, and which it is then (pure): the nearest above on the same side, else that side's opening.

    ``opening_id``: of those that stay; of the chosen ones the oldest opens.
    """
    first = min(chosen)
    found: dict[int, int | None] = {}
    for id_, parent in parents.items():
        if parent is None:
            continue
        above: int | None = parent
        while above is not None and (above in chosen) != (id_ in chosen):
            above = parents[above]
        if id_ == first:
            above = None
        elif above is None:
            above = first if id_ in chosen else opening_id
        if above != parent:
            found[id_] = above
    return found


def _hang(parents: Parents) -> None:
    for id_, parent_id in parents.items():
        db.session.execute(update(Post).where(Post.id == id_).values(parent_id=parent_id), execution_options=_BLIND)


def _put_in_order(thread: AnyRow, other_id: int) -> None:
    for one in (thread.id, other_id):
        retree(one)
        recount(one)
    index_threads([thread.id, other_id])
    push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)


def unsplit(thread: AnyRow, new: AnyRow, kept: Mapping[str, Any]) -> None:
    """Undo :func:`split`: all posts of the new thread go back to where they hung, with whatever was added since.

    ``thread``: the one that they came from; ``new``: the one that they made; both as they are now, in their turn.
    Raises :class:`CannotRelocate`.
    """
    if new.network_id != thread.network_id:
        raise CannotRelocate(_("The new thread was moved to another network since. Move it back first."))
    if thread.is_shielded:
        raise CannotRelocate(only_as_a_whole())
    there, here = _parents(new.id), _parents(thread.id)
    check_back(new, list(there))
    before = dict(kept["parents"])
    answer = (new.answer_id, new.answered_at) if new.answer_id is not None else _answer_before(kept)
    both = {**there, **here}
    _hang({id_: _before(id_, before, both, thread.opening_post_id) for id_ in {*there, *before} & {*both}})
    relocate(Post.thread_id == new.id, thread, source=new.id, merged=True)
    if thread.kind in ANSWERABLE and thread.answer_id is None and answer[0] is not None:
        values = {"answer_id": answer[0], "answered_at": answer[1]}
        db.session.execute(update(Thread).where(Thread.id == thread.id).values(values), execution_options=_BLIND)
    told = {"thread_id": thread.id, "network_id": thread.network_id}
    db.session.execute(update(Notification).where(Notification.thread_id == new.id).values(told))
    gone = {"deleted_at": now(), "gone": "merged", "merged_into": thread.id}
    none = {"answer_id": None, "answered_at": None, "official_id": None, "pinned_until": None}
    new_room(new, new.network_id, **gone, **none, reply_count=0)
    retree(thread.id)
    recount(thread.id)
    index_threads([new.id, thread.id])
    push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)


def _answer_before(kept: Mapping[str, Any]) -> tuple[int | None, datetime | None]:
    """The answer that went along with the posts; where it opened their thread it was none there."""
    answer_id, at = kept.get("answer", (None, ""))
    return answer_id, datetime.fromisoformat(at) if at else None


def _before(id_: int, before: Parents, both: Parents, opening_id: int) -> int | None:
    """Under which post it hung, if that still stands in either; else under the opening; what is newer stays."""
    if id_ not in before:
        return both[id_]
    parent = before[id_]
    return parent if parent in both else opening_id
