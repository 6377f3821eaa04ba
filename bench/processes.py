"""Servers as processes of their own, and what they use: CPU and memory of the whole tree."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
READY_S = 120.0
STOP_S = 10.0
POLL_S = 0.05
MIB = 1024 * 1024
MILLI = 1000
NANOS_A_MS = 1_000_000


class Running:
    """A server process on a port of the loopback address."""

    def __init__(self, process: subprocess.Popen[bytes], port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._process = psutil.Process(process.pid)

    def cpu_ms(self) -> float:
        """User and system time so far, of all its processes, those that have ended included (ms)."""
        whole = 0.0
        for process in self._tree():
            times = process.cpu_times()
            whole += times.user + times.system + times.children_user + times.children_system
        return whole * MILLI

    def exact_cpu_ms(self) -> float:
        """CPU time of the server's first process alone (ms), to the microsecond where the system tells (Linux)."""
        try:
            threads = list(Path(f"/proc/{self._process.pid}/task").iterdir())
            return sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads) / NANOS_A_MS
        except (OSError, ValueError, IndexError):
            times = self._process.cpu_times()
            return (times.user + times.system) * MILLI

    def memory_mib(self) -> float:
        """Resident memory of all its processes (MiB); pages that they share count for each."""
        return sum(process.memory_info().rss for process in self._tree()) / MIB

    def sockets(self) -> int:
        """How many connections its processes hold."""
        return sum(one.status == psutil.CONN_ESTABLISHED for tree in self._tree() for one in tree.net_connections())

    def processes(self) -> int:
        """How many processes it consists of."""
        return len(self._tree())

    def _tree(self) -> list[psutil.Process]:
        return [self._process, *self._process.children(recursive=True)]


def environment(settings: Mapping[str, object]) -> dict[str, str]:
    """This process's environment with no other KE_ settings than these."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KE_") and name != "PORT"}
    return {**clean, **{name: str(value) for name, value in settings.items()}}


def command(*words: object, settings: Mapping[str, object]) -> str:
    """Run ``knowledge-exchange`` and return what it printed; ends this program where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "knowledge_exchange", *map(str, words)],
        cwd=ROOT,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"`knowledge-exchange {' '.join(map(str, words))}` failed:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextmanager
def exchange(settings: Mapping[str, object], port: int = 0) -> Iterator[Running]:
    """The exchange as ``serve`` runs it, until the block ends; on a free port, or on this one."""
    port = port or free_port()
    words = ["-m", "knowledge_exchange", "serve", "--port", str(port)]
    with _started(words, {"KE_BASE_URL": f"http://127.0.0.1:{port}", **settings}, port, "/healthz") as running:
        yield running


@contextmanager
def yardstick(length: int) -> Iterator[Running]:
    """A Flask view that returns a constant string, on the same server."""
    port = free_port()
    with _started(["-m", "bench.yardstick", str(port), str(length)], {}, port, "/") as running:
        yield running


@contextmanager
def _started(words: list[str], settings: Mapping[str, object], port: int, path: str) -> Iterator[Running]:
    process = subprocess.Popen(
        [sys.executable, *words],
        cwd=ROOT,
        env=environment(settings),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_until_up(process, f"http://127.0.0.1:{port}{path}")
        yield Running(process, port)
    finally:
        process.terminate()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], url: str) -> None:
    until = time.monotonic() + READY_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, OSError):
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"The server at {url} didn't come up.") from None
            time.sleep(POLL_S)


def free_port() -> int:
    """A port on which nothing listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
