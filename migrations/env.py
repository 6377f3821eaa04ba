"""Alembic's environment: migrates the app's own database, in one transaction a revision."""

from __future__ import annotations

from typing import Any

from alembic import context
from flask import current_app

from knowledge_exchange.cli.database import is_compared
from knowledge_exchange.core.db import Base, UtcDateTime


def plain_types(kind: str, value: object, _context: Any) -> str | bool:
    """Write our own types as what they are in the database: a migration outlives the code."""
    if kind == "type" and isinstance(value, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def migrate() -> None:
    """Run the migrations over the app's own connection settings (BEGIN, pragmas)."""
    engine = current_app.extensions["migrate"].db.engine
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        if sqlite:
            # Tables are rebuilt by copying: foreign keys must not fire on the way.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = OFF")
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=sqlite,
            compare_type=True,
            render_item=plain_types,
            include_object=is_compared,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        if sqlite:
            connection.connection.driver_connection.execute("PRAGMA foreign_keys = ON")


if context.is_offline_mode():
    raise SystemExit("Migrations need the database itself: run `knowledge-exchange migrate`.")
migrate()
