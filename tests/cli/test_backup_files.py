"""The files of posts in backups: sealed, whole, and put back where they belong."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from knowledge_exchange.cli.main import cli
from knowledge_exchange.threads.files.file_store import FOLDER
from tests.support.community import Community, settle
from tests.support.persons import known
from tests.threads.test_attachments import file_of


@pytest.fixture
def here(app: Flask) -> Community:
    """Five people, three networks."""
    return settle(app)


def run(here: Community, *words: object, exit_code: int = 0) -> str:
    """Run a command of the operator's."""
    with here.app.app_context():
        done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == exit_code, done.output
    return done.output


def test_a_backup_holds_the_files_sealed_and_a_restore_brings_them_back(here: Community, tmp_path: Path) -> None:
    file_id, text = file_of(here.author)
    here.post_thread(here.author, body=text)
    content = here.peer.get(f"/files/{file_id}").data
    run(here, "backup", tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        names = [name for name in packed.namelist() if name.startswith("files/")]
        assert len(names) == 3
        assert all(content[:20] not in packed.read(name) for name in names)
    for path in (Path(here.app.config["KE_DATA_DIR"]) / FOLDER).iterdir():
        path.unlink()
    assert "1 files of posts are missing" in run(here, "check", exit_code=1)
    assert here.peer.get(f"/files/{file_id}").status_code == 404
    run(here, "restore", tmp_path / "all.zip", "--replace")
    assert known(here.app, here.peer.email).get(f"/files/{file_id}").data == content


@pytest.mark.databases("sqlite")
def test_a_backup_whose_files_are_changed_or_lead_elsewhere_is_not_restored(here: Community, tmp_path: Path) -> None:
    _id, text = file_of(here.author)
    here.post_thread(here.author, body=text)
    run(here, "backup", tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    first = next(name for name in parts if name.startswith("files/"))
    changed = {**parts, first: parts[first] + b"x"}
    elsewhere = {**parts, "manifest.json": parts["manifest.json"].replace(first[6:].encode(), b"../evil")}
    for number, these in enumerate((changed, elsewhere)):
        bad = tmp_path / f"{number}.zip"
        with zipfile.ZipFile(bad, "w") as packed:
            for name, content in these.items():
                packed.writestr(name, content)
        assert "Nothing was changed" in run(here, "restore", bad, "--replace", exit_code=1)
