"""Starts the small application under either web server and ends it by its id."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support import processes
from tests.support.shared import free_port

STOP_S = 10.0
APP = "tests.realtime.support.small_app"
ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Running:
    """A server process, where it listens and what it has written."""

    process: subprocess.Popen[bytes]
    port: int
    log_file: Path

    @property
    def origin(self) -> str:
        """As a browser on this machine would name it."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything on stdout and stderr so far."""
        return processes.text_of(self.log_file)

    def get(self, path: str, timeout: float = 10.0) -> bytes:
        """The body of a page."""
        with urllib.request.urlopen(self.origin + path, timeout=timeout) as answer:
            return bytes(answer.read())

    def post(self, path: str, body: bytes = b"") -> bytes:
        """The answer to a form."""
        with urllib.request.urlopen(self.origin + path, data=body, timeout=30) as answer:
            return bytes(answer.read())

    def state(self) -> dict[str, Any]:
        """Memory in bytes (``rss``), live ``sockets``, ``pid``."""
        found: dict[str, Any] = json.loads(self.get("/state"))
        return found

    def wait_for_sockets(self, count: int, seconds: float = 5.0) -> None:
        """Until the server has exactly ``count`` live sockets."""
        until = time.monotonic() + seconds
        while (found := self.state()["sockets"]) != count:
            assert time.monotonic() < until, f"{found} sockets are open instead of {count}"
            time.sleep(0.05)


def embedded_words(port: int) -> list[str]:
    """How the embedded server is started."""
    return ["-m", APP, str(port)]


def gunicorn_words(port: int, workers: int = 1, app: str = f"{APP}:app") -> list[str]:
    """How gunicorn is started, with its own default time-outs."""
    bind = ["-b", f"127.0.0.1:{port}", "--worker-connections", "10000", "-w", str(workers)]
    return ["-m", "gunicorn", "-k", "gevent", *bind, app]


@contextmanager
def running(kind: str, folder: Path, **settings: str) -> Iterator[Running]:
    """The small application under ``embedded`` or ``gunicorn``; ended afterwards."""
    port = free_port()
    words = embedded_words(port) if kind == "embedded" else gunicorn_words(port)
    with started(words, port, folder / f"{kind}.log", {**os.environ, **settings}) as server:
        yield server


@contextmanager
def started(
    words: Sequence[str], port: int, log_file: Path, environment: Mapping[str, str], ready: str = "/"
) -> Iterator[Running]:
    """A server of these words for Python, once the page ``ready`` is there; ended afterwards."""
    process = processes.launch([sys.executable, *words], log_file, folder=ROOT, environment=environment)
    server = Running(process, port, log_file)
    try:
        processes.wait_until_up(process, lambda: processes.answers(server.origin + ready), log_file)
        yield server
    finally:
        processes.end(process, STOP_S)
