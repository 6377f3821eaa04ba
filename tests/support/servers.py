"""Starts the exchange itself as a process, as an operator does, and ends it by its id."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support import watch
from tests.support.shared import free_port

#: Generous: it is not speed that is tested with it, and other tests run at the same time.
READY_S = 120.0
STOP_S = 10.0
LOG_TAIL_CHARS = 4000


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """This process's environment without its own KE_ settings, then `settings`."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KE_") and name != "PORT"}
    return {**clean, **{name: _text(value) for name, value in settings.items()}}


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def run_python(
    *words: str, settings: Mapping[str, object], folder: Path, timeout: float = 120.0, python: str = sys.executable
) -> subprocess.CompletedProcess[str]:
    """Run an interpreter with `words` in `folder` and return what it did; never raises on failure."""
    return subprocess.run(
        [python, *words],
        cwd=folder,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def run_command(
    *words: str, settings: Mapping[str, object], folder: Path, timeout: float = 120.0
) -> subprocess.CompletedProcess[str]:
    """Run ``knowledge-exchange`` with `words`, as an operator does; never raises on failure."""
    return run_python("-m", "knowledge_exchange", *words, settings=settings, folder=folder, timeout=timeout)


@dataclass
class Server:
    """A running exchange: where it is, its process, its data folder and its log."""

    url: str
    port: int
    process: subprocess.Popen[bytes]
    folder: Path
    settings: Mapping[str, object]
    python: str

    @property
    def log(self) -> str:
        """What the server has written so far."""
        return (self.folder / "server.log").read_text(encoding="utf-8", errors="replace")

    def stop(self) -> int:
        """Ask it to end, by force after a while; return its exit status."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()

    def kill(self) -> None:
        """kill -9: what was not on disk is gone."""
        self.process.kill()
        self.process.wait()

    def restart(self) -> Server:
        """Start it again on the same port, data and settings; it must have ended before."""
        return start(self.settings, self.folder, self.port, self.python)


def start(
    settings: Mapping[str, object], folder: Path, port: int | None = None, python: str = sys.executable
) -> Server:
    """Start ``serve`` in `folder` and wait until it answers. Raises RuntimeError with its log if it does not."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    complete = {"KE_BASE_URL": url, **settings}
    with (folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            [python, "-m", "knowledge_exchange", "serve", "--port", str(port)],
            cwd=folder,
            env=environment(complete),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    watch.start(os.getpid(), process.pid)
    server = Server(url, port, process, folder, complete, python)
    _wait_until_up(server)
    return server


def _wait_until_up(server: Server) -> None:
    deadline = time.monotonic() + READY_S
    while not _is_up(server.url):
        if server.process.poll() is not None or time.monotonic() > deadline:
            server.stop()
            raise RuntimeError(f"The server didn't come up:\n{server.log[-LOG_TAIL_CHARS:]}")
        time.sleep(0.05)


def _is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
