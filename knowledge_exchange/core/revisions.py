"""Which migration the database is at, and which this program needs: without Alembic, whose loading takes as
long as half a start. Revisions are numbers, which files begin with and which follow one on another
(tests/migrations holds them to it).
"""

from __future__ import annotations

from sqlalchemy import inspect, text

from knowledge_exchange.core import paths
from knowledge_exchange.core.db import db

_DIGITS = 4


def known_revisions() -> set[str]:
    """All revisions that this program can make."""
    return {path.name[:_DIGITS] for path in (paths.migrations() / "versions").glob("[0-9]*.py")}


def newest_revision() -> str:
    """The revision that this program needs."""
    return max(known_revisions())


def current_revision() -> str | None:
    """The revision that the database is at; None before the first."""
    connection = db.session.connection()
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def is_migrated() -> bool:
    """Whether the database is what this program needs."""
    return current_revision() == newest_revision()
