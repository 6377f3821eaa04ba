"""Rooms of shielded threads: who is hidden from one now is out within seconds, whatever made it so.

As in ``revocation.py`` the database is what tells: every process compares its sockets with it. Somebody's organisation
may have changed (a roll, a merger, an office, the command line), or a shield was raised or extended: that raises the
thread's epoch, so that nothing more comes to the old room, and those who may go on reading are moved to the new one.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable

from flask import current_app
from sqlalchemy import select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import db, promise
from knowledge_exchange.realtime import events, push
from knowledge_exchange.realtime.connections import Connection, Room, connections
from knowledge_exchange.realtime.cursors import begin_of_replay, cursor_now
from knowledge_exchange.realtime.events import THREAD_KINDS, Told
from knowledge_exchange.realtime.models import LiveEvent

_CHUNK = 500
#: What was true of a member and a thread when they were last found to be allowed: asked again when it is true no more.
_KNOWN = "ke_known_readers"
_LOOKED = "ke_looked_at_shields"
_Fact = tuple[str, str | None]

log = logging.getLogger(__name__)


def look_again() -> None:
    """A shield has changed: look after the commit, in this process; the others do within seconds by themselves."""
    promise("look at shielded rooms", look)


def look() -> None:
    """Put out whoever is hidden from a thread that they follow; move the others where its events go now.

    Each thread by itself. Where one fails, the next look begins where this one did.
    """
    here = cursor_now()
    since = begin_of_replay(int(current_app.extensions.get(_LOOKED, here)))
    watched = _watched()
    rooms: dict[int, Room] = hooks.call("shielded_rooms", list(watched)) if watched else {}
    known: dict[tuple[int, int], _Fact] = current_app.extensions.get(_KNOWN, {})
    work_at = _organisations({one.member_id for thread_id in rooms for one in watched[thread_id]})
    still_known: dict[tuple[int, int], _Fact] = {}
    failed = False
    for thread_id, room in rooms.items():
        facts: dict[int, _Fact] = {one.member_id: (room.name, work_at.get(one.member_id)) for one in watched[thread_id]}
        doubtful = [who for who, fact in facts.items() if known.get((thread_id, who)) != fact]
        try:
            hidden = set(doubtful) - set(hooks.call("readers_among", thread_id, doubtful) if doubtful else ())
            _sort_out(thread_id, room, watched[thread_id], hidden, since)
        except Exception:
            log.exception("a shielded room was not looked at; it will be tried again")
            db.session.rollback()
            failed = True
            continue
        still_known |= {(thread_id, who): fact for who, fact in facts.items() if who not in hidden}
    current_app.extensions[_KNOWN] = still_known
    if not failed:
        current_app.extensions[_LOOKED] = here


def _watched() -> dict[int, list[Connection]]:
    found: dict[int, list[Connection]] = defaultdict(list)
    for connection in connections().all():
        for thread_id in connection.watched:
            found[thread_id].append(connection)
    return found


def _organisations(member_ids: Iterable[int]) -> dict[int, str | None]:
    ids = sorted(member_ids)
    found: dict[int, str | None] = {}
    for begin in range(0, len(ids), _CHUNK):
        query = select(Member.id, Member.organisation_code).where(Member.id.in_(ids[begin : begin + _CHUNK]))
        found |= {row.id: row.organisation_code for row in db.session.execute(query)}
    return found


def _sort_out(thread_id: int, room: Room, watchers: list[Connection], hidden: set[int], since: int) -> None:
    """First those who are hidden: what fails with somebody else must not leave them in."""
    for connection in watchers:
        if connection.member_id in hidden:
            push.leave_room(connection, thread_id)
    moved = []
    for connection in watchers:
        before = connection.watched.get(thread_id)
        if before is not None and before.name != room.name:
            push.move_to(connection, thread_id, room)
            moved.append(connection)
    if moved:
        push.tell_again(moved, _lately(thread_id, since))


def _lately(thread_id: int, since: int) -> list[Told]:
    """The thread's events since the last look: what went to the new room before these came there."""
    of_thread = (LiveEvent.thread_id == thread_id, LiveEvent.member_id.is_(None), LiveEvent.kind.in_(THREAD_KINDS))
    query = select(*events.COLUMNS).where(LiveEvent.id > since, *of_thread).order_by(LiveEvent.id)
    return [Told(*row) for row in db.session.execute(query)]
