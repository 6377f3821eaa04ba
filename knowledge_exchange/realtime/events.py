"""Events: written in the transaction of what they tell of, told after it.

An event refers to things and holds no text. What a browser gets is made when it is sent, from what
is true then, for those who may see it then; pushing and replaying make it the same way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import insert

from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import table_of
from knowledge_exchange.core.ids import floor_id, new_id, new_ids
from knowledge_exchange.core.reads import Write
from knowledge_exchange.realtime.cursors import cursor_at
from knowledge_exchange.realtime.models import LiveEvent

#: In a thread's stream; for all who may see the thread.
THREAD_KINDS = frozenset({"post", "post_changed", "thread_changed"})
#: In one member's stream.
MEMBER_KINDS = frozenset({"notification", "unread", "queue"})
#: Those that tell the number on the badge.
_COUNTED = MEMBER_KINDS - {"queue"}

#: Of an event that has a row here, what :func:`payloads` needs; in the order of :class:`Told`.
COLUMNS = (LiveEvent.id, LiveEvent.kind, LiveEvent.member_id, LiveEvent.thread_id, LiveEvent.post_id)


class Told(NamedTuple):
    """An event: what :func:`payloads` needs of it. That of a notice has the notice's id."""

    id: int
    kind: str
    member_id: int | None = None
    thread_id: int | None = None
    post_id: int | None = None


Payload = dict[str, Any]
_INSERT = Write(insert(table_of(LiveEvent)))


def record(kind: str, **about: Any) -> int:
    """Write one event; ``about`` are columns of :class:`LiveEvent`. Returns its id."""
    return record_many([{"kind": kind, **about}])[0]


def record_many(rows: Sequence[dict[str, Any]]) -> list[int]:
    """Write several events of the same shape by one statement; returns their ids, in order."""
    moment = now()
    ids = new_ids(len(rows))
    full = [{"id": id_, "at": moment, "reason": "", **row} for id_, row in zip(ids, rows, strict=True)]
    _INSERT.many(full)
    return ids


def payloads(rows: Iterable[Told], member_id: int | None) -> list[tuple[str, Payload]]:
    """``(name, payload)`` of each event that still tells something, in order.

    ``member_id`` is whose stream it is (None: a thread's room, which knows no viewer). Whether
    they may see what the thread events are about has been asked before.
    """
    rows = list(rows)
    facts = _facts_for(rows, member_id)
    made = []
    for row in rows:
        fact = _fact(row, facts)
        if fact is not None:
            made.append((row.kind, stamped(row, fact)))
    return made


def stamped(row: Told, fact: Payload) -> Payload:
    """What a browser gets: the fact, which event it is, and where the browser stands with it."""
    return {"cursor": cursor_at(row.id), "event": str(row.id), **fact}


def fresh_count(member_id: int) -> tuple[str, Payload]:
    """The number on a member's badge as it is now, as an event of no row."""
    told = Told(new_id(), "unread", member_id)
    unread = hooks.call("unread_counts", [member_id]).get(member_id, 0)
    return told.kind, stamped(told, {"unread": unread, **counted_now()})


def counted_now() -> Payload:
    """When a number is being counted: browsers keep the newest, for two processes may tell theirs out of order."""
    return {"counted": str(floor_id(now()))}


def _facts_for(rows: list[Told], member_id: int | None) -> dict[str, dict[int, Payload]]:
    """What the events are about, one question for each kind of thing."""
    posts = [row.post_id for row in rows if row.kind in ("post", "post_changed")]
    threads = [row.thread_id for row in rows if row.kind == "thread_changed"]
    notices = [row.id for row in rows if row.kind == "notification"]
    facts: dict[str, dict[int, Payload]] = {"unread": {}}
    facts["posts"] = hooks.call("post_payloads", posts) if posts else {}
    facts["threads"] = hooks.call("thread_payloads", threads) if threads else {}
    if member_id is not None and any(row.kind in _COUNTED for row in rows):
        moment = counted_now()
        unread = hooks.call("unread_counts", [member_id]).get(member_id, 0)
        facts["unread"] = {member_id: {"unread": unread, **moment}}
        facts["notices"] = hooks.call("notification_payloads", member_id, notices)
    return facts


def _fact(row: Told, facts: dict[str, dict[int, Payload]]) -> Payload | None:
    if row.kind in ("post", "post_changed"):
        return _of_thread(row, facts["posts"].get(row.post_id or 0))
    if row.kind == "thread_changed":
        return facts["threads"].get(row.thread_id or 0, gone(row.thread_id or 0))
    if row.kind == "unread":
        return {**facts["unread"][row.member_id or 0], **read_by(row)}
    if row.kind == "notification":
        notice = facts["notices"].get(row.id)
        return {**notice, **facts["unread"][row.member_id or 0]} if notice else None
    # What waits for a moderator is theirs to ask: it hangs on who they are just then, and where they write.
    return {} if row.kind == "queue" else None


def _of_thread(row: Told, post: Payload | None) -> Payload | None:
    """A post that was moved meanwhile is told in the stream of no other thread: others may read that one."""
    return post if post is not None and post["thread"] == str(row.thread_id) else None


def gone(thread_id: int) -> Payload:
    """What a browser that shows a thread is told when it may be seen no longer: nothing more of it."""
    return {"thread": str(thread_id), "gone": True}


def read_by(told: Told) -> Payload:
    """Of an ``unread``: which thread its member has read, up to and with which post, if that is why."""
    if told.kind != "unread" or told.thread_id is None:
        return {}
    return {"thread": str(told.thread_id), "post": str(told.post_id)}
