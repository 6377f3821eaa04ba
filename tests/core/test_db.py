"""The unit of work: all or nothing, promises after the commit, one writer at a time."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.core import db as database
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Busy, db, insert_or_ignore, promise, unit_of_work
from knowledge_exchange.core.ids import new_id


def entries() -> list[str]:
    """What is in the table, seen by a fresh reader."""
    db.session.rollback()
    return list(db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))


def add(action: str) -> None:
    db.session.add(AuditEntry(action=action))


def test_work_is_kept_and_then_promises(app: Flask) -> None:
    seen: list[Any] = []
    with app.app_context():
        with unit_of_work():
            add("one")
            promise("look", lambda: seen.append(entries()))
            assert seen == []
        assert seen == [["one"]]


def test_a_failure_leaves_nothing_and_keeps_no_promise(app: Flask) -> None:
    seen: list[str] = []
    with app.app_context():
        with pytest.raises(ZeroDivisionError), unit_of_work():  # noqa: PT012 -- the block is what is tried
            add("one")
            promise("tell", seen.append, "told")
            raise ZeroDivisionError
        assert (entries(), seen) == ([], [])
        with unit_of_work():
            add("two")
        assert entries() == ["two"]


def test_a_broken_promise_breaks_nothing_else(app: Flask) -> None:
    seen: list[str] = []

    def fail() -> None:
        raise RuntimeError("nobody listens")

    with app.app_context():
        with unit_of_work():
            add("one")
            promise("fail", fail)
            promise("tell", seen.append, "told")
        assert (entries(), seen) == (["one"], ["told"])


def test_work_inside_work_joins_it(app: Flask) -> None:
    with app.app_context():
        with pytest.raises(ZeroDivisionError), unit_of_work():  # noqa: PT012 -- the block is what is tried
            with unit_of_work():
                add("inner")
            raise ZeroDivisionError
        assert entries() == []


def test_a_promise_needs_a_unit_of_work(app: Flask) -> None:
    with app.app_context(), pytest.raises(RuntimeError, match="outside a unit of work"):
        promise("tell", print)


def test_what_was_loaded_before_is_read_afresh(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            add("before")
        entry = db.session.scalars(select(AuditEntry)).one()

        def change() -> None:
            with app.app_context(), unit_of_work() as work:
                work.execute(text("UPDATE audit_entry SET action = 'after'"))

        other = threading.Thread(target=change)
        other.start()
        other.join()
        with unit_of_work():
            assert entry.action == "after"


def test_many_writers_lose_nothing(app: Flask) -> None:
    def write(number: int) -> None:
        for each in range(10):
            with app.app_context(), unit_of_work():
                add(f"{number}.{each}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert len(entries()) == 40


def test_a_row_that_is_there_already_is_left_alone(app: Flask) -> None:
    row = {"id": new_id(), "at": now(), "action": "first", "note": ""}
    with app.app_context():
        with unit_of_work():
            insert_or_ignore(AuditEntry, row)
            insert_or_ignore(AuditEntry, {**row, "action": "second"})
        assert entries() == ["first"]


def test_a_time_without_a_zone_is_refused(app: Flask) -> None:
    with app.app_context(), pytest.raises(Exception, match="without a zone"), unit_of_work():
        db.session.add(AuditEntry(action="x", at=now().replace(tzinfo=None)))


@pytest.mark.databases("sqlite")
def test_sqlite_is_durable_and_keeps_its_references(app: Flask) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 50}
    with app.app_context():
        found = {name: db.session.execute(text(f"PRAGMA {name}")).scalar_one() for name in wanted}
    assert found == wanted


HOLD = """
import sqlite3, sys, time
held = sqlite3.connect(sys.argv[1], isolation_level=None)
held.execute("BEGIN IMMEDIATE")
print("held", flush=True)
time.sleep(float(sys.argv[2]))
held.execute("COMMIT")
"""


@pytest.mark.databases("sqlite")
def test_another_process_writing_is_waited_for(app: Flask) -> None:
    with app.app_context(), holding(str(db.engine.url.database), 1.0):
        with unit_of_work():
            add("after the wait")
        assert entries() == ["after the wait"]


@pytest.mark.databases("sqlite")
def test_waiting_ends_with_a_clear_error(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_PATIENCE_S", 0.2)
    with app.app_context(), holding(str(db.engine.url.database), 2.0):
        with pytest.raises(Busy), unit_of_work():
            add("never")
        assert entries() == []


class holding:  # noqa: N801 -- reads as a word
    """Another process holds SQLite's write lock for so many seconds."""

    def __init__(self, path: str, seconds: float) -> None:
        self._words = [sys.executable, "-c", HOLD, path, str(seconds)]

    def __enter__(self) -> None:
        self._process = subprocess.Popen(self._words, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        assert self._process.stdout.readline().strip() == b"held"

    def __exit__(self, *_error: object) -> None:
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


LOOP = """
from gevent import monkey; monkey.patch_all()
import gevent, sys, time
from knowledge_exchange import create_app
from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.core.db import db, unit_of_work
app = create_app({"KE_DATABASE_URL": sys.argv[1], "KE_DATA_DIR": sys.argv[2]})
gaps = []
def tick():
    while True:
        before = time.perf_counter()
        gevent.sleep(0.005)
        gaps.append(time.perf_counter() - before)
ticking = gevent.spawn(tick)
gevent.sleep(0.1)
gaps.clear()
print("ready", flush=True)
sys.stdin.readline()
with app.app_context(), unit_of_work():
    db.session.add(AuditEntry(action="written"))
print(max(gaps), len(gaps), flush=True)
"""


@pytest.mark.server
@pytest.mark.databases("sqlite")
def test_another_process_writing_never_stops_the_loop(app: Flask, database_url: str) -> None:
    folder = str(app.config["KE_DATA_DIR"])
    words = [sys.executable, "-c", LOOP, database_url, folder]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        assert server.stdout.readline().strip() == "ready"
        with app.app_context(), holding(str(db.engine.url.database), 1.5):
            server.stdin.write("\n")
            server.stdin.flush()
            time.sleep(0.1)
        longest, ticks = server.stdout.readline().split()
    # The wait is SQLite's 50 ms at a time; between two of them everybody else has a turn.
    assert float(longest) < 0.5
    assert int(ticks) > 10
