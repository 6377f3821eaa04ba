"""The connections over which a request reads (until something else must come first) and writes.

PostgreSQL's come from the pool, and go back to it. SQLite's are kept here between requests: there is no
line that could be down, and what the pool does to make sure costs as much as two statements.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from flask.globals import app_ctx
from sqlalchemy import Dialect, Engine, PoolProxiedConnection, event
from sqlalchemy.orm import Session

#: Connections to SQLite that wait for the next request, in each process.
MOST_IDLE = 8
_READING = "ke_reading"
_WORKING = "ke_working"


class Link:
    """A connection, and what running a statement over it needs at once."""

    __slots__ = ("_connection", "dialect", "driver")

    def __init__(self, connection: PoolProxiedConnection, dialect: Dialect) -> None:
        self._connection = connection
        self.dialect = dialect
        self.driver: Any = connection.driver_connection

    def begin(self) -> None:
        """Read as of now until :meth:`end` (PostgreSQL begins by itself)."""

    def end(self) -> None:
        """Give it back."""
        self._connection.close()


class SqliteLink(Link):
    """A connection to the file, which waits among others in ``idle``."""

    __slots__ = ("_idle",)

    def __init__(self, connection: PoolProxiedConnection, dialect: Dialect, idle: list[SqliteLink]) -> None:
        super().__init__(connection, dialect)
        connection.detach()
        self._idle = idle

    def begin(self) -> None:
        """Read as of now until :meth:`end`."""
        self.driver.execute("BEGIN")

    def end(self) -> None:
        """Let go of what was read, and wait for the next request."""
        try:
            self.driver.rollback()
        except sqlite3.Error:
            self.close()
            return
        if len(self._idle) < MOST_IDLE:
            self._idle.append(self)
        else:
            self.close()

    def close(self) -> None:
        """End the connection."""
        with suppress(sqlite3.Error):
            self.driver.close()


def keep_sqlite_links(engine: Engine) -> None:
    """Keep connections for reads of this engine, until it is disposed of."""
    idle: list[SqliteLink] = []
    _idle[engine] = idle

    @event.listens_for(engine, "engine_disposed")
    def close(_engine: Engine) -> None:
        while idle:
            idle.pop().close()


_idle: WeakKeyDictionary[Engine, list[SqliteLink]] = WeakKeyDictionary()


def open_link(engine: Engine) -> Link:
    """A connection for what this request reads, all of it at one moment."""
    idle = _idle.get(engine)
    if idle is None:
        link = Link(engine.raw_connection(), engine.dialect)
    else:
        link = idle.pop() if idle else SqliteLink(engine.raw_connection(), engine.dialect, idle)
    link.begin()
    setattr(app_ctx.g, _READING, link)
    return link


def reading() -> Link | None:
    """The connection of this request, if there is one."""
    link: Link | None = app_ctx.g.get(_READING)
    return link


class Work:
    """What a session's transaction needs for statements that go past it (core/reads.py)."""

    __slots__ = ("connection", "dialect", "driver", "session")

    def __init__(self, session: Session, **options: Any) -> None:
        self.session = session
        self.connection = session.connection(**options)
        self.dialect = self.connection.dialect
        self.driver: Any = self.connection.connection.driver_connection

    def is_listened_to(self) -> bool:
        """Whether somebody wants to hear of each statement."""
        return bool(self.connection.engine.dispatch.before_cursor_execute)


def working() -> Work | None:
    """The unit of work that this is in, if any."""
    work: Work | None = app_ctx.g.get(_WORKING)
    return work


def now_working(work: Work | None) -> None:
    """A unit of work has begun, or (None) ended."""
    setattr(app_ctx.g, _WORKING, work)


def end_reading(_error: BaseException | None = None) -> None:
    """Give the connection for reads back; what is read next is read afresh."""
    link: Link | None = app_ctx.g.pop(_READING, None)
    if link is not None:
        link.end()
