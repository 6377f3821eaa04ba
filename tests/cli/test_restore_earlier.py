"""A backup of an earlier version goes into a new database and is brought up to date there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import insert, text

from knowledge_exchange.cli import backing_up
from knowledge_exchange.cli.database import upgrade_now
from knowledge_exchange.cli.main import cli
from knowledge_exchange.cli.revising import tables_in_place
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.revisions import current_revision, newest_revision
from tests.cli.test_backup import run
from tests.support.databases import POSTGRES, Templates
from tests.support.postgres import create, url

EARLIER = "0002"
MEMBER, NOTICE = 4711, 4712


@pytest.fixture
def earlier_backup(make_app: Callable[..., Flask], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the version before e-mail notices would have written, made from its own tables."""
    old = make_app(KE_DATABASE_URL="", KE_DATA_DIR=tmp_path / "old")
    goal = tmp_path / "earlier"
    with old.app_context():
        upgrade_now(EARLIER)
        found = tables_in_place()
        known = {table.name: table for table in found}
        who = {"name": "Ada Ünal 👩🏽‍⚕️", "email": "ada@people.example", "standing": "active", "password_hash": "x"}
        given = {"role": "member", "title": "", "standing_cause": "", "category": "full", "zone": "Europe/London"}
        times = {"standing_since": now(), "created_at": now(), "email_confirmed_at": now()}
        notice = {"kind": "reply", "text": "t", "url": "/", "created_at": now()}
        with unit_of_work() as work:
            work.execute(insert(known["member"]).values(id=MEMBER, thread_view="tree", **who, **given, **times))
            work.execute(insert(known["notification"]).values(id=NOTICE, member_id=MEMBER, **notice))
        with monkeypatch.context() as patched, backing_up.snapshot() as link:
            patched.setattr(backing_up, "tables", lambda: found)
            # That version knew of no files.
            patched.setattr(backing_up, "write_files", lambda _packed, _link: {})
            backing_up.write_backup(goal, link, backing_up.row_counts(link), False, lambda _rows: None)
    return goal


@pytest.fixture
def without_tables(database_kind: str, templates: Templates, make_app: Callable[..., Flask], tmp_path: Path) -> Flask:
    """An exchange whose database nobody has migrated."""
    if database_kind == POSTGRES:
        sockets = templates.socket_folder()
        create(sockets, "ke_without_tables")
        return make_app(KE_DATABASE_URL=url(sockets, "ke_without_tables"), KE_DATA_DIR=tmp_path / "new")
    return make_app(KE_DATABASE_URL="", KE_DATA_DIR=tmp_path / "new")


def test_an_earlier_backup_is_restored_and_brought_up_to_date(earlier_backup: Path, without_tables: Flask) -> None:
    assert "Restored 2 rows" in run(without_tables, "restore", earlier_backup)
    with without_tables.app_context():
        assert current_revision() == newest_revision()
        name = db.session.execute(text(f"SELECT name FROM member WHERE id = {MEMBER}")).scalar_one()
        mail = db.session.execute(text(f"SELECT mail FROM notification WHERE id = {NOTICE}")).scalar_one()
        db.session.remove()
    # The migration has been at it: nobody is sent mail about what they were told long ago.
    assert (name, mail) == ("Ada Ünal 👩🏽‍⚕️", "old")
    assert run(without_tables, "check").startswith("All is well.")


def test_into_newer_tables_it_is_refused_with_what_to_do(earlier_backup: Path, app: Flask) -> None:
    for words in (["restore", str(earlier_backup)], ["restore", "--replace", str(earlier_backup)]):
        with app.app_context():
            done = CliRunner().invoke(cli, words)
        assert done.exit_code == 1
        assert f"earlier version (database revision {EARLIER})" in done.output
        assert "without tables" in done.output


def test_a_damaged_earlier_backup_leaves_no_rows(earlier_backup: Path, without_tables: Flask, tmp_path: Path) -> None:
    from tests.cli.test_backup_damage import spoil

    spoil(earlier_backup, tmp_path / "spoilt", "tables/notification.jsonl", lambda content: content[:-20])
    with without_tables.app_context():
        done = CliRunner().invoke(cli, ["restore", str(tmp_path / "spoilt")])
        assert done.exit_code == 1
        assert "Nothing was changed" in done.output
    # What was begun does not stand in the way of the good one.
    assert "Restored 2 rows" in run(without_tables, "restore", earlier_backup)
