"""From one process with SQLite to PostgreSQL: whoever was signed in goes on, as if nothing had happened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.support.browsing import Browser
from tests.realtime.support.listening import Listener
from tests.support import servers
from tests.support.databases import POSTGRES, SQLITE, Templates
from tests.support.demo import PASSWORD
from tests.support.servers import Server, run_command

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(600)]
MAIL_S = 60.0


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    """Ends servers, sockets and browsers after the test."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def before(templates: Templates, tmp_path: Path) -> dict[str, Any]:
    """Settings of the demo on SQLite, with the keys in its data folder."""
    folder = tmp_path / "before"
    folder.mkdir()
    return settings_for(templates.fresh(SQLITE, folder, demo=True), folder)


def settings_for(url: str, data: Path) -> dict[str, Any]:
    return {
        "KE_DATABASE_URL": url,
        "KE_DATA_DIR": data,
        "KE_DEMO": True,
        "KE_MIN_ANSWER_MS": 0,
        "KE_RATE_LIMITS": False,
    }


def started(settings: dict[str, Any], folder: Path, closing: ExitStack, port: int | None = None) -> Server:
    """The exchange with these settings; the same port makes it the same site to a browser."""
    server = servers.start(settings, folder, port)
    closing.callback(server.stop)
    return server


def browser_of(server: Server, who: str, closing: ExitStack) -> Browser:
    """A browser in which a member of the demo has signed in."""
    browser = Browser(server.url, server.folder / "no-certificate-is-needed", f"{who}@demo.example")
    closing.callback(browser.close)
    answer = browser.post("/sign-in", "/sign-in", email=browser.email, password=PASSWORD)
    assert answer.status_code == 303, answer.text
    return browser


def move(before: dict[str, Any], after: dict[str, Any], folder: Path) -> None:
    """What docs/operators.md says, with one exchange's settings and then with the other's."""
    backup = str(folder / "exchange.backup")
    for words, settings in (
        (("backup", backup, "--with-keys"), before),
        (("restore", backup), after),
        (("worker", "--once"), after),
        (("check",), after),
    ):
        done = run_command(*words, settings=settings, folder=folder)
        assert done.returncode == 0, done.stdout + done.stderr


def test_members_go_on_in_postgresql_where_they_were_in_sqlite(
    before: dict[str, Any], templates: Templates, redis_url: str, tmp_path: Path, closing: ExitStack
) -> None:
    old = started(before, tmp_path, closing)
    asker, peer = (browser_of(old, who, closing) for who in ("member", "peer"))
    thread = asker.ask("Who has moved house?")
    peer.reply(thread, "We have, last week.")
    old.stop()

    after = moved_settings(templates, tmp_path, redis_url)
    move(before, after, tmp_path)
    new = started(after, tmp_path, closing, old.port)

    assert "We have, last week." in asker.get(thread).text
    listening = Listener(new.url, asker.cookie)
    closing.callback(listening.close)
    post = peer.reply(thread, "And we are glad of it.")
    assert [notice["post"] for notice in listening.wait_for("notification")] == [post]
    assert browser_of(new, "colleague", closing).get("/").status_code == 200
    wait_for_mail(after, lambda: asker.post("/reset", "/reset", email=asker.email).status_code == 303)


def moved_settings(templates: Templates, folder: Path, redis_url: str) -> dict[str, Any]:
    """An empty PostgreSQL database, and a data folder into which the keys must come from the backup."""
    empty = folder / "from-the-template"
    empty.mkdir()
    url = templates.fresh(POSTGRES, empty, scratch=True)
    return {**settings_for(url, folder / "after"), "KE_REDIS_URL": redis_url}


def wait_for_mail(settings: dict[str, Any], ask: Callable[[], bool]) -> None:
    """The jobs run: what is asked for by a form comes by e-mail."""
    folder = settings["KE_DATA_DIR"] / "mail"
    there = set(folder.glob("*"))
    assert ask()
    deadline = time.monotonic() + MAIL_S
    while not set(folder.glob("*")) - there:
        assert time.monotonic() < deadline, "no mail was sent"
        time.sleep(0.1)
