"""Starting says in one line what is wrong; stopping ends in order and in time."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.realtime.support.raw import Raw, Socket
from tests.realtime.support.running import APP, ROOT, Running, embedded_words, running
from tests.support.shared import free_port

pytestmark = pytest.mark.server
GOING_AWAY = 1001
STOP_S = 5.0
SOCKETS = 50


def ended(server: Running, number: int, seconds: float) -> tuple[int, float]:
    """Exit status and how long it took after the signal."""
    began = time.monotonic()
    server.process.send_signal(number)
    return server.process.wait(seconds), time.monotonic() - began


def open_sockets(server: Running, stack: ExitStack, count: int = SOCKETS) -> list[Socket]:
    """Joined live sockets, closed with ``stack``."""
    found = []
    for _ in range(count):
        one = stack.enter_context(Socket(server.port))
        one.join()
        found.append(one)
    server.wait_for_sockets(count)
    return found


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_finishes_a_request_closes_sockets_cleanly_and_exits_with_0(tmp_path: Path, number: int) -> None:
    note = tmp_path / "ended"
    with running("embedded", tmp_path, SMALL_STOP_FILE=str(note)) as server, ExitStack() as stack:
        sockets = open_sockets(server, stack)
        idle = stack.enter_context(Raw(server.port))
        slow = stack.enter_context(Raw(server.port))
        slow.send(b"GET /slow?seconds=1 HTTP/1.1\r\nHost: exchange\r\n\r\n")
        time.sleep(0.3)
        closes: list[int] = []
        reader = threading.Thread(target=lambda: closes.extend(one.closed_with() for one in sockets))
        reader.start()
        status, took = ended(server, number, 10)
        reader.join(5)
        assert status == 0, server.log
        assert took <= STOP_S
        code, headers, body = slow.answer()
        assert (code, body, headers["connection"]) == (200, b"at last", "close")
        assert idle.is_over()
        assert closes == [GOING_AWAY] * SOCKETS
        assert note.read_text() == "ended"
        assert "Traceback" not in server.log


def test_nobody_new_is_let_in_while_it_stops(tmp_path: Path) -> None:
    with running("embedded", tmp_path) as server, Raw(server.port) as slow:
        slow.send(b"GET /slow?seconds=1 HTTP/1.1\r\nHost: exchange\r\n\r\n")
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        with pytest.raises(ConnectionRefusedError):
            Raw(server.port)
        assert slow.answer()[2] == b"at last"


def test_a_request_that_takes_too_long_is_cut_off_in_time(tmp_path: Path) -> None:
    with running("embedded", tmp_path) as server, Raw(server.port) as slow:
        slow.send(b"GET /slow?seconds=60 HTTP/1.1\r\nHost: exchange\r\n\r\n")
        time.sleep(0.2)
        status, took = ended(server, signal.SIGTERM, 10)
        assert (status, slow.answer()[0]) == (0, 503)
        assert took <= STOP_S
        assert "cut_off=1" in server.log


def test_a_task_that_holds_the_loop_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with running("embedded", tmp_path) as server:
        server.post("/hold")
        time.sleep(0.3)
        status, took = ended(server, signal.SIGTERM, 10)
        assert status == 1
        assert took <= STOP_S + 0.5
        assert "server_stop_overdue" in server.log


def test_sockets_that_never_answer_the_close_do_not_hold_up_the_end(tmp_path: Path) -> None:
    with running("embedded", tmp_path) as server, ExitStack() as stack:
        open_sockets(server, stack)  # nobody reads from them any more
        status, took = ended(server, signal.SIGTERM, 10)
        assert status == 0
        assert took <= STOP_S


def test_gunicorn_ends_in_time_with_sockets_open_too(tmp_path: Path) -> None:
    with running("gunicorn", tmp_path) as server, ExitStack() as stack:
        sockets = open_sockets(server, stack)
        status, took = ended(server, signal.SIGTERM, 15)
        assert status == 0
        assert took <= STOP_S
        assert [one.closed_with() for one in sockets] == [GOING_AWAY] * SOCKETS
        assert "Traceback" not in server.log


def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run this interpreter to its end."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def one_line(result: subprocess.CompletedProcess[str]) -> str:
    """The one line that a server says when it cannot start."""
    lines = result.stderr.strip().splitlines()
    assert (result.returncode, len(lines)) == (1, 1), result.stderr
    return lines[0]


def test_a_port_in_use_is_named_in_one_line() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert one_line(run(*embedded_words(port))).startswith(f"Port {port} is in use")


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("no.such.host.invalid", "is not known here"),
        ("192.0.2.1", "not one of this machine's"),
        ("a" * 70, "not known"),
    ],
)
def test_an_address_that_cannot_be_is_named_in_one_line(host: str, words: str) -> None:
    assert words in one_line(run(*embedded_words(free_port()), SMALL_HOST=host))


def test_a_port_that_cannot_be_is_named_in_one_line() -> None:
    assert "no port 70000" in one_line(run(*embedded_words(70_000)))


START = "from flask import Flask; from knowledge_exchange.realtime.server import run_embedded; "
SERVE = f"run_embedded(Flask('x'), '127.0.0.1', {free_port()})"


def test_a_process_without_gevents_patch_is_refused() -> None:
    assert "patch_all()" in one_line(run("-c", START + SERVE))


def test_psycopg_imported_before_the_patch_is_refused() -> None:
    early = "import psycopg; from gevent import monkey; monkey.patch_all(); "
    assert "one slow query would stop everybody" in one_line(run("-W", "ignore", "-c", early + START + SERVE))


def test_psycopg_imported_after_the_patch_waits_with_the_others() -> None:
    late = "from gevent import monkey; monkey.patch_all(); import psycopg; "
    check = "from knowledge_exchange.realtime.ground import require_ground; require_ground(); "
    result = run("-c", late + check + "print(psycopg.waiting.wait.__name__)")
    assert (result.returncode, result.stdout.strip()) == (0, "wait_poll"), result.stderr


def test_gevent_websocket_is_refused(tmp_path: Path) -> None:
    package = tmp_path / "geventwebsocket"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "handler.py").write_text("")
    patch = "from gevent import monkey; monkey.patch_all(); "
    line = one_line(run("-c", patch + START + SERVE, PYTHONPATH=str(tmp_path)))
    assert "pip uninstall gevent-websocket" in line


def test_the_limits_are_known_by_name() -> None:
    result = run("-c", f"import {APP}", SMALL_LIMITS=json.dumps({"NO_SUCH_LIMIT": 1}))
    assert "AssertionError: NO_SUCH_LIMIT" in result.stderr
