"""Catching up: what a member missed after a cursor and may see now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import and_, delete, or_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import MAX_ID, RANDOM_BITS, floor_id, parse_id, time_of
from knowledge_exchange.realtime import events
from knowledge_exchange.realtime.events import Told
from knowledge_exchange.realtime.models import LiveEvent

#: Two processes commit out of the order of their ids; a replay begins a little before its cursor,
#: and the browser drops what it has seen. Longer than any unit of work.
OVERLAP = timedelta(seconds=15)
RETENTION = timedelta(days=7)
FORGET_EVERY_S = 3600.0
#: More than this is quicker fetched as a fresh page.
MOST_EVENTS = 500


def cursor_now() -> str:
    """The cursor of a page that is being made at this moment."""
    return str(floor_id(now()))


def missed(me: Me, after: object) -> dict[str, Any]:
    """The answer to ``resume``: ``{events, cursor}``, or ``{reset}`` when a fresh page is needed.

    Without ``after``, only the current cursor.
    """
    if after is None:
        return {"events": [], "cursor": cursor_now()}
    start = parse_id(after)
    if start is None or now() - time_of(start) > RETENTION:
        return {"reset": True, "cursor": cursor_now()}
    rows = _rows(me, start)
    if len(rows) > MOST_EVENTS:
        return {"reset": True, "cursor": cursor_now()}
    made = events.payloads(rows, me.id)
    # Not "now": a slow transaction may yet commit an older id than the newest seen.
    cursor = str(max([start, *(row.id for row in rows)]))
    return {"events": [{"name": name, **payload} for name, payload in made], "cursor": cursor}


def _rows(me: Me, start: int) -> list[Told]:
    """Events after ``start``, and those a little before it, in order; at most one more than may be sent."""
    since = start - (int(OVERLAP.total_seconds() * 1000) << RANDOM_BITS)
    shared = and_(
        LiveEvent.member_id.is_(None),
        LiveEvent.kind.in_(events.THREAD_KINDS),
        LiveEvent.thread_id.in_(hooks.call("visible_threads", me.id)),
    )
    own = and_(LiveEvent.member_id == me.id, LiveEvent.kind.in_(events.MEMBER_KINDS))
    query = (
        select(*events.COLUMNS)
        .where(LiveEvent.id > since, or_(own, shared))
        .order_by(LiveEvent.id)
        .limit(MOST_EVENTS + 1)
    )
    written = [Told(*row) for row in db.session.execute(query)]
    notices = hooks.call("notices_between", since, MAX_ID, [me.id], MOST_EVENTS + 1)
    return sorted([*written, *(Told(id_, "notification", member_id) for id_, member_id in notices)])


def forget_old_events() -> None:
    """Delete what is too old to be replayed (a job)."""
    with unit_of_work() as work:
        work.execute(delete(LiveEvent).where(LiveEvent.id < floor_id(now() - RETENTION)))
