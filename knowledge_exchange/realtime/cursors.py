"""Cursors: where a browser stands in the stream, and never so far on that a slow writer comes in behind it.

Events bear ids of the moment at which they were written, and are seen when their transaction commits. A replay
begins :data:`OVERLAP` before its cursor, which is enough for writes as they usually are. With PostgreSQL one may
be held for longer (a lock, a slow disk, a process that was stopped): while one is, cursors stay at its beginning.
SQLite has one writer at a time, whose ids are in the order of the commits.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask, current_app
from sqlalchemy import bindparam, column, func, select, table

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import UtcDateTime, is_sqlite
from knowledge_exchange.core.ids import MAX_ID, RANDOM_BITS, floor_id
from knowledge_exchange.core.reads import Read

#: How far before its cursor a replay begins; the browser drops what it has seen. More than LONG_WRITE, LOOK_EVERY_S,
#: the way from a commit to the browsers, and what the clocks of several machines differ by, all together.
OVERLAP = timedelta(seconds=15)
#: A write that has been running for so long holds cursors back.
LONG_WRITE = timedelta(seconds=5)
#: A process asks so often, at most, whether there is one.
LOOK_EVERY_S = 2.0
_EXTENSION = "ke_oldest_write"

_since = column("xact_start", UtcDateTime())
_WRITES = table("pg_stat_activity", _since, column("datname"), column("backend_type"), column("backend_xid"))
#: Who only reads has no transaction id of its own: a backup of an hour holds nothing back.
_OLDEST_LONG_WRITE = Read(
    select(func.min(_since, type_=UtcDateTime()))
    .select_from(_WRITES)
    .where(
        _WRITES.c.datname == func.current_database(),
        _WRITES.c.backend_type == "client backend",
        _WRITES.c.backend_xid.is_not(None),
        _since < func.clock_timestamp() - bindparam("long"),
    )
)


@dataclass
class _Seen:
    """What this process saw when it last looked."""

    looked_at: float | None = None
    oldest: int = MAX_ID


def init_app(app: Flask) -> None:
    """Start without having looked."""
    app.extensions[_EXTENSION] = _Seen()


def cursor_now() -> str:
    """The cursor of a page that is being made at this moment."""
    return cursor_at(floor_id(now()))


def cursor_at(id_: int) -> str:
    """The cursor of somebody who has been told everything up to that id, as far as it is written."""
    return str(min(id_, _oldest_write()))


def begin_of_replay(cursor: int) -> int:
    """The id after which a replay reads for somebody at that cursor."""
    return cursor - (int(OVERLAP.total_seconds() * 1000) << RANDOM_BITS)


def _oldest_write() -> int:
    """Ids of writes that have been running for long, and may yet commit, are not below this."""
    if is_sqlite():
        return MAX_ID
    seen: _Seen = current_app.extensions[_EXTENSION]
    moment = time.monotonic()
    if seen.looked_at is None or moment - seen.looked_at > LOOK_EVERY_S:
        since: datetime | None = _OLDEST_LONG_WRITE.scalar(long=LONG_WRITE)
        seen.looked_at, seen.oldest = moment, MAX_ID if since is None else floor_id(since)
    return seen.oldest
