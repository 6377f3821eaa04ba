"""`serve` and `worker`: as an operator starts and ends them."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.support import servers
from tests.support.servers import run_command
from tests.support.shared import free_port

pytestmark = [pytest.mark.server, pytest.mark.databases("sqlite")]


def test_serve_says_where_it_is_answers_and_ends_when_told(settings: dict[str, Any], tmp_path: Path) -> None:
    server = servers.start(settings, tmp_path)
    with urllib.request.urlopen(f"{server.url}/readyz", timeout=5) as answer:
        assert answer.status == 200
    assert server.stop() == 0
    assert f"The exchange is at {server.url}" in server.log
    assert "Traceback" not in server.log


def test_serve_on_a_database_that_is_not_up_to_date_says_what_to_do(tmp_path: Path) -> None:
    done = run_command("serve", "--port", str(free_port()), settings={"KE_DATA_DIR": tmp_path / "d"}, folder=tmp_path)
    assert done.returncode == 1
    assert "run `knowledge-exchange migrate` first" in done.stderr
    assert "Traceback" not in done.stderr


def test_serve_on_a_port_that_is_taken_fails_with_a_sentence(settings: dict[str, Any], tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = run_command("serve", "--port", port, settings=settings, folder=tmp_path)
    assert done.returncode == 1
    assert port in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("port", ["0", "70000", "none"])
def test_a_port_that_cannot_be_is_wrong_usage(port: str, tmp_path: Path) -> None:
    assert run_command("serve", "--port", port, settings={"KE_DATA_DIR": tmp_path}, folder=tmp_path).returncode == 2


def test_a_setting_that_cannot_be_understood_is_named(tmp_path: Path) -> None:
    settings = {"KE_DATA_DIR": tmp_path, "KE_SMTP_URL": "not an address"}
    done = run_command("serve", settings=settings, folder=tmp_path)
    assert done.returncode == 1
    assert "KE_SMTP_URL can't be used" in done.stderr
    assert "Traceback" not in done.stderr


def test_worker_runs_every_job_once_when_asked_to(settings: dict[str, Any], make_app: Any, tmp_path: Path) -> None:
    from knowledge_exchange.core.db import db, unit_of_work
    from knowledge_exchange.mail.models import MailMessage

    app = make_app()
    with app.app_context(), unit_of_work() as work:
        work.add(MailMessage(recipient="somebody@example.org", subject="Hello", text="A line."))
    done = run_command("worker", "--once", settings=settings, folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Every job has run once." in done.stdout
    with app.app_context():
        sent = select(func.count()).select_from(MailMessage).where(MailMessage.sent_at.is_not(None))
        assert db.session.scalar(sent) == 1
    assert len(list((Path(settings["KE_DATA_DIR"]) / "mail").glob("*.eml"))) == 1
