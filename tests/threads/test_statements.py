"""Pages cost a fixed number of statements, however much there is, and reading writes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.cli.main import cli
from knowledge_exchange.core.db import db
from knowledge_exchange.networks.models import Network
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads import outlines, rendering
from knowledge_exchange.threads.models import Thread
from tests.support.persons import Statements

#: Page: statements at most, the first time (nothing kept) and from then on.
MOST = {"thread": (7, 3), "network": (4, 3), "home": (6, 4), "notifications": (3, 3)}
_READS = ("SELECT", "PRAGMA")


def seed(app: Flask, threads: int, posts: int, members: int = 12) -> None:
    words = ["bench", "seed", "--members", members, "--threads", threads, "--posts", posts]
    with app.app_context():
        done = CliRunner().invoke(cli, [str(word) for word in words])
    assert done.exit_code == 0, done.output


class Reader:
    """A seeded member with something unread, and the pages that they open."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        with app.app_context():
            done = CliRunner().invoke(cli, ["bench", "sessions", "--members", "12"])
            cookies = {line["member"]: line["cookie"] for line in map(json.loads, done.output.splitlines())}
            query = (
                select(Thread.id, Thread.title, Participant.member_id, Network.slug)
                .join(Participant, Participant.thread_id == Thread.id)
                .join(Network, Network.id == Thread.network_id)
                .where(Participant.last_read_id < Thread.last_post_id)
                .order_by(Thread.reply_count.desc())
            )
            thread = db.session.execute(query).first()
            assert thread is not None
        self._cookie = cookies[str(thread.member_id)]
        self.paths = {"thread": f"/t/{thread.id}", "network": f"/n/{thread.slug}", "home": "/"}
        self.paths["notifications"] = "/notifications"

    def statements(self, name: str) -> list[str]:
        """What one page asks the database."""
        client = self._app.test_client(use_cookies=False)
        headers = {"Cookie": self._cookie}
        path = self.paths[name]
        if name == "thread":
            path = client.get(path, headers=headers).headers["Location"]
        with Statements(self._app) as said:
            answer = client.get(path, headers=headers)
        assert answer.status_code == 200
        return said.sent


@pytest.mark.parametrize("name", MOST)
def test_a_page_asks_no_more_than_it_may_and_writes_nothing(name: str, make_app: Callable[..., Flask]) -> None:
    app = make_app()
    seed(app, threads=30, posts=300)
    reader = Reader(app)
    rendering.forget_all()
    outlines.forget_all()
    first, again = reader.statements(name), reader.statements(name)
    assert 0 < len(first) <= MOST[name][0], first
    assert 0 < len(again) <= MOST[name][1], again
    assert all(statement.lstrip().upper().startswith(_READS) for statement in first + again)


@pytest.mark.slow
@pytest.mark.databases("sqlite")
def test_ten_times_as_much_costs_the_same_statements(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    seed(app, threads=40, posts=400)
    small = counts(Reader(app))
    seed(app, threads=400, posts=4000, members=0)
    assert counts(Reader(app)) == small


def counts(reader: Reader) -> dict[str, int]:
    """Statements of each page once its body is kept (before, an answer or a further page costs one more)."""
    for name in MOST:
        reader.statements(name)
    return {name: len(reader.statements(name)) for name in MOST}
