"""`check`: silent about what is well, a sentence for each thing that is not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text

from knowledge_exchange.cli.main import cli
from knowledge_exchange.core.db import unit_of_work
from tests.support.servers import run_command
from tests.support.shared import free_port


def check(app: Flask) -> Result:
    with app.app_context():
        return CliRunner().invoke(cli, ["check"])


@pytest.fixture
def seeded(app: Flask) -> Flask:
    with app.app_context():
        done = CliRunner().invoke(cli, ["bench", "seed", "--members", "20", "--threads", "9", "--posts", "60"])
        assert done.exit_code == 0, done.output
    return app


def test_a_sound_exchange_is_told_so_in_one_line(seeded: Flask) -> None:
    done = check(seeded)
    assert (done.exit_code, done.output) == (0, "All is well.\n")


DAMAGE = {
    "UPDATE thread SET reply_count = reply_count + 1": "number of replies is wrong",
    "UPDATE thread SET opening_post_id = 1": "opening post is missing",
    "UPDATE thread SET last_post_id = opening_post_id WHERE reply_count > 0": "newest post is another",
    "UPDATE thread SET answer_id = opening_post_id": "answers that are no reply",
    "UPDATE thread SET voice_id = 1": "without their author's voice",
    "UPDATE post SET parent_id = (SELECT min(opening_post_id) FROM thread) WHERE parent_id IS NOT NULL": (
        "post of another thread"
    ),
}


@pytest.mark.parametrize("statement", DAMAGE)
def test_what_repeats_itself_and_disagrees_is_found(statement: str, seeded: Flask) -> None:
    with seeded.app_context(), unit_of_work() as work:
        work.execute(text(statement))
    done = check(seeded)
    assert done.exit_code == 1
    assert DAMAGE[statement] in done.output


def test_a_key_file_that_others_can_read_is_named_with_the_remedy(app: Flask) -> None:
    path = Path(app.config["KE_KEY_FILE"])
    path.chmod(0o644)
    done = check(app)
    assert done.exit_code == 1
    assert f"chmod 600 {path}" in done.output


def test_a_redis_that_does_not_answer_is_named(make_app: Callable[..., Flask]) -> None:
    done = check(make_app(KE_REDIS_URL="redis://127.0.0.1:1/0"))
    assert done.exit_code == 1
    assert "KE_REDIS_URL" in done.output or "Redis" in done.output


def test_a_mail_server_that_does_not_answer_is_named(make_app: Callable[..., Flask]) -> None:
    done = check(make_app(KE_SMTP_URL=f"smtp://127.0.0.1:{free_port()}"))
    assert done.exit_code == 1
    assert "KE_SMTP_URL" in done.output


@pytest.mark.databases("sqlite")
def test_a_database_that_was_never_migrated_is_named_with_the_remedy(tmp_path: Path) -> None:
    done = run_command("check", settings={"KE_DATA_DIR": tmp_path / "new"}, folder=tmp_path)
    assert done.returncode == 1
    assert "run `knowledge-exchange migrate`" in done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.databases("sqlite")
def test_a_weak_production_start_is_refused_with_every_reason(settings: dict[str, Any], tmp_path: Path) -> None:
    weak = {**settings, "KE_ENV": "production", "KE_SECRET_KEY": "short", "KE_DEMO": True}
    done = run_command("check", settings=weak, folder=tmp_path)
    assert done.returncode == 1
    for name in ("KE_SECRET_KEY", "KE_DEMO", "KE_BASE_URL", "KE_RATE_LIMITS"):
        assert name in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("--nonsense",), ("extra",)])
def test_bad_usage_ends_with_two(words: tuple[str, ...], app: Flask) -> None:
    with app.app_context():
        assert CliRunner().invoke(cli, ["check", *words]).exit_code == 2
