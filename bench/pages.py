"""Asking for single pages: their size, their statements, and posting a reply."""

from __future__ import annotations

import gzip
import http.client
import re
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from bench.community import Targets
from bench.processes import MILLI, Running

GZIP_LEVEL = 6
KILO = 1000
WARM_UP_REPLIES = 10
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_PARENT = re.compile(r'name="parent" value="(\d+)"')
_BODY = (
    "We had the same here in spring, and it took six weeks to get an answer in writing. The rota showed eleven "
    "gaps in nine days, and each had been closed by the same four people. I asked who had agreed to the risk, on "
    "which date, and where that was written down.\n\nWhat helped was a single page: what was planned, what was "
    "safe, what it would cost to do both. Let us know how it went, number {number}."
)


class Browser:
    """One keep-alive connection of a signed-in member."""

    def __init__(self, server: Running, cookie: str) -> None:
        self._link = http.client.HTTPConnection("127.0.0.1", server.port)
        self._cookie = {"Cookie": cookie}

    def get(self, path: str) -> tuple[str, bytes]:
        """A page and where it stands, after redirects."""
        while True:
            self._link.request("GET", path, headers=self._cookie)
            answer = self._link.getresponse()
            body = answer.read()
            if answer.status == HTTPStatus.OK:
                return path, body
            if answer.status not in (HTTPStatus.FOUND, HTTPStatus.MOVED_PERMANENTLY):
                raise SystemExit(f"{path} answered {answer.status}")
            path = answer.headers["Location"]

    def post(self, path: str, form: Mapping[str, str]) -> None:
        """Send a form; it must be taken."""
        headers = {**self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        self._link.request("POST", path, urlencode(form), headers)
        answer = self._link.getresponse()
        answer.read()
        if answer.status != HTTPStatus.SEE_OTHER:
            raise SystemExit(f"{path} answered {answer.status} to a form")


def sizes(body: bytes) -> tuple[float, float]:
    """Kilobytes of a page, plain and packed."""
    return len(body) / KILO, len(gzip.compress(body, GZIP_LEVEL)) / KILO


@dataclass(frozen=True)
class Replies:
    """What posting costs the server (CPU-ms) and its writer (ms), one after the other."""

    cpu_ms: float
    p50_ms: float
    p99_ms: float


def post_replies(server: Running, targets: Targets, amount: int) -> Replies:
    """Post so many replies, each on disk before the next."""
    browser = Browser(server, targets.cookie)
    path, page = browser.get(targets.thread)
    text = page.decode()
    token, parent = _TOKEN.search(text), _PARENT.search(text)
    assert token is not None
    assert parent is not None
    goal = "/".join(path.split("/")[:3]) + "/replies"
    form = {"csrf_token": token[1], "parent": parent[1]}
    times: list[float] = []
    before = 0.0
    for number in range(WARM_UP_REPLIES + amount):
        if number == WARM_UP_REPLIES:
            before = server.cpu_ms()
        began = time.monotonic()
        browser.post(goal, {**form, "body": _BODY.format(number=number)})
        times.append((time.monotonic() - began) * MILLI)
    cpu = (server.cpu_ms() - before) / amount
    taken = sorted(times[WARM_UP_REPLIES:])
    return Replies(cpu, statistics.median(taken), taken[int(len(taken) * 0.99)])


def statements(settings: Mapping[str, object], paths: Mapping[str, str], cookie: str) -> dict[str, tuple[int, int]]:
    """SQL statements of each page, at the first request and at the second; counted in this process."""
    from knowledge_exchange import create_app
    from knowledge_exchange.core.db import db

    app = create_app(dict(settings))
    client = app.test_client(use_cookies=False)
    found = {}
    with app.app_context():
        engine = db.engine
    for name, path in paths.items():
        first, second = (_count(engine, client, path, cookie) for _ in range(2))
        found[name] = (first, second)
    return found


def _count(engine: Any, client: Any, path: str, cookie: str) -> int:
    with _counted(engine) as said:
        answer = client.get(path, headers={"Cookie": cookie})
    if answer.status_code != HTTPStatus.OK:
        raise SystemExit(f"{path} answered {answer.status_code}")
    return len(said)


@contextmanager
def _counted(engine: Any) -> Iterator[list[str]]:
    from sqlalchemy import event

    said: list[str] = []

    def note(_link: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield said
    finally:
        event.remove(engine, "before_cursor_execute", note)
