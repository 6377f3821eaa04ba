"""Emptying a database for a restore that was asked to replace it; undone with the restore if that fails."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table, delete, inspect, select, text
from sqlalchemy.exc import OperationalError

from knowledge_exchange.cli.backing_up import derived_tables
from knowledge_exchange.core.db import Busy, db, is_sqlite

#: How long to wait for an exchange that still runs on this database.
LOCK_PATIENCE_S = 10


#: Tables into which a migration puts what an administrator begins with: a database with those rows alone is empty.
SEEDED = frozenset({"category", "category_network"})


def first_with_rows(tables: Sequence[Table]) -> str | None:
    """The name of a table that has rows of this exchange's own; None where all are empty."""
    for table in tables:
        if table.name not in SEEDED and db.session.execute(select(table).limit(1)).first() is not None:
            return str(table.name)
    return None


def empty_seeded(tables: Sequence[Table]) -> None:
    """Remove what the migrations put in, in an otherwise empty database."""
    for table in reversed([table for table in tables if table.name in SEEDED]):
        db.session.execute(delete(table))


def derived_in_place() -> list[Table]:
    """The search's tables, where the database has them already."""
    there = set(inspect(db.session.connection()).get_table_names())
    return [table for table in derived_tables() if table.name in there]


def empty_search() -> None:
    """Remove all that the search has: what it is made of is about to change."""
    found = derived_in_place()
    for table in reversed(found):
        db.session.execute(delete(table))
    if found and is_sqlite():
        db.session.execute(text("INSERT INTO search_index (search_index) VALUES ('delete-all')"))


def empty_all(tables: Sequence[Table]) -> None:
    """Remove every row, within the unit of work that this is called in; each table stands behind those it refers to.

    Raises :class:`~knowledge_exchange.core.db.Busy` where somebody else keeps PostgreSQL's tables for 10 s.
    """
    if is_sqlite():
        for table in reversed(tables):
            db.session.execute(delete(table))
        return
    quoted = db.engine.dialect.identifier_preparer.format_table
    names = ", ".join(quoted(table) for table in tables)
    db.session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_PATIENCE_S}s'"))
    try:
        # Unlike DELETE it leaves nothing to be tidied up, and is taken back all the same if the restore fails.
        db.session.execute(text(f"TRUNCATE {names}"))
    except OperationalError as error:
        raise Busy("another process reads or writes") from error
