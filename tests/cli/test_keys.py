"""`keys`: as an operator types it."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

from tests.support.servers import run_command

SECRET = "a secret that is long enough to be one of them"


def keys(word: str, folder: Path, **settings: object) -> subprocess.CompletedProcess[str]:
    return run_command("keys", word, settings={"KE_DATA_DIR": folder / "data", **settings}, folder=folder)


def test_init_makes_the_file_and_says_where(tmp_path: Path) -> None:
    done = keys("init", tmp_path)
    path = tmp_path / "data" / "keys.json"
    assert done.returncode == 0, done.stderr
    assert str(path) in done.stdout
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_init_leaves_a_key_file_alone_and_fails(tmp_path: Path) -> None:
    keys("init", tmp_path)
    before = (tmp_path / "data" / "keys.json").read_bytes()
    done = keys("init", tmp_path)
    assert done.returncode == 1
    assert "There is a key file already" in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "data" / "keys.json").read_bytes() == before


def test_init_where_nothing_can_be_written_fails_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where a folder should be")
    done = keys("init", tmp_path)
    assert done.returncode == 1
    assert "can't be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_rotate_adds_keys_and_says_what_happens(tmp_path: Path) -> None:
    keys("init", tmp_path)
    path = tmp_path / "data" / "keys.json"
    before = path.read_bytes()
    done = keys("rotate", tmp_path)
    assert done.returncode == 0, done.stderr
    assert path.read_bytes() != before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "every sign-in ends" in done.stdout
    assert "Hashing: generation 2" in done.stdout
    assert "Sealing: generation 2" in done.stdout
    assert "keys status" in done.stdout


def test_rotate_says_that_cookies_hang_on_the_secret_where_one_is_set(tmp_path: Path) -> None:
    keys("init", tmp_path)
    done = keys("rotate", tmp_path, KE_SECRET_KEY=SECRET)
    assert done.returncode == 0
    assert "signed with KE_SECRET_KEY" in done.stdout


def test_rotate_without_or_with_a_damaged_file_fails_with_a_sentence(tmp_path: Path) -> None:
    missing = keys("rotate", tmp_path)
    assert missing.returncode == 1
    assert "There is no key file" in missing.stderr
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "keys.json").write_text("{}")
    damaged = keys("rotate", tmp_path)
    assert damaged.returncode == 1
    assert "can't be read" in damaged.stderr
    assert "Traceback" not in damaged.stderr


def test_a_wrong_word_is_wrong_usage(tmp_path: Path) -> None:
    assert keys("burn", tmp_path).returncode == 2
