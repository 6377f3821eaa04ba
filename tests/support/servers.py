"""Starts the exchange itself as a process, as an operator does, and ends it by its id."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support import processes
from tests.support.shared import free_port

STOP_S = 10.0
LOG = "server.log"


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
        return processes.text_of(self.folder / LOG)

    def stop(self) -> int:
        """Ask it to end, by force after a while; return its exit status."""
        return processes.end(self.process, STOP_S)

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
    log = folder / LOG
    words = [python, "-m", "knowledge_exchange", "serve", "--port", str(port)]
    process = processes.launch(words, log, folder=folder, environment=environment(complete))
    processes.wait_until_up(process, lambda: processes.answers(f"{url}/healthz"), log)
    return Server(url, port, process, folder, complete, python)
