"""Catching up: what a member missed after a cursor and may see now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import and_, or_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import MAX_ID, parse_id, time_of
from knowledge_exchange.realtime import events
from knowledge_exchange.realtime.cursors import begin_of_replay, cursor_at
from knowledge_exchange.realtime.cursors import cursor_now as cursor_now
from knowledge_exchange.realtime.events import Told
from knowledge_exchange.realtime.models import LiveEvent

#: Whoever was away for longer gets a fresh page; sooner where the operator keeps events for less (0: for ever).
RETENTION = timedelta(days=7)
#: More than this is quicker fetched as a fresh page.
MOST_EVENTS = 500


def missed(me: Me, after: object) -> dict[str, Any]:
    """The answer to ``resume``: ``{events, cursor}``, or ``{reset}`` when a fresh page is needed.

    Without ``after``, only the current cursor.
    """
    if after is None:
        return {"events": [], "cursor": cursor_now()}
    start = parse_id(after)
    if start is None or now() - time_of(start) > _retention():
        return {"reset": True, "cursor": cursor_now()}
    # Asked before the events are read: what is committed in between may be in both, never in neither.
    here = cursor_now()
    rows = _rows(me, begin_of_replay(start))
    if len(rows) > MOST_EVENTS:
        return {"reset": True, "cursor": here}
    made = events.payloads(rows, me.id)
    if me.places:  # what they read where they write under a pseudonym is in no row
        made.append(events.fresh_count(me.id))
    cursor = cursor_at(max([int(here), *(row.id for row in rows)]))
    return {"events": [{"name": name, **payload} for name, payload in made], "cursor": cursor}


def _rows(me: Me, since: int) -> list[Told]:
    """Events after ``since``, in order; at least one more than may be sent, if there are so many."""
    shared = and_(
        LiveEvent.member_id.is_(None),
        LiveEvent.kind.in_(events.THREAD_KINDS),
        LiveEvent.thread_id.in_(hooks.call("visible_threads", me.id)),
    )
    # What they have read is told by the thread's number, as long as it is there for them.
    told_of = or_(LiveEvent.thread_id.is_(None), hooks.call("thread_open_to", LiveEvent.thread_id, me.id))
    own = and_(LiveEvent.member_id == me.id, LiveEvent.kind.in_(events.MEMBER_KINDS), told_of)
    query = (
        select(*events.COLUMNS)
        .where(LiveEvent.id > since, or_(own, shared))
        .order_by(LiveEvent.id)
        .limit(MOST_EVENTS + 1)
    )
    written = [Told(*row) for row in db.session.execute(query)]
    notices = hooks.call("notices_between", since, MAX_ID, [me.id], MOST_EVENTS + 1)
    if me.places:
        notices = [*notices, *hooks.call("sealed_notices", since, MAX_ID, me)]
    return sorted([*written, *(Told(id_, "notification", member_id) for id_, member_id in notices)])


def _retention() -> timedelta:
    days = int(current_app.config["KE_KEEP_EVENTS_DAYS"])
    return min(RETENTION, timedelta(days=days)) if days else RETENTION
