"""A member's part of what the exchange holds about them: their posts and their places in threads."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from knowledge_exchange.auth.own_data import Rows, rows_of
from knowledge_exchange.auth.sealed_list import places_of as places_of_member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import Id, db
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.notifications.models import LevelChange, Notification, Participant
from knowledge_exchange.notifications.queries import visible_now
from knowledge_exchange.threads.files.attachment_models import Mark
from knowledge_exchange.threads.marks.marks import is_made_by
from knowledge_exchange.threads.models import Post, Thread, Voice

#: Of a sealed place no time of a choice is kept.
_chosen_at = case((Participant.member_id.is_not(None), Participant.level_chosen_at))


def posts_of(member_id: int) -> Rows:
    """What they wrote, as they typed it, and under which name: pseudonyms, too.

    Where the thread was moved to a network that they may not read, without its title, and without what a moderator has
    written into a post: both may say something else by now.
    """
    readable = hooks.call("network_readable", Thread.network_id, literal(member_id, Id))
    title = case((readable, Thread.title), else_="").label("title")
    body = case((or_(readable, Post.moderated_at.is_(None)), Post.body), else_="").label("body")
    return rows_of(
        select(Post.id, Post.thread_id, title, Voice.name, body, Post.created_at, Post.edited_at)
        .join(Voice, Voice.id == Post.voice_id)
        .join(Participant, Participant.id == Voice.participant_id)
        .join(Thread, Thread.id == Post.thread_id)
        .where(_place_of(member_id), Post.deleted_at.is_(None), _open_to(Post.thread_id, member_id))
        .order_by(Post.id)
    )


def places_of(member_id: int) -> Rows:
    """The threads that they have read or follow, and how far."""
    return rows_of(
        select(Participant.thread_id, Participant.level, _chosen_at.label("level_chosen_at"), Participant.last_read_id)
        .where(_place_of(member_id), _open_to(Participant.thread_id, member_id))
        .order_by(Participant.thread_id)
    )


def levels_of(member_id: int) -> Rows:
    """How loud threads and networks became for them, step by step."""
    columns = (LevelChange.id, LevelChange.thread_id, LevelChange.network_id, LevelChange.level, LevelChange.chosen)
    mine = (LevelChange.member_id == member_id, _open_to(LevelChange.thread_id, member_id))
    rows = rows_of(select(*columns).where(*mine).order_by(LevelChange.id))
    return [{**row, "at": time_of(row["id"])} for row in rows]


def notices_of(member_id: int) -> Rows:
    """What they were told, under pseudonyms, too, as far as they may still see it."""
    places = places_of_member(member_id).values()
    sealed = and_(Notification.member_id.is_(None), Notification.participant_id.in_(places))
    mine = and_(or_(Notification.member_id == member_id, sealed), visible_now(whom=literal(member_id, Id)))
    return rows_of(
        select(Notification.kind, Notification.text, Notification.created_at, Notification.read_at)
        .where(mine)
        .order_by(Notification.id)
    )


def marks_of(member_id: int) -> Rows:
    """What they found helpful, or have too, in threads that they have a place in.

    No row says so: each mark there is tried with their number.
    """
    there = (_place_of(member_id), _open_to(Post.thread_id, member_id))
    query = select(Mark.kind, Mark.post_id, Mark.by_hash).join(Post, Post.id == Mark.post_id)
    query = query.join(Participant, Participant.thread_id == Post.thread_id).where(*there).order_by(Mark.post_id)
    mine = dict.fromkeys((row.kind, row.post_id) for row in db.session.execute(query) if is_made_by(row, member_id))
    return [{"kind": kind, "post_id": str(post_id)} for kind, post_id in mine]


def _place_of(member_id: int) -> ColumnElement[bool]:
    """It is their place in a thread, plain or sealed."""
    return or_(Participant.member_id == member_id, Participant.id.in_(places_of_member(member_id).values()))


def _open_to(thread_id: InstrumentedAttribute[Any], member_id: int) -> ColumnElement[bool]:
    """The row is of no thread, or of one that is not hidden from them: of such a one nothing is there for them."""
    return or_(thread_id.is_(None), thread_open_to(thread_id, member_id))
