"""The connection over which a request reads (core/reads.py), until something else must come first.

PostgreSQL's come from the pool, and go back to it. SQLite's are kept here between requests: there is no
line that could be down, and what the pool does to make sure costs as much as two statements.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import Any
from weakref import WeakKeyDictionary

from flask import g
from flask.globals import app_ctx
from sqlalchemy import Dialect, Engine, PoolProxiedConnection, event

#: Connections to SQLite that wait for the next request, in each process.
MOST_IDLE = 8
_READING = "ke_reading"


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
    """A connection to the file, one of :class:`SqliteLinks`."""

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
    setattr(g, _READING, link)
    return link


def reading() -> Link | None:
    """The connection of this request, if there is one."""
    link: Link | None = app_ctx.g.get(_READING)
    return link


def end_reading(_error: BaseException | None = None) -> None:
    """Give the connection for reads back; what is read next is read afresh."""
    link: Link | None = app_ctx.g.pop(_READING, None)
    if link is not None:
        link.end()
