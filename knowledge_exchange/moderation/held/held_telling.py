"""Telling authors that a held post was not approved, where that ties nobody to what they wrote under a pseudonym.

Under their own name: a notice of theirs. In a thread where they write under a pseudonym: one of that place. A pseudonym
that has no place yet, for nothing of it was published, is told on its author's own page alone: a row would name them.
"""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete

from knowledge_exchange.auth.sealed_list import places_of
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import new_run
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.holding import holding
from knowledge_exchange.threads.holding.holding import Held
from knowledge_exchange.threads.veils.speaking import PSEUDONYM

KIND = "moderated"
URL = "/me/waiting#held-{}"


def tell_refused(held_id: int) -> None:
    """Write the notice, if one may be written; in the unit of work that refuses."""
    held = holding.by_id(held_id)
    whom = None if held is None else _whom(held)
    if whom is None:
        return
    base, text = new_run(), _("A moderator sent a post of yours back. It was not published.")
    db.session.add(Notification(id=base + 1, kind=KIND, text=text, url=URL.format(held_id), **whom))
    db.session.flush()
    push.tell_run(base)


def _whom(held: Held) -> dict[str, int] | None:
    place = places_of(held.author_id).get(held.draft.thread_id)
    if place is not None:
        return {"participant_id": place}
    return None if held.draft.voice == PSEUDONYM else {"member_id": held.author_id}


def untell(held_id: int) -> None:
    """It waits again: an unread notice that it was sent back goes."""
    held = holding.by_id(held_id)
    whom = None if held is None else _whom(held)
    if whom is not None:
        db.session.execute(delete(Notification).where(*_notice(held_id, whom)))


def _notice(held_id: int, whom: dict[str, int]) -> tuple[ColumnElement[bool], ...]:
    column, value = next(iter(whom.items()))
    mine: Any = getattr(Notification, column) == value
    return (mine, Notification.kind == KIND, Notification.url == URL.format(held_id), Notification.read_at.is_(None))
