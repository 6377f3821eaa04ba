"""Load on one page: wrk where it is installed, else a keep-alive client of our own in its own process."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass

from bench.processes import ROOT, Running

CONNECTIONS = 8
WARM_UP_S = 1
_WRK_COUNT = re.compile(r"(\d+) requests in")
_WRK_P50 = re.compile(r"50%\s+([\d.]+)(us|ms|s)\b")
_WRK_WRONG = re.compile(r"Non-2xx or 3xx responses: \d+|Socket errors: connect [1-9]|read [1-9]\d*, write")
_IN_MS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


@dataclass(frozen=True)
class Load:
    """What a run of load cost the server."""

    requests: int
    cpu_ms: float  # per request, all of the server's processes
    p50_ms: float  # as the client saw it, on this machine at this moment


def measure(server: Running, path: str, cookie: str, seconds: int) -> Load:
    """Ask for a page again and again over eight connections, after a second of warming up."""
    _run(server.url + path, cookie, WARM_UP_S)
    before = server.cpu_ms()
    requests, p50_ms = _run(server.url + path, cookie, seconds)
    return Load(requests, (server.cpu_ms() - before) / max(requests, 1), p50_ms)


def client_name() -> str:
    """Which client loads the server."""
    return "wrk" if shutil.which("wrk") else "bench.client"


def _run(url: str, cookie: str, seconds: int) -> tuple[int, float]:
    if wrk := shutil.which("wrk"):
        words = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "--timeout", "20s"]
        return _of_wrk(_output([*words, "-H", f"Cookie: {cookie}", url]))
    words = [sys.executable, "-m", "bench.client", url, cookie, str(CONNECTIONS), str(seconds)]
    count, p50_ms = _output(words).split()
    return int(count), float(p50_ms)


def _output(words: list[str]) -> str:
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"The load client failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _of_wrk(said: str) -> tuple[int, float]:
    wrong = _WRK_WRONG.search(said)
    count, p50 = _WRK_COUNT.search(said), _WRK_P50.search(said)
    if wrong or count is None or p50 is None:
        raise SystemExit(f"The server answered otherwise than it should:\n{said}")
    return int(count[1]), float(p50[1]) * _IN_MS[p50[2]]
