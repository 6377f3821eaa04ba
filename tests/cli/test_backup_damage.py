"""`restore`: what is damaged is refused in plain words, and nothing is ever half done."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.cli.backing_up import tables
from knowledge_exchange.cli.emptying import SEEDED
from knowledge_exchange.cli.main import cli
from knowledge_exchange.core.db import db
from tests.cli.bare import take_shields_away
from tests.cli.killed_restore import restore_killed_half_way
from tests.support.databases import SQLITE, Templates
from tests.support.servers import run_command


def is_empty(app: Flask) -> bool:
    """Whether no table has a row but what a migration has put there."""
    with app.app_context():
        others = [table for table in tables() if table.name not in SEEDED]
        found = any(db.session.execute(select(table).limit(1)).first() for table in others)
        db.session.remove()
    return not found


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
    take_shields_away(folder)
    settings = {"KE_DATABASE_URL": url, "KE_DATA_DIR": folder}
    done = run_command("backup", str(folder / "good"), folder=folder, settings=settings)
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
    assert is_empty(app)


@pytest.mark.databases(SQLITE)
@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_backup_that_was_cut_off_is_refused(share: float, good_backup: Path, app: Flask, tmp_path: Path) -> None:
    whole = good_backup.read_bytes()
    (tmp_path / "cut").write_bytes(whole[: int(len(whole) * share)])
    with app.app_context():
        done = CliRunner().invoke(cli, ["restore", str(tmp_path / "cut")])
    assert done.exit_code == 1
    assert "not complete" in done.output
    assert is_empty(app)


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
        assert is_empty(app)


@pytest.mark.databases(SQLITE)
@pytest.mark.server
def test_a_restore_that_is_killed_half_way_leaves_an_empty_database(
    good_backup: Path, settings: dict[str, Any], app: Flask, tmp_path: Path
) -> None:
    restore_killed_half_way(good_backup, settings=settings, folder=tmp_path)
    assert is_empty(app)
    with app.app_context():
        for words in (["restore", str(good_backup)], ["worker", "--once"], ["check"]):
            done_again = CliRunner().invoke(cli, words)
            assert done_again.exit_code == 0, done_again.output
