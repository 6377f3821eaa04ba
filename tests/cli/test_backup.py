"""`backup` and `restore`: nothing lost between two databases of either kind, nothing half done."""

from __future__ import annotations

import json
import re
import stat
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import insert, inspect, select, text

from knowledge_exchange.cli.backing_up import tables
from knowledge_exchange.cli.main import cli
from knowledge_exchange.core import crypto, key_file
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.networks.models import Network
from knowledge_exchange.threads.models import Post, Thread, Voice
from tests.cli.bare import take_shields_away
from tests.support.databases import POSTGRES, SQLITE, Templates
from tests.support.full_tables import fill_every_table
from tests.support.servers import run_command

Snapshot = dict[str, list[tuple[Any, ...]]]


def rows_of(app: Flask) -> Snapshot:
    """Every row of every table."""
    with app.app_context():
        found = {
            table.name: [tuple(row) for row in db.session.execute(select(table).order_by(*table.primary_key.columns))]
            for table in tables()
        }
        db.session.remove()
    return found


def run(app: Flask, *words: object) -> str:
    """Run a command inside `app`; it must succeed."""
    with app.app_context():
        done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == 0, done.output
    return done.output


def operate(*words: object, folder: Path, settings: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    return run_command(*map(str, words), settings=settings, folder=folder)


@pytest.fixture
def demo(templates: Templates, tmp_path: Path, make_app: Callable[..., Flask], settings: dict[str, Any]) -> Flask:
    """An exchange with the demo community, on SQLite."""
    folder = tmp_path / "demo"
    folder.mkdir()
    url = templates.fresh(SQLITE, folder, demo=True)
    take_shields_away(folder)
    return make_app(KE_DATABASE_URL=url, KE_DATA_DIR=folder, KE_DEMO=True)


@pytest.mark.databases(POSTGRES)
def test_a_community_goes_from_sqlite_into_postgresql_and_back_row_by_row(
    demo: Flask, app: Flask, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    fill_every_table(demo)
    before = rows_of(demo)
    assert sum(map(len, before.values())) > 1000
    assert [name for name, rows in before.items() if not rows] == []
    run(demo, "backup", tmp_path / "one.backup")
    run(app, "restore", tmp_path / "one.backup")
    assert rows_of(app) == before
    run(app, "backup", tmp_path / "two.backup")
    back = make_app(KE_DATABASE_URL="", KE_DATA_DIR=tmp_path / "back")
    run(back, "restore", tmp_path / "two.backup")
    assert rows_of(back) == before
    assert lines_of(tmp_path / "two.backup") == lines_of(tmp_path / "one.backup")


def lines_of(file: Path) -> dict[str, bytes]:
    """What a backup holds of each table."""
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist() if name.startswith("tables/")}


@pytest.mark.databases(POSTGRES)
def test_what_went_into_postgresql_and_back_is_in_order(
    demo: Flask, app: Flask, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    run(demo, "backup", tmp_path / "one.backup")
    run(app, "restore", tmp_path / "one.backup")
    with app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM pg_sequences")).scalar_one() == 0
    run(app, "backup", tmp_path / "two.backup")
    back = make_app(KE_DATABASE_URL="", KE_DATA_DIR=tmp_path / "back")
    run(back, "restore", tmp_path / "two.backup")
    for place in (app, back):
        run(place, "worker", "--once")  # which seals what the demo put on the record
        assert run(place, "check").startswith("All is well.")


def test_every_table_of_the_database_is_in_the_backup_but_the_searchs(app: Flask, tmp_path: Path) -> None:
    run(app, "backup", tmp_path / "file")
    with app.app_context():
        every = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
    there = {name for name in every if not name.startswith("search_")}
    with zipfile.ZipFile(tmp_path / "file") as packed:
        assert set(json.loads(packed.read("manifest.json"))["tables"]) == there
        assert {name for name in packed.namelist() if name.startswith("tables/")} == {
            f"tables/{name}.jsonl" for name in there
        }


def test_a_reply_that_is_older_than_what_it_answers_is_restored(
    app: Flask, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    older, newer = write_reply_with_lower_id(app)
    run(app, "backup", tmp_path / "file")
    other = make_app(KE_DATABASE_URL="", KE_DATA_DIR=tmp_path / "other")
    run(other, "restore", tmp_path / "file")
    with other.app_context():
        assert db.session.scalar(select(Post.parent_id).where(Post.id == older)) == newer


def write_reply_with_lower_id(app: Flask) -> tuple[int, int]:
    """History with its own dates may be like that; returns the ids of the reply and of what it answers."""
    with app.app_context(), unit_of_work() as work:
        reply, opening, thread, voice = (new_id() for _ in range(4))
        network = Network(slug="old", name="Old", kind="interest", visibility="open")
        work.add(network)
        work.flush()
        facts = {"network_id": network.id, "kind": "problem", "title": "An old question", "voice_id": voice}
        work.execute(insert(Thread).values(id=thread, opening_post_id=opening, last_post_id=opening, **facts))
        work.execute(insert(Voice).values(id=voice, kind="imported", name="Somebody"))
        same = {"thread_id": thread, "voice_id": voice, "body": "é", "html": "<p>é</p>", "renderer": 1}
        work.execute(insert(Post).values(id=opening, position="a0", **same))
        work.execute(insert(Post).values(id=reply, parent_id=opening, position="a1", depth=1, **same))
    return reply, opening


def test_the_file_is_readable_by_its_owner_alone_and_nothing_else_is_left(app: Flask, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    run(app, "backup", folder / "file")
    assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["file"]


def test_an_earlier_backup_is_replaced_and_anything_else_is_left_alone(app: Flask, tmp_path: Path) -> None:
    goal, other = tmp_path / "file", tmp_path / "diary"
    before = rows_in(run(app, "backup", goal))
    with app.app_context(), unit_of_work() as work:
        work.add(Network(slug="new", name="New", kind="interest", visibility="open"))
    assert rows_in(run(app, "backup", goal)) == before + 1
    other.write_text("Dear diary")
    with app.app_context():
        done = CliRunner().invoke(cli, ["backup", str(other)])
    assert done.exit_code == 1
    assert "no backup" in done.output
    assert other.read_text() == "Dear diary"


def rows_in(said: str) -> int:
    """How many rows `backup` said it has written."""
    found = re.search(r"Backed up ([\d,]+) rows", said)
    assert found is not None
    return int(found[1].replace(",", ""))


def test_a_backup_that_cannot_be_written_fails_with_a_sentence(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        done = CliRunner().invoke(cli, ["backup", str(tmp_path / "nowhere" / "file")])
    assert done.exit_code == 1
    assert "can't be written" in done.output


def test_keys_are_in_the_backup_only_when_asked_for(app: Flask, tmp_path: Path) -> None:
    said = run(app, "backup", tmp_path / "without")
    assert "The key file is not in it" in said
    said = run(app, "backup", tmp_path / "with", "--with-keys")
    assert "The keys are in it" in said
    keys = app.config["KE_KEY_FILE"].read_bytes()
    with zipfile.ZipFile(tmp_path / "without") as without, zipfile.ZipFile(tmp_path / "with") as with_keys:
        assert "keys.json" not in without.namelist()
        assert with_keys.read("keys.json") == keys
        secrets = re.findall(rb'"([A-Za-z0-9+/=]{44})"', keys)
        assert len(secrets) == 3
        everything = b"".join(without.read(name) for name in without.namelist())
        assert not any(secret in everything for secret in secrets)


@pytest.mark.databases(SQLITE)
def test_keys_come_back_with_a_restore_before_others_are_made(
    app: Flask, settings: dict[str, Any], tmp_path: Path
) -> None:
    run(app, "backup", tmp_path / "file", "--with-keys")
    fresh = {**settings, "KE_DATABASE_URL": "", "KE_DATA_DIR": tmp_path / "fresh"}
    done = operate("restore", tmp_path / "file", folder=tmp_path, settings=fresh)
    assert done.returncode == 0, done.stderr
    assert "The keys are back" in done.stdout
    placed = tmp_path / "fresh" / "keys.json"
    assert placed.read_bytes() == app.config["KE_KEY_FILE"].read_bytes()
    assert stat.S_IMODE(placed.stat().st_mode) == 0o600


@pytest.mark.databases(SQLITE)
def test_a_restore_without_keys_says_what_is_lost(app: Flask, settings: dict[str, Any], tmp_path: Path) -> None:
    run(app, "backup", tmp_path / "file")
    fresh = {**settings, "KE_DATABASE_URL": "", "KE_DATA_DIR": tmp_path / "fresh"}
    done = operate("restore", tmp_path / "file", folder=tmp_path, settings=fresh)
    assert done.returncode == 0, done.stderr
    assert "Membership numbers can't be matched" in done.stdout
    (tmp_path / "kept").mkdir()
    same = {**fresh, "KE_DATA_DIR": tmp_path / "kept", "KE_KEY_FILE": app.config["KE_KEY_FILE"]}
    done = operate("restore", tmp_path / "file", folder=tmp_path, settings=same)
    assert done.returncode == 0, done.stderr
    assert "can't be matched" not in done.stdout


@pytest.mark.databases(SQLITE)
def test_a_restore_says_so_where_the_key_file_is_an_older_copy_and_takes_a_newer_one(
    app: Flask, settings: dict[str, Any], tmp_path: Path
) -> None:
    path = app.config["KE_KEY_FILE"]
    older = path.read_bytes()
    run(app, "backup", tmp_path / "before", "--with-keys")
    key_file.rotate(path)
    with app.app_context():
        crypto.follow_now()
    run(app, "backup", tmp_path / "after")
    run(app, "backup", tmp_path / "after-with-keys", "--with-keys")

    def restored(backup: str, keys: bytes, where: str) -> subprocess.CompletedProcess[str]:
        (tmp_path / where).mkdir()
        (tmp_path / where / "keys.json").write_bytes(keys)
        there = {**settings, "KE_DATABASE_URL": "", "KE_DATA_DIR": tmp_path / where}
        return operate("restore", tmp_path / backup, folder=tmp_path, settings=there)

    newer = restored("before", path.read_bytes(), "one")
    assert (newer.returncode, "older" in newer.stdout) == (0, False), newer.stderr
    assert (tmp_path / "one" / "keys.json").read_bytes() == path.read_bytes()
    behind = restored("after", older, "two")
    assert behind.returncode == 0, behind.stderr
    assert "generation 2 of the keys" in behind.stdout
    assert "older copy, which has 1" in behind.stdout
    refused = restored("after-with-keys", older, "three")
    assert refused.returncode == 1
    assert "an older copy of its key file" in refused.stderr
    assert (tmp_path / "three" / "keys.json").read_bytes() == older


@pytest.mark.databases(SQLITE)
def test_other_keys_that_are_there_are_not_overwritten(app: Flask, settings: dict[str, Any], tmp_path: Path) -> None:
    run(app, "backup", tmp_path / "file", "--with-keys")
    fresh = {**settings, "KE_DATABASE_URL": "", "KE_DATA_DIR": tmp_path / "fresh"}
    assert operate("keys", "init", folder=tmp_path, settings=fresh).returncode == 0
    before = (tmp_path / "fresh" / "keys.json").read_bytes()
    done = operate("restore", tmp_path / "file", folder=tmp_path, settings=fresh)
    assert done.returncode == 1
    assert "move that file away" in done.stderr
    assert (tmp_path / "fresh" / "keys.json").read_bytes() == before


def test_a_database_with_anything_in_it_is_refused_and_untouched(demo: Flask, app: Flask, tmp_path: Path) -> None:
    run(demo, "backup", tmp_path / "file")
    with app.app_context(), unit_of_work() as work:
        work.add(Network(slug="mine", name="Mine", kind="interest", visibility="open"))
    before = rows_of(app)
    with app.app_context():
        done = CliRunner().invoke(cli, ["restore", str(tmp_path / "file")])
    assert done.exit_code == 1
    assert "something in this database already" in done.output
    assert rows_of(app) == before


def test_a_backup_is_of_one_moment_while_others_write(app: Flask, tmp_path: Path) -> None:
    from knowledge_exchange.cli.backing_up import row_counts, snapshot, write_backup

    def write_more(_rows: int) -> None:
        with app.app_context(), unit_of_work() as work:
            work.add(Network(slug=f"n{new_id()}", name="New", kind="interest", visibility="open", created_at=now()))

    with app.app_context(), snapshot() as link:
        counts = row_counts(link)
        write_more(0)
        write_backup(tmp_path / "file", link, counts, False, write_more)
    with zipfile.ZipFile(tmp_path / "file") as packed:
        assert json.loads(packed.read("manifest.json"))["tables"]["network"]["rows"] == 0
    assert len(rows_of(app)["network"]) > 0


@pytest.mark.parametrize("words", [("backup",), ("restore",), ("restore", "nowhere")])
def test_without_a_file_the_usage_is_wrong(app: Flask, words: tuple[str, ...]) -> None:
    with app.app_context():
        assert CliRunner().invoke(cli, list(words)).exit_code == 2
