"""What somebody does where they write under a pseudonym: noted in their sealed place, and nowhere that names them.

No time of an act is kept either, for it could be laid beside what else happened then: a notice counts as read from
when it was made, and a choice as made at the beginning of time. Their other browsers are told through memory alone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import aliased

from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import EPOCH
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.realtime import push

#: Somebody's plain place says that they have read so far once so many others' say so, too.
MOST_AHEAD = 3

_Other = aliased(Participant)


def mark_thread_read(member_id: int, thread_id: int, place_id: int, upto: int) -> None:
    """Everything in the thread up to and with a post is read; reading never goes back."""
    mine = (Participant.id == place_id, Participant.member_id.is_(None), Participant.last_read_id < upto)
    moved = db.session.execute(update(Participant).where(*mine).values(last_read_id=upto))
    marked = mark_read([place_id], Notification.post_id <= upto)
    if _changed(moved):
        _go_with_the_others(member_id, thread_id, upto)
    if marked or _changed(moved):
        push.tell_unwritten([member_id], thread_id, upto)


def mark_read(place_ids: Collection[int], *which: ColumnElement[bool]) -> bool:
    """Notices of these sealed places are read; whether any was not yet."""
    if not place_ids:
        return False
    unread = (
        Notification.member_id.is_(None),
        Notification.participant_id.in_(place_ids),
        Notification.read_at.is_(None),
    )
    read = update(Notification).where(*unread, *which).values(read_at=Notification.created_at)
    return _changed(db.session.execute(read))


def _go_with_the_others(member_id: int, thread_id: int, upto: int) -> None:
    """Let the plain place, if there is one, say what at least :data:`MOST_AHEAD` others' say that read as far.

    Else who writes under a pseudonym would be the one who followed the thread once and never came back.
    """
    others = (
        select(_Other.last_read_id)
        .where(_Other.thread_id == thread_id, _Other.member_id.is_not(None), _Other.member_id != member_id)
        .order_by(_Other.last_read_id.desc())
        .offset(MOST_AHEAD - 1)
        .subquery()
    )
    read_by_many = select(func.max(others.c.last_read_id)).where(others.c.last_read_id <= upto).scalar_subquery()
    plain = (Participant.member_id == member_id, Participant.thread_id == thread_id)
    behind = update(Participant).where(*plain, Participant.last_read_id < read_by_many)
    db.session.execute(behind.values(last_read_id=read_by_many))


def choose_level(place_id: int, level: str) -> None:
    """How loud the thread is for that place: its member's own choice."""
    place = (Participant.id == place_id, Participant.member_id.is_(None))
    db.session.execute(update(Participant).where(*place).values(level=level, level_chosen_at=EPOCH))


def _changed(result: Any) -> bool:
    return bool(result.rowcount)
