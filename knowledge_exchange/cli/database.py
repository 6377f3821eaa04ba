"""``migrate``."""

from __future__ import annotations

import logging

import click

from knowledge_exchange.cli.console import with_exchange


def current_revision() -> str | None:
    """The revision that the database is at; None before the first."""
    from alembic.runtime.migration import MigrationContext

    from knowledge_exchange.core.db import db

    return MigrationContext.configure(db.session.connection()).get_current_revision()


def newest_revision() -> str | None:
    """The revision that this program needs."""
    from alembic.script import ScriptDirectory

    from knowledge_exchange.core import paths

    return ScriptDirectory(str(paths.migrations())).get_current_head()


def is_migrated() -> bool:
    """Whether the database is what this program needs."""
    return current_revision() == newest_revision()


def upgrade_now() -> None:
    """Run the migrations that are missing."""
    from flask_migrate import upgrade

    from knowledge_exchange.core.db import db

    db.session.remove()
    logging.getLogger("alembic").setLevel(logging.WARNING)
    upgrade()


@click.command()
@with_exchange
def migrate() -> None:
    """Bring the database up to date; nothing happens if it is."""
    before = current_revision()
    upgrade_now()
    after = current_revision()
    click.echo(f"The database is up to date ({after})." if before == after else f"Migrated to {after}.")
