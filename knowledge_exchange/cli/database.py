"""``migrate``."""

from __future__ import annotations

import logging
from typing import Any

import click
from flask import Flask, current_app

from knowledge_exchange.cli.console import with_exchange

#: Names of what only SQLite has (FTS5's tables) and only PostgreSQL (the index of a tsvector).
SEARCH_INDEX = ("search_index", "ix_search_document_words")


def prepare_alembic(app: Flask) -> None:
    """Let Flask-Migrate know the app. Not when the app is made: loading Alembic takes as long as half a start."""
    from flask_migrate import Migrate

    from knowledge_exchange.core import paths
    from knowledge_exchange.core.db import db

    Migrate(app, db, directory=str(paths.migrations()), render_as_batch=True)


def is_compared(thing: Any, name: str | None, kind: str, is_there: bool, model: Any) -> bool:
    """Whether Alembic is to compare it with the models: all but the search's index, which each database has its way."""
    return not (name or "").startswith(SEARCH_INDEX)


def upgrade_now(revision: str = "head") -> None:
    """Run the migrations that are missing, up to ``revision``."""
    from flask_migrate import upgrade

    from knowledge_exchange.core.db import db

    prepare_alembic(current_app._get_current_object())  # type: ignore[attr-defined]
    db.session.remove()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade(revision=revision)


@click.command()
@with_exchange
def migrate() -> None:
    """Bring the database up to date; nothing happens if it is."""
    from knowledge_exchange.core.revisions import current_revision

    before = current_revision()
    upgrade_now()
    after = current_revision()
    click.echo(f"The database is up to date ({after})." if before == after else f"Migrated to {after}.")
