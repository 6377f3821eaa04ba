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
from sqlalchemy import insert, inspect, select

from knowledge_exchange.cli.backing_up import tables
from knowledge_exchange.cli.main import cli
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.networks.models import Network
from knowledge_exchange.threads.models import Post, Thread, Voice
from tests.support.databases import POSTGRES, SQLITE, Templates
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
    return make_app(KE_DATABASE_URL=url, KE_DATA_DIR=folder, KE_DEMO=True)


@pytest.mark.databases(POSTGRES)
def test_a_community_goes_from_sqlite_into_postgresql_and_back_row_by_row(
    demo: Flask, app: Flask, make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    before = rows_of(demo)
    assert sum(map(len, before.values())) > 1000
    run(demo, "backup", tmp_path / "one.backup")
    run(app, "restore", tmp_path / "one.backup")
    assert rows_of(app) == before
    run(app, "backup", tmp_path / "two.backup")
    back = make_app(KE_DATABASE_URL="", KE_DATA_DIR=tmp_path / "back")
    run(back, "restore", tmp_path / "two.backup")
    assert rows_of(back) == before
    assert run(back, "check") == "All is well.\n"


def test_every_table_of_the_database_is_in_the_backup(app: Flask, tmp_path: Path) -> None:
    run(app, "backup", tmp_path / "file")
    with app.app_context():
        there = set(inspect(db.engine).get_table_names()) - {"alembic_version"}
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
    run(app, "backup", goal)
    with app.app_context(), unit_of_work() as work:
        work.add(Network(slug="new", name="New", kind="interest", visibility="open"))
    assert "Backed up 1 rows" in run(app, "backup", goal)
    other.write_text("Dear diary")
    with app.app_context():
        done = CliRunner().invoke(cli, ["backup", str(other)])
    assert done.exit_code == 1
    assert "no backup" in done.output
    assert other.read_text() == "Dear diary"


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
    assert "membership numbers can't be matched" in done.stdout
    (tmp_path / "kept").mkdir()
    same = {**fresh, "KE_DATA_DIR": tmp_path / "kept", "KE_KEY_FILE": app.config["KE_KEY_FILE"]}
    done = operate("restore", tmp_path / "file", folder=tmp_path, settings=same)
    assert done.returncode == 0, done.stderr
    assert "can't be matched" not in done.stdout


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


def spoil(source: Path, target: Path, name: str, change: Callable[[bytes], bytes]) -> None:
    """A copy of a backup in which one entry is another, with everything that a zip itself checks in order."""
    with zipfile.ZipFile(source) as packed, zipfile.ZipFile(target, "w") as spoilt:
        for entry in packed.namelist():
            content = packed.read(entry)
            spoilt.writestr(entry, change(content) if entry == name else content)


def other_manifest(**changed: Any) -> Callable[[bytes], bytes]:
    return lambda content: json.dumps({**json.loads(content), **changed}).encode()


POSTS = "tables/post.jsonl"
SPOILT: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "a word changed": (POSTS, lambda content: content.replace(b"the", b"teh", 1), "not what was written"),
    "rows missing": (POSTS, lambda content: content[: content.rindex(b"\n[") + 1], "not what was written"),
    "half a row": (POSTS, lambda content: content[:-40], "is damaged"),
    "a value too many": (POSTS, lambda content: content[:-2] + b",1]\n", "is damaged"),
    "not JSON": (POSTS, lambda content: b"\x00\xff" + content, "is damaged"),
    "other columns": (POSTS, lambda content: content.replace(b'"position"', b'"place"', 1), "is damaged"),
    "a reply to nothing": (POSTS, lambda content: re.sub(rb"(\n\[\d+,)\d+", rb"\g<1>7", content), "refuses the rows"),
    "another revision": ("manifest.json", other_manifest(revision="9999"), "at database revision 9999"),
    "a newer format": ("manifest.json", other_manifest(format_version=2), "newer version"),
    "another program": ("manifest.json", other_manifest(format="a holiday film"), "no backup"),
    "an empty manifest": ("manifest.json", lambda _content: b"{}", "no backup"),
    "a list for a manifest": ("manifest.json", lambda _content: b"[]", "no backup"),
}


@pytest.fixture(scope="module")
def good_backup(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of the demo community."""
    folder = tmp_path_factory.mktemp("good")
    url = templates.fresh(SQLITE, folder, demo=True)
    done = operate("backup", folder / "good", folder=folder, settings={"KE_DATABASE_URL": url, "KE_DATA_DIR": folder})
    assert done.returncode == 0, done.stderr
    return folder / "good"


@pytest.mark.parametrize("fault", SPOILT)
def test_a_spoilt_backup_is_refused_in_plain_words_and_leaves_nothing(
    fault: str, good_backup: Path, app: Flask, tmp_path: Path
) -> None:
    name, change, expected = SPOILT[fault]
    spoil(good_backup, tmp_path / "spoilt", name, change)
    with app.app_context():
        done = CliRunner().invoke(cli, ["restore", str(tmp_path / "spoilt")])
    assert done.exit_code == 1, done.output
    assert expected in done.output
    assert "Nothing was changed" in done.output
    assert not any(rows_of(app).values())


@pytest.mark.databases(SQLITE)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_backup_that_was_cut_off_is_refused(share: float, good_backup: Path, app: Flask, tmp_path: Path) -> None:
    whole = good_backup.read_bytes()
    (tmp_path / "cut").write_bytes(whole[: int(len(whole) * share)])
    with app.app_context():
        done = CliRunner().invoke(cli, ["restore", str(tmp_path / "cut")])
    assert done.exit_code == 1
    assert "not complete" in done.output
    assert not any(rows_of(app).values())


@pytest.mark.databases(SQLITE)
def test_a_flipped_bit_anywhere_in_the_tables_is_found(good_backup: Path, app: Flask, tmp_path: Path) -> None:
    whole = bytearray(good_backup.read_bytes())
    for place in range(2000, len(whole) - 5000, len(whole) // 7):
        spoilt = bytearray(whole)
        spoilt[place] ^= 0x10
        (tmp_path / "spoilt").write_bytes(spoilt)
        with app.app_context():
            done = CliRunner().invoke(cli, ["restore", str(tmp_path / "spoilt")])
        assert done.exit_code == 1, done.output
        assert not any(rows_of(app).values())


@pytest.mark.databases(SQLITE)
@pytest.mark.server
def test_a_restore_that_is_killed_half_way_leaves_an_empty_database(
    good_backup: Path, settings: dict[str, Any], app: Flask, tmp_path: Path
) -> None:
    script = (
        "import os, sys\n"
        "from knowledge_exchange import create_app\n"
        "from knowledge_exchange.cli import restoring\n"
        "def die(rows):\n"
        "    if rows > 300:\n"
        "        os.kill(os.getpid(), 9)\n"
        "with create_app().app_context(), open(sys.argv[1], 'rb') as file:\n"
        "    restoring.restore(restoring.open_backup(file), die)\n"
    )
    from tests.support.servers import run_python

    done = run_python("-c", script, str(good_backup), settings=settings, folder=tmp_path)
    assert done.returncode == -9, done.stderr
    assert not any(rows_of(app).values())
    run(app, "restore", good_backup)
    assert run(app, "check") == "All is well.\n"


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
