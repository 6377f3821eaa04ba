"""The migrations make exactly what the models say, on both databases, and can be taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from knowledge_exchange.cli.database import is_compared, prepare_alembic
from knowledge_exchange.core.db import Base, db
from knowledge_exchange.core.revisions import current_revision, is_migrated, newest_revision
from tests.support.databases import Templates

pytestmark = pytest.mark.slow


@pytest.fixture
def database_url(templates: Templates, database_kind: str, data_dir: Path) -> str:
    """A database of the test's own: its tables come and go."""
    return templates.fresh(database_kind, data_dir, scratch=True)


@pytest.fixture(autouse=True)
def alembic(app: Flask) -> None:
    prepare_alembic(app)


def differences(app: Flask) -> list[Any]:
    """What autogenerate would still want to change in the database that `app` is connected to."""
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "include_object": is_compared})
        return list(compare_metadata(context, Base.metadata))


def index_facts(index: Any) -> dict[str, Any]:
    """An index as plain values: its condition comes as an object, which equals nothing but itself."""
    options = {name: str(value) for name, value in index.get("dialect_options", {}).items()}
    return {**index, "dialect_options": options}


def schema(app: Flask) -> dict[str, Any]:
    """Every table with its columns, keys, constraints and indexes, as the database reports them."""
    with app.app_context():
        look = inspect(db.engine)
        return {
            table: {
                "columns": [(c["name"], str(c["type"]), c["nullable"], c["default"]) for c in look.get_columns(table)],
                "key": look.get_pk_constraint(table),
                "foreign": sorted(look.get_foreign_keys(table), key=str),
                "unique": sorted(look.get_unique_constraints(table), key=str),
                "checks": sorted(look.get_check_constraints(table), key=str),
                "indexes": sorted(map(index_facts, look.get_indexes(table)), key=str),
            }
            for table in sorted(look.get_table_names())
        }


def tables(app: Flask) -> set[str]:
    with app.app_context():
        return set(inspect(db.engine).get_table_names())


def test_the_newest_migration_says_what_the_models_say(app: Flask) -> None:
    assert differences(app) == []
    assert tables(app) - {"alembic_version"} >= set(Base.metadata.tables)


def test_the_migrations_can_be_taken_back_and_made_again(app: Flask) -> None:
    before = schema(app)
    with app.app_context():
        downgrade(revision="base")
    assert tables(app) <= {"alembic_version"}
    with app.app_context():
        upgrade()
    assert schema(app) == before
    assert differences(app) == []


def test_every_step_can_be_taken_back_by_itself(app: Flask) -> None:
    from alembic.script import ScriptDirectory

    with app.app_context():
        config = app.extensions["migrate"].migrate.get_config()
        revisions = [step.revision for step in ScriptDirectory.from_config(config).walk_revisions()]
        assert len(revisions) == len(set(revisions)) >= 1
        for _ in revisions:
            downgrade(revision="-1")
            upgrade(revision="+1")
            downgrade(revision="-1")
    assert tables(app) <= {"alembic_version"}


def test_a_forgotten_migration_would_be_noticed(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE member ADD COLUMN forgotten INTEGER")
    assert any("forgotten" in str(difference) for difference in differences(app))
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE member DROP COLUMN forgotten")
    assert differences(app) == []


def test_what_the_program_needs_can_be_told_without_alembic(app: Flask) -> None:
    from alembic.script import ScriptDirectory

    with app.app_context():
        script = ScriptDirectory.from_config(app.extensions["migrate"].migrate.get_config())
        steps = list(script.walk_revisions())
        assert newest_revision() == current_revision() == script.get_current_head()
        assert is_migrated()
        assert [Path(step.path).name[:4] for step in steps] == [step.revision for step in steps]
        assert [step.revision for step in steps] == sorted((step.revision for step in steps), reverse=True)
        downgrade(revision="base")
        db.session.remove()
        assert current_revision() is None
