"""Merging a thread into another, and undoing it. Nothing here commits; rights have been asked by the caller."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, exists, func, select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.curation.curation_models import HeldPost, ThreadTrace
from knowledge_exchange.threads.curation.relocating import (
    CannotRelocate,
    Kept,
    leave_trace,
    new_room,
    only_as_a_whole,
    put_in_collections,
    put_on_lists,
    relocate,
    take_off_lists,
)
from knowledge_exchange.threads.finding.indexing import index_threads
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.policy import ANSWERABLE
from knowledge_exchange.threads.trees import recount, retree

#: Posts that two threads may have together to be merged, and that a thread may have to be split.
MOST_POSTS = 2000
_BLIND = {"synchronize_session": False}


def merge(thread: AnyRow, into: AnyRow) -> Kept:
    """All posts of a thread hang under the opening post of another from now on; its address leads there.

    Both rows are of ``queries.thread_visible_to``, both threads in their turn. Raises :class:`CannotRelocate`. Returns
    what :func:`unmerge` needs.
    """
    check_merge(thread, into)
    listed = take_off_lists(thread.id)
    takes_answer = into.kind in ANSWERABLE and into.answer_id is None and thread.answer_id is not None
    kept = {
        **listed,
        "into": into.id,
        "answer_id": thread.answer_id,
        "answered_at": thread.answered_at.isoformat() if thread.answered_at else "",
        "duplicates": _follow_duplicates(thread.id, into.id),
    }
    _hang_under(thread.opening_post_id, into.opening_post_id)
    relocate(Post.thread_id == thread.id, into, source=thread.id, merged=True)
    if takes_answer:
        _set(into.id, answer_id=thread.answer_id, answered_at=thread.answered_at)
    retree(into.id)
    recount(into.id)
    put_in_collections(into.id, listed["collections"])
    _end(thread, into)
    index_threads([thread.id, into.id])
    return kept


def check_merge(thread: AnyRow, into: AnyRow) -> None:
    """Raises :class:`CannotRelocate` where the one can't become part of the other."""
    if thread.id == into.id:
        raise CannotRelocate(_("A thread can’t be merged into itself: give the address of another one."))
    for one in (thread, into):
        if one.is_shielded or has_pseudonyms(one.id):
            raise CannotRelocate(only_as_a_whole())
    check_size(Post.thread_id.in_((thread.id, into.id)))


def has_pseudonyms(thread_id: int) -> bool:
    """Whether anybody writes there under one."""
    sealed = exists().where(Participant.thread_id == thread_id, Participant.member_id.is_(None))
    return bool(db.session.scalar(select(sealed)))


def check_size(posts: Any) -> None:
    """Raises :class:`CannotRelocate` where these posts are more than can be put in order at once."""
    if (db.session.scalar(select(func.count()).select_from(Post).where(posts)) or 0) > MOST_POSTS:
        too_many = _("That would be more than %(most)s posts in one go. Move the thread as it is, or lock it.")
        raise CannotRelocate(too_many % {"most": f"{MOST_POSTS:,}"})


def _hang_under(post_id: int, parent_id: int) -> None:
    db.session.execute(update(Post).where(Post.id == post_id).values(parent_id=parent_id))


def _set(thread_id: int, **values: Any) -> None:
    db.session.execute(update(Thread).where(Thread.id == thread_id).values(values), execution_options=_BLIND)


def _follow_duplicates(thread_id: int, into_id: int) -> list[int]:
    """What was a duplicate of the one is one of the other; which they were. Nothing is a duplicate of itself."""
    moved = update(Thread).where(Thread.duplicate_of == thread_id).values(duplicate_of=into_id).returning(Thread.id)
    found = list(db.session.scalars(moved, execution_options=_BLIND))
    db.session.execute(
        update(Thread).where(Thread.id == into_id, Thread.duplicate_of == into_id).values(duplicate_of=None),
        execution_options=_BLIND,
    )
    return found


def _end(thread: AnyRow, into: AnyRow) -> None:
    """Of the thread an address is left, that leads on; its watchers' pages are told that it is gone."""
    gone = {"deleted_at": now(), "gone": "merged", "merged_into": into.id}
    none = {"answer_id": None, "answered_at": None, "official_id": None, "pinned_until": None}
    new_room(thread, thread.network_id, **gone, **none, reply_count=0)
    told = {"thread_id": into.id, "network_id": into.network_id}
    db.session.execute(update(Notification).where(Notification.thread_id == thread.id).values(told))
    db.session.execute(update(HeldPost).where(HeldPost.thread_id == thread.id).values(told))
    for network_id in db.session.scalars(
        delete(ThreadTrace).where(ThreadTrace.thread_id == thread.id).returning(ThreadTrace.network_id)
    ).all():
        leave_trace(network_id, into.id)
    if thread.network_id != into.network_id:
        leave_trace(thread.network_id, into.id)
    db.session.execute(delete(ThreadTrace).filter_by(network_id=into.network_id, thread_id=into.id))
    push.tell_thread("thread_changed", into.id, into.epoch, into.network_id)


def unmerge(thread: AnyRow, into: AnyRow, kept: Mapping[str, Any]) -> None:
    """Undo :func:`merge`: the posts go back, with whatever was written under them since.

    ``thread``: the row of the merged one (id, network_id, epoch, opening_post_id); ``into``: of the other, as it is
    now. Raises :class:`CannotRelocate` where its posts do not stand there any more, or not alone.
    """
    branch = branch_of(into.id, thread.opening_post_id)
    if not branch:
        raise CannotRelocate(_("Its posts stand elsewhere by now: they were moved on, or split from there."))
    check_back(into, branch)
    db.session.execute(update(Post).where(Post.id == thread.opening_post_id).values(parent_id=None))
    back = {"deleted_at": None, "gone": "", "merged_into": None}
    answered_at = datetime.fromisoformat(kept["answered_at"]) if kept["answered_at"] else None
    new_room(thread, thread.network_id, **back, answer_id=kept["answer_id"], answered_at=answered_at)
    relocate(Post.id.in_(branch), thread, source=into.id, merged=True)
    for one in (thread.id, into.id):
        retree(one)
        recount(one)
    put_on_lists(thread.id, kept)
    index_threads([thread.id, into.id])
    duplicates = update(Thread).where(Thread.id.in_(kept["duplicates"]), Thread.duplicate_of == into.id)
    db.session.execute(duplicates.values(duplicate_of=thread.id), execution_options=_BLIND)
    db.session.execute(delete(ThreadTrace).filter_by(network_id=thread.network_id, thread_id=into.id))
    push.tell_thread("thread_changed", into.id, into.epoch, into.network_id)


def check_back(now_in: AnyRow, branch: list[int]) -> None:
    """Raises :class:`CannotRelocate` where posts that are to go back can't: somebody writes among them by pseudonym."""
    if now_in.is_shielded or under_pseudonym(branch):
        raise CannotRelocate(only_as_a_whole())
    check_size(Post.thread_id == now_in.id)


def under_pseudonym(post_ids: list[int]) -> bool:
    """Whether any of these posts was written under one, whether or not it still stands."""
    spoken = select(Voice.id).join(Post, Post.voice_id == Voice.id).where(Post.id.in_(post_ids))
    return db.session.scalar(spoken.where(Voice.kind == "pseudonym").limit(1)) is not None


def branch_of(thread_id: int, post_id: int) -> list[int]:
    """A post and everything under it, as the tree is read; empty where it does not stand in that thread."""
    query = select(Post.id, Post.parent_id).where(Post.thread_id == thread_id).order_by(Post.position)
    found: dict[int, None] = {}
    for row in db.session.execute(query):
        if row.id == post_id or row.parent_id in found:
            found[row.id] = None
    return list(found)
