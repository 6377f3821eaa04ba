"""Processes that a test starts: ended with the run at the latest, waited for until they are up, ended by their id."""

from __future__ import annotations

import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.support import watch

#: Generous: it is not speed that is tested with it, and other tests run at the same time.
READY_S = 120.0
STOP_S = 15.0
PAUSE_S = 0.1
ANSWER_S = 2.0
LOG_TAIL_CHARS = 4000


def launch(words: Sequence[str], log: Path, *, folder: Path, environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a process in ``folder`` whose words go to the end of ``log``."""
    with log.open("ab") as writing:
        process = subprocess.Popen(
            words,
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.STDOUT,
        )
    watch.start(os.getpid(), process.pid)
    return process


def wait_until(condition: Callable[[], bool], explain: Callable[[], str], seconds: float) -> None:
    """Wait for something; fail with an explanation."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, explain()
        time.sleep(PAUSE_S)


def wait_until_up(process: subprocess.Popen[bytes], is_up: Callable[[], bool], log: Path) -> None:
    """Wait until a server answers. Raises RuntimeError with the end of its log if it ends or never does."""
    deadline = time.monotonic() + READY_S
    while not is_up():
        if process.poll() is not None or time.monotonic() > deadline:
            end(process)
            raise RuntimeError(f"The server didn't come up:\n{text_of(log)[-LOG_TAIL_CHARS:]}")
        time.sleep(PAUSE_S)


def answers(url: str) -> bool:
    """Whether a page is there."""
    try:
        with urllib.request.urlopen(url, timeout=ANSWER_S) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def text_of(log: Path) -> str:
    """What was written so far."""
    return log.read_text(encoding="utf-8", errors="replace")


def end(process: subprocess.Popen[bytes], seconds: float = STOP_S) -> int:
    """Ask a process to end, by force after a while; returns its exit status."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
    return process.wait()
