"""The database: base of all models, column types, and the one place that commits.

SQLite, embedded: write-ahead log, ``synchronous=FULL`` (what was acknowledged survives kill -9), and
one writer at a time. Under gevent a greenlet that gives way inside ``BEGIN IMMEDIATE`` would stop the
whole loop, so there is a lock of our own in front of SQLite's, and nothing inside a unit of work may
yield. PostgreSQL: by URL, nothing else changes.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Row,
    Select,
    Table,
    Text,
    TypeDecorator,
    event,
)
from sqlalchemy.dialects import postgresql as postgresql_dialect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.pool import ConnectionPoolEntry

from knowledge_exchange.core.links import Work, end_reading, keep_sqlite_links, now_working

#: SQLite's own wait for another process's write lock. It stops the loop, so it is short; the rest
#: of the waiting is done here, where others go on.
BUSY_TIMEOUT_MS = 50
BUSY_PAUSE_S = 0.02
BUSY_PATIENCE_S = 10.0
POOL_SIZE = 20
POOL_OVERFLOW = 40
#: PostgreSQL ends a transaction in which nothing happens for so long: its process was stopped, or hangs, and keeps
#: others from the rows that it holds. An address with ``options`` of its own is left alone.
IDLE_IN_WORK_MS = 60_000
#: What a page of a table costs PostgreSQL out of turn, beside one in turn: memory and today's disks are meant, not its
#: default of turning ones, with which it reads a table through rather than look up what its index would find.
PAGE_COST = 1.1
_IDLE_TOO_LONG = "25P03"

log = logging.getLogger(__name__)

#: A row or a SELECT of columns that its maker names in its docstring.
AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
#: A column of ids, or of yes and no: of a statement, or as a model has it.
IdColumn = ColumnElement[int] | InstrumentedAttribute[int] | InstrumentedAttribute[int | None]
FlagColumn = ColumnElement[bool] | InstrumentedAttribute[bool]

#: 63-bit ids; SQLite's INTEGER PRIMARY KEY is the row id itself.
Id = BigInteger().with_variant(Integer(), "sqlite")
#: Text that is compared byte by byte on both databases.
Bytewise = Text().with_variant(Text(collation="C"), "postgresql")


class Busy(RuntimeError):
    """Nothing was written, and trying again may help.

    Another process held the write lock for longer than we wait, or the database ended the work or the line.
    """


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python; ``timestamptz`` in PostgreSQL, ISO text in SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every model of every room."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime, str: Text}


def table_of(model: type[Base]) -> Table:
    """The table of a model, for statements that shall do without the ORM."""
    return cast(Table, model.__table__)


# Models inherit from our own typed base; db.Model is not used.
db = SQLAlchemy(metadata=Base.metadata, session_options={"expire_on_commit": False})

_write_lock = threading.RLock()
_WRITE = "ke_write"
_PROMISES = "ke_promises"


def init_app(app: Flask) -> None:
    """Connect the app to its database; no statement is sent yet."""
    sqlite = app.config["SQLALCHEMY_DATABASE_URI"].startswith("sqlite")
    options: dict[str, Any] = {"pool_size": POOL_SIZE, "max_overflow": POOL_OVERFLOW}
    if sqlite:
        app.config["KE_DATA_DIR"].mkdir(mode=0o700, parents=True, exist_ok=True)
        options["connect_args"] = {"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False}
    else:
        options["pool_pre_ping"] = True
        if "options=" not in app.config["SQLALCHEMY_DATABASE_URI"]:
            options["connect_args"] = {
                "options": f"-c idle_in_transaction_session_timeout={IDLE_IN_WORK_MS} -c random_page_cost={PAGE_COST}"
            }
    app.config.setdefault("SQLALCHEMY_ENGINE_OPTIONS", options)
    db.init_app(app)
    app.teardown_appcontext(end_reading)
    if sqlite:
        with app.app_context():
            _keep_private(db.engine)
            _prepare_sqlite(app, db.engine)
            keep_sqlite_links(db.engine)


def _keep_private(engine: Engine) -> None:
    """Make the file before SQLite does, for its owner only: it is the list of the members."""
    path = engine.url.database
    if path and path != ":memory:" and not Path(path).exists():
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        Path(path).touch(mode=0o600)


def _prepare_sqlite(app: Flask, engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        # We say BEGIN ourselves, so that a unit of work can say BEGIN IMMEDIATE.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        _set_journal(connection)
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA cache_size = -16000")
        if app.extensions.get("ke_checkpointer"):
            # A checkpoint is a long stall: core/checkpoints.py does it off the loop.
            connection.execute("PRAGMA wal_autocheckpoint = 0")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        write = connection.get_execution_options().get(_WRITE)
        driver: Any = connection.connection.driver_connection
        driver.execute("BEGIN IMMEDIATE" if write else "BEGIN")


def _set_journal(connection: sqlite3.Connection) -> None:
    """Turning the log on needs the file alone for a moment, only the very first time."""
    deadline = time.monotonic() + BUSY_PATIENCE_S
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(BUSY_PAUSE_S)


def is_sqlite() -> bool:
    """Whether the embedded database is in use."""
    return db.engine.dialect.name == "sqlite"


@contextmanager
def unit_of_work() -> Iterator[OrmSession]:
    """All or nothing: commit once at the end, then keep the promises made inside.

    Inside another unit of work it simply joins it. What was loaded before is read afresh. Nothing
    inside may yield to another greenlet (no mail, no HTTP, no sleep): that is what :func:`promise`
    is for. Raises :class:`Busy` if another process keeps the write lock for 10 s, or the database ends the work.
    """
    session = db.session()
    if session.info.get(_PROMISES) is not None:
        yield session
        return
    promises: list[tuple[str, Callable[..., None], tuple[Any, ...]]] = []
    end_reading()
    with _write_turn():
        session.rollback()
        _begin_writing(session)
        session.info[_PROMISES] = promises
        try:
            yield session
            session.commit()
        except DBAPIError as error:
            if not _is_ended(error):
                session.rollback()
                raise
            _give_up(session)
            log.warning("work_ended_by_database", extra={"error": type(error.orig).__name__})
            raise Busy("the database ended the work") from error
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info[_PROMISES] = None
            now_working(None)
    _keep(promises)


def _is_ended(error: DBAPIError) -> bool:
    """Whether it is not what was asked, but the database or the line to it that ended the work."""
    return isinstance(error, OperationalError) or getattr(error.orig, "sqlstate", None) == _IDLE_TOO_LONG


def _give_up(session: OrmSession) -> None:
    """End what the database has ended, over a line that may be gone; the next work gets another."""
    with suppress(DBAPIError):
        session.invalidate()
    session.rollback()


@contextmanager
def _write_turn() -> Iterator[None]:
    if not is_sqlite():
        yield
        return
    with _write_lock:
        yield


def _begin_writing(session: OrmSession) -> None:
    deadline = time.monotonic() + BUSY_PATIENCE_S
    while True:
        try:
            now_working(Work(session, execution_options={_WRITE: True}))
            return
        except sqlite3.OperationalError as error:
            session.rollback()
            if time.monotonic() > deadline:
                raise Busy("another process is writing") from error
            time.sleep(BUSY_PAUSE_S)


def promise(name: str, function: Callable[..., None], *arguments: Any) -> None:
    """Have ``function(*arguments)`` called after the commit; ``name`` says what for, in the log.

    Not kept if the work is rolled back. A failure is logged, never raised: what was written
    stands, whether or not anybody could be told.
    """
    promises = db.session().info.get(_PROMISES)
    if promises is None:
        raise RuntimeError(f"promise {name!r} was made outside a unit of work")
    promises.append((name, function, arguments))


def _keep(promises: list[tuple[str, Callable[..., None], tuple[Any, ...]]]) -> None:
    for name, function, arguments in promises:
        try:
            function(*arguments)
        except Exception:
            log.exception("a promise was not kept", extra={"promise": name})


def insert_of_dialect(model: type[Base]) -> sqlite_dialect.Insert | postgresql_dialect.Insert:
    """An INSERT that knows ON CONFLICT, in the dialect in use."""
    return sqlite_dialect.insert(model) if is_sqlite() else postgresql_dialect.insert(model)


def insert_or_ignore(model: type[Base], row: dict[str, Any]) -> None:
    """Insert a row unless one with the same key is there: another process may have been first."""
    db.session.execute(insert_of_dialect(model).values(row).on_conflict_do_nothing())


def end_read() -> None:
    """Give the connections back before waiting for something slow (a hash, a pause, a helper)."""
    end_reading()
    db.session.remove()
