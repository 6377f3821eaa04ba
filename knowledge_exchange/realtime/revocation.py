"""Out at once: closing sockets, in this process directly, in the others within seconds.

The database is what tells: every process compares its sockets with it, so that a change made by the
command line or another process counts here too.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence

from flask import Flask, current_app
from sqlalchemy import select

from knowledge_exchange.auth.models import Member, SignIn
from knowledge_exchange.auth.sessions import still_good
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import db, end_read, promise
from knowledge_exchange.jobs import Job
from knowledge_exchange.jobs.runner import repeat
from knowledge_exchange.realtime import events, push, shielded_rooms
from knowledge_exchange.realtime.connections import connections
from knowledge_exchange.realtime.cursors import begin_of_replay, cursor_now
from knowledge_exchange.realtime.models import LiveEvent

LOOK_EVERY_S = 2.0
_CHUNK = 500
#: The cursor at which this process looked before.
_LOOKED = "ke_looked_for_leavers"

log = logging.getLogger(__name__)


def access_lost(member_id: int, reason: str) -> None:
    """A member's sessions have ended: close their sockets after the commit (hook)."""
    promise("close sockets", _close_member, member_id, reason)


def network_left(member_id: int, network_id: int) -> None:
    """A member has left a network: their sockets leave its threads (hook)."""
    events.record("left", member_id=member_id, network_id=network_id)
    promise("leave rooms", push.leave_network_rooms, member_id, network_id)


def network_removed(member_id: int, network_id: int) -> None:
    """A member was removed, over a post under a pseudonym: likewise, and nothing is written (hook).

    The time would be that of the act on the post. The other processes find the removal itself, which tells the day.
    """
    promise("leave rooms", push.leave_network_rooms, member_id, network_id)


def networks_left(pairs: Sequence[tuple[int, int]]) -> None:
    """Many members have left networks at once, each pair a member and a network: likewise (hook)."""
    events.record_many([{"kind": "left", "member_id": who, "network_id": network_id} for who, network_id in pairs])
    promise("leave rooms", _leave_rooms, pairs)


def _leave_rooms(pairs: Sequence[tuple[int, int]]) -> None:
    for member_id, network_id in pairs:
        push.leave_network_rooms(member_id, network_id)


def _close_member(member_id: int, reason: str) -> None:
    push.say_goodbye(connections().of_member(member_id), reason)


def look() -> None:
    """Close what has lost its sign-in or standing; leave what was left or is hidden now (a job of every process).

    One after the other, each whatever became of the one before.
    """
    for step in (_close_ended, _leave_what_was_left, shielded_rooms.look):
        if not connections().all():
            return
        try:
            step()
        except Exception:
            log.exception("a look at the sockets failed; it will be tried again", extra={"step": step.__name__})
        finally:
            end_read()


def _close_ended() -> None:
    open_now = connections().all()
    valid = set(_still_signed_in({connection.sign_in_id for connection in open_now}))
    end_read()
    push.say_goodbye([one for one in open_now if one.sign_in_id not in valid], "standing")


def _leave_what_was_left() -> None:
    here = cursor_now()
    left = _left_since(begin_of_replay(int(current_app.extensions.get(_LOOKED, here))))
    left += hooks.call("removed_lately")
    end_read()
    for member_id, network_id in left:
        push.leave_network_rooms(member_id, network_id)
    current_app.extensions[_LOOKED] = here


def _still_signed_in(sign_in_ids: set[int]) -> Iterable[int]:
    ids = sorted(sign_in_ids)
    for begin in range(0, len(ids), _CHUNK):
        query = (
            select(SignIn.id)
            .join(Member, Member.id == SignIn.member_id)
            .where(SignIn.id.in_(ids[begin : begin + _CHUNK]), Member.standing == "active", *still_good())
        )
        yield from db.session.scalars(query)


def _left_since(since: int) -> list[tuple[int, int]]:
    """Who has left which network since then, as a replay would tell it; without those who are in again."""
    still_out = ~hooks.call("network_readable", LiveEvent.network_id, LiveEvent.member_id)
    query = select(LiveEvent.member_id, LiveEvent.network_id).where(LiveEvent.id > since, LiveEvent.kind == "left")
    return [(row.member_id, row.network_id) for row in db.session.execute(query.where(still_out))]


def watch_over(app: Flask) -> Callable[[], None]:
    """An endless look at this process's sockets: every process that serves runs its own."""
    job = Job("revocation", LOOK_EVERY_S, look)
    return lambda: repeat(app, job)
