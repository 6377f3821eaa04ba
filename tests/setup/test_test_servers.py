"""The servers that the tests themselves rely on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import redis

from tests.support import postgres, watch
from tests.support.databases import Templates
from tests.support.valkey import RedisServer

PATIENCE_S = 10.0


def wait_until_gone(pid: int) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while watch.is_alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not watch.is_alive(pid)


def test_this_process_has_python_s_own_sockets() -> None:
    from gevent import monkey

    assert not monkey.is_module_patched("socket")
    assert socket.socket.__module__ == "socket"


@pytest.mark.server
def test_postgres_starts_once_and_answers(templates: Templates) -> None:
    folder = templates.socket_folder()
    assert folder == templates.socket_folder()
    with psycopg.connect(host=folder, user="postgres", dbname="postgres") as link:
        assert link.info.server_version >= 150000


@pytest.mark.server
def test_emptying_removes_rows_and_cuts_whoever_holds_them(templates: Templates) -> None:
    folder = templates.socket_folder()
    name = f"emptying_{os.getpid()}"
    postgres.create(folder, name)
    link = psycopg.connect(host=folder, user="postgres", dbname=name)
    link.execute("CREATE TABLE parent (id int PRIMARY KEY)")
    link.execute("CREATE TABLE child (parent_id int REFERENCES parent)")
    link.execute("INSERT INTO parent VALUES (1)")
    link.execute("INSERT INTO child VALUES (1)")
    link.commit()
    link.execute("UPDATE parent SET id = id")  # and now an open transaction that nobody will end
    postgres.empty(folder, name)
    with psycopg.connect(host=folder, user="postgres", dbname=name) as fresh:
        counts = fresh.execute("SELECT (SELECT count(*) FROM parent), (SELECT count(*) FROM child)").fetchone()
    assert counts == (0, 0)
    link.close()


@pytest.mark.server
def test_redis_keeps_and_forgets(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as link:
        link.set("a", 1)
        assert link.get("a") == b"1"


@pytest.mark.server
def test_redis_can_crash_and_come_back_at_the_same_address(own_redis: RedisServer) -> None:
    url = own_redis.url
    own_redis.stop()
    with redis.Redis.from_url(url) as link, pytest.raises(redis.ConnectionError):
        link.ping()
    own_redis.start()
    assert own_redis.url == url
    with redis.Redis.from_url(url) as link:
        assert link.ping()


@pytest.mark.server
def test_a_server_ends_when_the_run_that_owned_it_was_killed(tmp_path: Path) -> None:
    owner, server = (subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) for _ in range(2))
    folder = tmp_path / "of the server"
    folder.mkdir()
    watch.start(owner.pid, server.pid, signal.SIGTERM, folder)
    owner.kill()
    owner.wait()
    assert server.wait(PATIENCE_S) == -signal.SIGTERM
    deadline = time.monotonic() + PATIENCE_S
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not folder.exists()


@pytest.mark.server
def test_killing_a_redis_leaves_nothing_behind() -> None:
    server = RedisServer()
    server.start()
    with redis.Redis.from_url(server.url) as link:
        pid = int(link.info("server")["process_id"])
    server.close()
    assert wait_until_gone(pid)
