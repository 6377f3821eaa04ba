"""What moderators do to single posts: hide, remove, show again, edit. Nothing here logs, tells authors or commits.

The text of a hidden or removed post leaves the tables, so that every read finds it gone; what the act keeps brings it
back. Rows are as they are now, in the thread's turn; rights have been asked.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.markup import RENDERER_VERSION
from knowledge_exchange.notifications import actions as notices
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.actions import Text
from knowledge_exchange.threads.curation.curating import Kept, give_revisions, take_revisions
from knowledge_exchange.threads.files.attachments import settle_files
from knowledge_exchange.threads.finding.indexing import index_posts, index_thread
from knowledge_exchange.threads.models import Post, PostRevision, Thread
from knowledge_exchange.threads.policy import ANSWERABLE

HIDDEN, REMOVED = "hidden", "removed"
_PLAINLY = {"synchronize_session": False}
_COLUMNS = (Post.id, Post.thread_id, Post.parent_id, Post.body, Post.html, Post.renderer)


def post_now(post_id: int) -> AnyRow | None:
    """A post's own columns, with its text."""
    times = (Post.edited_at, Post.moderated_at, Post.deleted_at, Post.gone)
    return db.session.execute(select(*_COLUMNS, *times).where(Post.id == post_id)).one_or_none()


def digest(text: str) -> str:
    """By what a text is known again."""
    return hashlib.sha256(text.encode()).hexdigest()


def take_away(thread: AnyRow, post: AnyRow, gone: str) -> Kept:
    """Hide or remove a post (a row of :func:`post_now`): a stub stays, what was told of it goes."""
    kept: Kept = {
        "gone": gone,
        "body": post.body,
        "html": post.html,
        "renderer": post.renderer,
        "edited_at": post.edited_at.isoformat() if post.edited_at else None,
    }
    if gone == REMOVED:
        kept["revisions"] = take_revisions(Post.id == post.id)
    if thread.answer_id == post.id:
        kept["answered_at"] = thread.answered_at.isoformat() if thread.answered_at else None
    notices.cancel_post(post.id)
    set_post(post.id, body="", html="", deleted_at=now(), gone=gone, edited_at=None)
    unmarked = {"answer_id": None, "answered_at": None} if thread.answer_id == post.id else {}
    set_thread(thread, post, -1, unmarked)
    return kept


def bring_back(thread: AnyRow, post: AnyRow, kept: Kept) -> bool:
    """Show it again, as the answer if it was that; False, and nothing done, where it is not gone in that way."""
    if post.deleted_at is None or post.gone != kept["gone"]:
        return False
    edited_at = datetime.fromisoformat(kept["edited_at"]) if kept["edited_at"] else None
    text = {name: kept[name] for name in ("body", "html", "renderer")}
    set_post(post.id, **text, deleted_at=None, gone="", edited_at=edited_at)
    give_revisions(kept.get("revisions", []))
    marked: dict[str, Any] = {}
    if "answered_at" in kept and thread.answer_id is None and thread.kind in ANSWERABLE:
        at = kept["answered_at"]
        marked = {"answer_id": post.id, "answered_at": datetime.fromisoformat(at) if at else None}
    set_thread(thread, post, 1, marked)
    return True


def edit(thread: AnyRow, post: AnyRow, text: Text, edited_as: str, reason: str) -> Kept | None:
    """Replace a post's text; what it said before stays in its history, with who changed it and why.

    None where it says so already. ``edited_as``: a word of ``act_models.ACTING``; ``reason``: for everybody to read.
    """
    if text.body == post.body:
        return None
    said = {"body": post.body, "html": post.html, "edited_as": edited_as, "reason": reason}
    revision = PostRevision(post_id=post.id, title=None, **said)
    db.session.add(revision)
    db.session.flush()
    set_post(post.id, body=text.body, html=text.html, renderer=RENDERER_VERSION, moderated_at=now())
    set_thread(thread, post, 0, {})
    return {
        "revision": str(revision.id),
        "left": digest(text.body),
        "renderer": post.renderer,
        "moderated_at": post.moderated_at.isoformat() if post.moderated_at else None,
    }


def take_back_edit(thread: AnyRow, post: AnyRow, kept: Kept) -> bool:
    """Let it say what it said before; False, and nothing done, where somebody has changed or hidden it since."""
    before = db.session.get(PostRevision, int(kept["revision"]))
    if before is None or post.deleted_at is not None or digest(post.body) != kept["left"]:
        return False
    moderated_at = datetime.fromisoformat(kept["moderated_at"]) if kept["moderated_at"] else None
    text = {"body": before.body, "html": before.html, "renderer": kept["renderer"]}
    set_post(post.id, **text, moderated_at=moderated_at)
    db.session.execute(delete(PostRevision).where(PostRevision.id == before.id), execution_options=_PLAINLY)
    set_thread(thread, post, 0, {})
    return True


def set_post(post_id: int, **values: Any) -> None:
    """Write columns of a post; with its text its files go and come."""
    db.session.execute(update(Post).where(Post.id == post_id).values(**values), execution_options=_PLAINLY)
    if "body" in values:
        settle_files(post_id, values["body"])


def set_thread(thread: AnyRow, post: AnyRow, more: int, values: dict[str, Any]) -> None:
    """Its state after a post of it changed: ``more`` replies stand; search and browsers are told."""
    if more and post.parent_id is not None:
        values = {**values, "reply_count": Thread.reply_count + more}
    changed = update(Thread).where(Thread.id == thread.id).values(version=Thread.version + 1, **values)
    db.session.execute(changed, execution_options=_PLAINLY)
    if "answer_id" in values:
        index_thread(thread.id)
    else:
        index_posts([post.id])
    push.tell_thread("post_changed", thread.id, thread.epoch, thread.network_id, post.id)
    if values:
        push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)
