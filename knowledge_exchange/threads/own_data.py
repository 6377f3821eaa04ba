"""A member's part of what the exchange holds about them: their posts and their places in threads."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.threads.models import Post, Thread, Voice

Rows = list[dict[str, Any]]


def _rows(query: Any) -> Rows:
    return [dict(row._mapping) for row in db.session.execute(query)]


def posts_of(member_id: int) -> Rows:
    """What they wrote, as they typed it."""
    return _rows(
        select(Post.id, Post.thread_id, Thread.title, Post.body, Post.created_at, Post.edited_at)
        .join(Voice, Voice.id == Post.voice_id)
        .join(Participant, Participant.id == Voice.participant_id)
        .join(Thread, Thread.id == Post.thread_id)
        .where(Participant.member_id == member_id, Post.deleted_at.is_(None))
        .order_by(Post.id)
    )


def places_of(member_id: int) -> Rows:
    """The threads that they have read or follow, and how far."""
    return _rows(
        select(Participant.thread_id, Participant.level, Participant.level_chosen_at, Participant.last_read_id)
        .where(Participant.member_id == member_id)
        .order_by(Participant.thread_id)
    )


def notices_of(member_id: int) -> Rows:
    """What they were told."""
    return _rows(
        select(Notification.kind, Notification.text, Notification.created_at, Notification.read_at)
        .where(Notification.member_id == member_id)
        .order_by(Notification.id)
    )
