"""The exchange itself under ``gunicorn -k gevent``: a member signs in, and their live socket is let in."""

from __future__ import annotations

import re
import signal
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.realtime.support.raw import Socket
from tests.realtime.support.running import STOP_S, Running, gunicorn_words, started
from tests.support.databases import Templates
from tests.support.servers import environment
from tests.support.shared import free_port

pytestmark = pytest.mark.server
PASSWORD = "demo-Knowledge-1"


@pytest.fixture
def exchange(templates: Templates, database_kind: str, tmp_path: Path) -> Iterator[Running]:
    port = free_port()
    settings = {
        "KE_DATA_DIR": tmp_path,
        "KE_DATABASE_URL": templates.fresh(database_kind, tmp_path, demo=True),
        "KE_DEMO": True,
        "KE_BASE_URL": f"http://127.0.0.1:{port}",
        "KE_SECRET_KEY": "a secret for tests, long enough for any check of it",
    }
    words = gunicorn_words(port, app="knowledge_exchange.wsgi:app")
    with started(words, port, tmp_path / "gunicorn.log", environment(settings), ready="/healthz") as server:
        yield server


def cookie_of(server: Running, email: str) -> str:
    """The Cookie header of somebody who has signed in by the form."""
    jar = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = browser.open(f"{server.origin}/sign-in", timeout=10).read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None, page
    fields = {"csrf_token": token.group(1), "email": email, "password": PASSWORD}
    request = urllib.request.Request(
        f"{server.origin}/sign-in",
        data=urllib.parse.urlencode(fields).encode(),
        headers={"Origin": server.origin, "Referer": f"{server.origin}/sign-in"},
    )
    browser.open(request, timeout=20)
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def test_a_member_is_let_in_a_visitor_is_not_and_it_ends_in_time(exchange: Running) -> None:
    with Socket(exchange.port) as visitor:
        visitor.receive()
        visitor.text("40/live,")
        assert visitor.receive()[1].startswith(b"44/live,")
    with Socket(exchange.port, Cookie=cookie_of(exchange, "member@demo.example")) as member:
        member.join()
        member.text('42/live,1["resume",{}]')
        answer = member.event()
        assert "cursor" in answer[0]
        began = time.monotonic()
        exchange.process.send_signal(signal.SIGTERM)
        assert exchange.process.wait(STOP_S) == 0, exchange.log
        assert time.monotonic() - began <= 5
        assert member.closed_with() == 1001
