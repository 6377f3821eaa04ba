"""One writer is held between INSERT and COMMIT while others write and a reader comes back in another process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import text

from knowledge_exchange.core.db import Busy, db, unit_of_work
from knowledge_exchange.realtime.cursors import LONG_WRITE, LOOK_EVERY_S, OVERLAP
from tests.realtime.support.listening import Listener, cookie_of
from tests.support.community import Community
from tests.support.persons import Person
from tests.support.servers import Server

pytestmark = [pytest.mark.server, pytest.mark.databases("postgres")]

Serve = Callable[..., Server]
Listen = Callable[..., Listener]
TIMEOUT_S = 60
HELD_WORD = "held-at-the-door"
_LOCK = 4711
#: Every transaction that has written a post with the word waits for the lock at its end: at COMMIT, not before.
_FUNCTION = f"""
CREATE FUNCTION wait_at_commit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared({_LOCK}); RETURN NULL; END $$
"""
_TRIGGER = f"""
CREATE CONSTRAINT TRIGGER held AFTER INSERT ON post DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (strpos(NEW.body, '{HELD_WORD}') > 0) EXECUTE FUNCTION wait_at_commit()
"""


@contextmanager
def holding(app: Flask) -> Iterator[None]:
    """While it is open, who has written the word is held at COMMIT."""
    with app.app_context(), db.engine.connect() as link:
        link.execute(text(f"SELECT pg_advisory_lock({_LOCK})"))
        link.commit()
        try:
            yield
        finally:
            link.execute(text(f"SELECT pg_advisory_unlock({_LOCK})"))
            link.commit()


@pytest.fixture
def held(here: Community) -> Iterator[Callable[[], Any]]:
    """`held()`: what holds writers."""
    with here.app.app_context(), db.engine.begin() as link:
        link.exec_driver_sql(_FUNCTION)
        link.exec_driver_sql(_TRIGGER)
    yield lambda: holding(here.app)
    # Other tests get this database, emptied.
    with here.app.app_context(), db.engine.begin() as link:
        link.exec_driver_sql("DROP FUNCTION wait_at_commit CASCADE")


class Writing:
    """A form that somebody sends to a server, and that is not answered yet."""

    def __init__(self, server: Server, who: Person, thread: int, body: str) -> None:
        self.answer: requests.Response | None = None
        self._arguments = (server, who, thread, body)
        self._thread = threading.Thread(target=self._send, daemon=True)
        self._thread.start()

    def _send(self) -> None:
        self.answer = send(*self._arguments)

    def done(self) -> requests.Response:
        """The answer, once it is there."""
        self._thread.join(TIMEOUT_S)
        assert self.answer is not None
        return self.answer


def send(server: Server, who: Person, thread: int, body: str) -> requests.Response:
    """Reply to a thread over a real port."""
    return requests.post(
        f"{server.url}/t/{thread}/replies",
        data={"csrf_token": who.csrf_token, "body": body},
        headers={"Cookie": cookie_of(who)},
        allow_redirects=False,
        timeout=TIMEOUT_S,
    )


def post_of(answer: requests.Response) -> str:
    """The id of the post that was made."""
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rpartition("/")[2]


def waiting_at_commit(app: Flask) -> list[int]:
    """The backends that are held."""
    query = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'")
    with app.app_context(), db.engine.connect() as link:
        return list(link.scalars(query))


def wait_for(condition: Callable[[], Any]) -> Any:
    """Until it holds; what it gave."""
    until = time.monotonic() + TIMEOUT_S
    while not (found := condition()):
        assert time.monotonic() < until
        time.sleep(0.05)
    return found


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seconds", [2.0, OVERLAP.total_seconds() + 3], ids=["shortly", "longer than the overlap"])
def test_nothing_is_skipped_or_doubled_however_long_a_writer_is_held(
    here: Community, held: Callable[[], Any], serve: Serve, listen: Listen, redis_url: str, seconds: float
) -> None:
    slow_thread, other_thread = here.post_thread(here.author), here.post_thread(here.author)
    one, other = serve(KE_REDIS_URL=redis_url), serve(KE_REDIS_URL=redis_url)
    cursor = listen(other, here.author).ask("resume")["cursor"]
    heard: list[str] = []

    def come_back() -> None:
        """A browser connects to the other process, takes what it missed, and leaves."""
        nonlocal cursor
        reader = listen(other, here.author)
        answer = reader.ask("resume", after=cursor)
        told = [event["event"] for event in answer["events"]]
        assert told == sorted(set(told), key=int)
        heard.extend(
            event["post"] for event in answer["events"] if event["name"] == "post" and event["event"] not in seen
        )
        seen.update(told)
        cursor = answer["cursor"]
        reader.close()

    seen: set[str] = set()
    with held():
        slow = Writing(one, here.peer, slow_thread, f"I am {HELD_WORD}")
        wait_for(lambda: waiting_at_commit(here.app))
        quick: list[str] = []
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            quick.append(post_of(send(other, here.watcher, other_thread, f"Meanwhile, {len(quick)}")))
            come_back()
            time.sleep(1.0)
        assert heard == quick
    late = post_of(slow.done())
    come_back()
    assert heard == [*quick, late]
    come_back()
    assert heard == [*quick, late]


def test_a_write_that_the_database_ends_gives_its_text_back(
    here: Community, held: Callable[[], Any], serve: Serve, redis_url: str
) -> None:
    thread = here.post_thread(here.author)
    server = serve(KE_REDIS_URL=redis_url)
    with held():
        slow = Writing(server, here.peer, thread, f"Words of an hour, {HELD_WORD}")
        [backend] = wait_for(lambda: waiting_at_commit(here.app))
        with here.app.app_context(), db.engine.connect() as link:
            link.execute(text(f"SELECT pg_terminate_backend({backend})"))
        answer = slow.done()
    assert answer.status_code == 503, answer.text
    assert "Retry-After" in answer.headers
    assert f"Words of an hour, {HELD_WORD}" in answer.text
    assert "Traceback" not in answer.text + server.log
    # It is only the one: the next goes through, over another line.
    assert len(here.posts(thread)) == 1
    assert post_of(send(server, here.peer, thread, "Once more"))


def _hang() -> None:
    with unit_of_work() as work:
        work.execute(text("SELECT 1"))
        time.sleep(1.5)
        work.execute(text("SELECT 1"))


def test_a_process_that_stops_in_its_work_is_ended_by_the_database(
    make_app: Callable[..., Flask], database_url: str
) -> None:
    mark = "&" if "?" in database_url else "?"
    app = make_app(KE_DATABASE_URL=f"{database_url}{mark}options=-c%20idle_in_transaction_session_timeout%3D300")
    with app.app_context():
        with pytest.raises(Busy):
            _hang()
        with unit_of_work() as work:
            assert work.scalar(text("SELECT 1")) == 1


def test_the_exchange_asks_to_be_ended_where_it_hangs(app: Flask) -> None:
    with app.app_context():
        assert db.session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "1min"


def test_cursors_are_held_back_before_the_overlap_is_used_up() -> None:
    assert LONG_WRITE.total_seconds() + LOOK_EVERY_S < OVERLAP.total_seconds() / 2
