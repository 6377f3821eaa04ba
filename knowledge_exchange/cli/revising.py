"""Getting a database ready for a backup: the tables as they were when it was made, and those of today afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import DateTime, MetaData, Table

from knowledge_exchange.cli.backing_up import DERIVED, tables
from knowledge_exchange.cli.backup_file import Backup, BadBackup
from knowledge_exchange.cli.database import upgrade_now
from knowledge_exchange.core.db import UtcDateTime, db
from knowledge_exchange.core.revisions import current_revision, known_revisions, newest_revision

ALEMBICS_OWN = "alembic_version"


class Unready(ValueError):
    """The database must be made ready first; the message says how."""


@contextmanager
def ready_for(backup: Backup) -> Iterator[list[Table]]:
    """Make the tables that the backup is of, and hand them over; bring them up to date afterwards.

    Raises :class:`BadBackup` where this program knows no such tables, :class:`Unready` where the
    database has others.
    """
    theirs, ours, here = backup.manifest.get("revision"), newest_revision(), current_revision()
    if theirs not in known_revisions():
        raise BadBackup(
            f"it was made at database revision {theirs}, this program knows those up to {ours}: restore it with "
            "the version that made it, or a newer one"
        )
    if here is None:
        upgrade_now(theirs)
    elif here != theirs:
        raise Unready(_what_to_do(theirs, ours, here))
    yield tables() if theirs == ours else tables_in_place()
    if theirs != ours:
        upgrade_now()


def _what_to_do(theirs: str, ours: str, here: str) -> str:
    if theirs == ours:
        return "The database is not up to date: run `knowledge-exchange migrate` first."
    return (
        f"This backup was made by an earlier version (database revision {theirs}), and this database has the tables of "
        f"{here} already. Restore it into a new one, without tables: it is brought up to date there."
    )


def tables_in_place() -> list[Table]:
    """The tables that the database itself has, each behind those that it refers to; without what is made anew."""
    found = MetaData()
    found.reflect(db.engine)
    for table in found.tables.values():
        for column in table.columns:
            if isinstance(column.type, DateTime):
                column.type = UtcDateTime()
    return [table for table in found.sorted_tables if not table.name.startswith((ALEMBICS_OWN, DERIVED))]
