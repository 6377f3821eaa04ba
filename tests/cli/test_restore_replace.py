"""`restore --replace` and databases that are not as they should be: the old state or the new, nothing in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text

from knowledge_exchange.cli.emptying import SEEDED
from knowledge_exchange.cli.main import cli
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.models import Network
from tests.cli.killed_restore import restore_killed_half_way
from tests.cli.test_backup import rows_of, run
from tests.cli.test_backup_damage import POSTS, spoil
from tests.support import postgres
from tests.support.databases import POSTGRES, SQLITE, Templates
from tests.support.servers import run_command

MEMBERS = 40


@pytest.fixture
def good_backup(make_app: Callable[..., Flask], tmp_path: Path) -> Path:
    """A backup of a small community."""
    source = make_app(KE_DATABASE_URL="", KE_DATA_DIR=tmp_path / "source")
    run(source, "migrate")
    run(source, "bench", "seed", "--members", MEMBERS, "--threads", 30, "--posts", 900)
    run(source, "backup", tmp_path / "good")
    return tmp_path / "good"


@pytest.fixture
def lived_in(app: Flask) -> Flask:
    """An exchange with people in it, that somebody wants to replace."""
    run(app, "bench", "seed", "--members", 12, "--threads", 6, "--posts", 60)
    return app


def restore(app: Flask, *words: object) -> Result:
    with app.app_context():
        return CliRunner().invoke(cli, ["restore", *map(str, words)])


def members(app: Flask) -> int:
    return len(rows_of(app)["member"])


def test_what_is_there_is_replaced_only_when_asked(good_backup: Path, lived_in: Flask) -> None:
    before = rows_of(lived_in)
    done = restore(lived_in, good_backup)
    assert done.exit_code == 1
    assert "--replace" in done.output
    assert rows_of(lived_in) == before
    done = restore(lived_in, good_backup, "--replace")
    assert done.exit_code == 0, done.output
    assert members(lived_in) == MEMBERS


def test_a_damaged_backup_replaces_nothing(good_backup: Path, lived_in: Flask, tmp_path: Path) -> None:
    before = rows_of(lived_in)
    # The posts come late: by then everything is gone and most of the new is there.
    spoil(good_backup, tmp_path / "spoilt", POSTS, lambda content: content[:-40])
    done = restore(lived_in, tmp_path / "spoilt", "--replace")
    assert done.exit_code == 1
    assert "Nothing was changed" in done.output
    assert rows_of(lived_in) == before


@pytest.mark.server
def test_a_replacement_that_is_killed_half_way_leaves_what_was_there(
    good_backup: Path, lived_in: Flask, settings: dict[str, Any], tmp_path: Path
) -> None:
    before = rows_of(lived_in)
    restore_killed_half_way(good_backup, "--replace", settings=settings, folder=tmp_path)
    assert rows_of(lived_in) == before
    assert restore(lived_in, good_backup, "--replace").exit_code == 0
    assert members(lived_in) == MEMBERS


def test_a_restore_beside_an_exchange_that_writes_waits_and_then_says_so(
    good_backup: Path, lived_in: Flask, make_app: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("knowledge_exchange.core.db.BUSY_PATIENCE_S", 0.2)
    monkeypatch.setattr("knowledge_exchange.cli.emptying.LOCK_PATIENCE_S", 1)
    before = rows_of(lived_in)
    with writing(make_app()):
        done = restore(lived_in, good_backup, "--replace")
    assert done.exit_code == 1, done.output
    assert "busy with another process" in done.output
    assert rows_of(lived_in) == before


@contextmanager
def writing(app: Flask) -> Iterator[None]:
    """Another process that is in the middle of writing, as the database sees it."""
    with app.app_context(), db.engine.connect().execution_options(ke_write=True) as link:
        link.execute(text("UPDATE network SET name = 'Held'"))
        yield
        link.rollback()


@pytest.mark.databases(SQLITE)
def test_a_text_that_postgresql_cannot_hold_is_refused_in_words(
    app: Flask, templates: Templates, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    with app.app_context(), unit_of_work() as work:
        work.add(Network(slug="odd", name="No\x00where", kind="interest", visibility="open"))
    run(app, "backup", tmp_path / "odd")
    (tmp_path / "goal").mkdir()
    goal = make_app(KE_DATABASE_URL=templates.fresh(POSTGRES, tmp_path / "goal"))
    done = restore(goal, tmp_path / "odd")
    assert done.exit_code == 1
    assert "refuses the rows of the table “network”" in done.output
    assert not any(rows for table, rows in rows_of(goal).items() if table not in SEEDED)


@pytest.mark.databases(POSTGRES)
def test_a_database_that_cannot_hold_every_letter_is_named(
    good_backup: Path, templates: Templates, settings: dict[str, Any], tmp_path: Path
) -> None:
    sockets = templates.socket_folder()
    with psycopg.connect(host=sockets, user="postgres", dbname="postgres", autocommit=True) as link:
        link.execute("DROP DATABASE IF EXISTS ke_latin")
        link.execute("CREATE DATABASE ke_latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C'")
    given = {**settings, "KE_DATABASE_URL": postgres.url(sockets, "ke_latin")}
    done = run_command("restore", str(good_backup), settings=given, folder=tmp_path)
    assert done.returncode == 1
    assert "encoded in LATIN1" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.databases(POSTGRES)
def test_a_database_that_is_not_there_is_named(good_backup: Path, settings: dict[str, Any], tmp_path: Path) -> None:
    given = {**settings, "KE_DATABASE_URL": postgres.url(str(tmp_path), "nowhere")}
    for words in (("restore", str(good_backup)), ("migrate",), ("backup", str(tmp_path / "file"))):
        done = run_command(*words, settings=given, folder=tmp_path)
        assert done.returncode == 1, done.stderr
        assert "can't be reached" in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.databases(POSTGRES)
def test_the_order_of_a_thread_does_not_depend_on_the_language_of_the_database(app: Flask) -> None:
    """A database that sorts as English does would otherwise show replies in another order than SQLite did."""
    query = (
        "SELECT collation_name FROM information_schema.columns WHERE (table_name, column_name) = ('post', 'position')"
    )
    with app.app_context():
        assert db.session.execute(text(query)).scalar_one() == "C"
