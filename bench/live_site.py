"""The community of the live measurements: one thread that everybody may see, and a member who writes in it."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import bindparam, create_engine, text

from bench import community
from bench.processes import command

THREADS, POSTS = 200, 2_000
_FIRST_ID = 1 << 40
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_PARENT = re.compile(r'name="parent" value="(\d+)"')
_POST = re.compile(r"(\d+)$")
_BODY = (
    "We had the same here in spring, and it took six weeks to get an answer in writing. The rota showed eleven "
    "gaps in nine days, and each had been closed by the same four people. I asked who had agreed to the risk, on "
    "which date, and where that was written down.\n\nWhat helped was a single page: what was planned, what was "
    "safe, what it would cost to do both. Let us know how it went, number {number}."
)
_THREAD = "SELECT id, network_id FROM thread WHERE reply_count >= 5 ORDER BY id DESC LIMIT 1"
_INTO_NETWORK = """
    INSERT INTO network_membership (member_id, network_id, role, origin, joined_at)
    SELECT member.id, network.id, 'member', 'joined', network.created_at FROM member, network
    WHERE network.id = :network AND member.standing = 'active' ON CONFLICT DO NOTHING
"""
_LEVEL = """
    INSERT INTO participant (id, thread_id, member_id, level, last_read_id)
    SELECT :first + row_number() OVER (), :thread, member.id, :level, 0 FROM member WHERE member.standing = 'active'
    ON CONFLICT (member_id, thread_id) DO UPDATE SET level = :level
"""
_BADGES = """
    SELECT member_id, count(DISTINCT coalesce(thread_id, id)) FROM notification WHERE read_at IS NULL GROUP BY member_id
"""


@dataclass(frozen=True)
class Site:
    """A filled database: the writer's cookie, those of the others, and the thread."""

    settings: Mapping[str, object]
    database: str
    writer: str
    members: Sequence[str]  # their ids
    cookies: Sequence[str]
    thread: str

    def set_level(self, level: str) -> None:
        """Everybody's level for the thread; nobody has been told of anything yet."""
        self._run(_LEVEL, level=level, thread=int(self.thread), first=_FIRST_ID)
        self._run("DELETE FROM notification")

    def badges(self) -> list[int]:
        """The number that each of the members should have on the badge, in their order."""
        engine = create_engine(self.database)
        with engine.connect() as link:
            found = {str(row[0]): int(row[1]) for row in link.execute(text(_BADGES))}
        engine.dispose()
        return [found.get(member, 0) for member in self.members]

    def post_events(self, posts: Sequence[int]) -> set[int]:
        """The numbers of the events of these posts."""
        engine = create_engine(self.database)
        query = text("SELECT id FROM live_event WHERE kind = 'post' AND post_id IN :posts")
        with engine.connect() as link:
            found = link.execute(query.bindparams(bindparam("posts", expanding=True)), {"posts": list(posts)})
            events = {int(row[0]) for row in found}
        engine.dispose()
        return events

    def _run(self, statement: str, **values: Any) -> None:
        engine = create_engine(self.database)
        with engine.begin() as link:
            link.execute(text(statement), values)
        engine.dispose()


def make_site(folder: Path, members: int, **more: object) -> Site:
    """Fill a database with so many members, and one who writes; ``more`` are settings."""
    settings = {**community.settings_for(folder), **more}
    community.seed(settings, POSTS, THREADS, members=members + 1)
    lines = command("bench", "sessions", "--members", members + 1, settings=settings).splitlines()
    people = [json.loads(line) for line in lines]
    database = str(more.get("KE_DATABASE_URL") or f"sqlite:///{folder / 'exchange.sqlite3'}")
    engine = create_engine(database)
    with engine.begin() as link:
        thread, network = link.execute(text(_THREAD)).one()
        link.execute(text(_INTO_NETWORK), {"network": network})
    engine.dispose()
    writer, *others = people
    ids = [str(one["member"]) for one in others]
    return Site(settings, database, writer["cookie"], ids, [one["cookie"] for one in others], str(thread))


@dataclass(frozen=True)
class Sent:
    """A reply: its post, when the request began to be sent and when its answer was there (ns since 1970)."""

    post: int
    began: int
    answered: int


class Writer:
    """The member who writes, over one keep-alive connection."""

    def __init__(self, port: int, cookie: str, thread: str, host: str = "") -> None:
        self._port, self._host = port, host or f"127.0.0.1:{port}"
        self._cookie = cookie
        self._written = 0
        self._link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        path, page = f"/t/{thread}", ""
        while not page:
            answer = self._ask("GET", path)
            page = answer[1].decode()
            if answer[0] in (HTTPStatus.FOUND, HTTPStatus.MOVED_PERMANENTLY):
                path, page = answer[2], ""
            elif answer[0] != HTTPStatus.OK:
                raise SystemExit(f"{path} answered {answer[0]}")
        token, parent = _TOKEN.search(page), _PARENT.search(page)
        assert token is not None
        assert parent is not None
        self.page = path
        self._goal = "/".join(path.split("/")[:3]) + "/replies"
        self._form = {"csrf_token": token[1], "parent": parent[1]}

    def reply(self, padding: str = "") -> Sent:
        """Write one; it must be taken."""
        self._written += 1
        form = urlencode({**self._form, "body": _BODY.format(number=self._written) + padding})
        began = time.time_ns()
        status, _body, goal = self._ask("POST", self._goal, form)
        answered = time.time_ns()
        found = _POST.search(goal)
        if status != HTTPStatus.SEE_OTHER or found is None:
            raise SystemExit(f"{self._goal} answered {status} to a reply")
        return Sent(int(found[1]), began, answered)

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, bytes, str]:
        headers = {"Cookie": self._cookie, "Host": self._host}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self._link.request(method, path, body, headers)
        answer = self._link.getresponse()
        return answer.status, answer.read(), answer.headers.get("Location", "")
