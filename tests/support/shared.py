"""Things made once per test run and used by all of its processes."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def run_folder(factory: pytest.TempPathFactory) -> Path:
    """The folder that all processes of this test run share."""
    base = factory.getbasetemp()
    return base.parent if worker_name() else base


def worker_name() -> str:
    """``gw0``, ``gw1``, …; empty where the tests run in one process."""
    return os.environ.get("PYTEST_XDIST_WORKER", "")


def owner_pid() -> int:
    """The process that lives as long as the run: xdist's controller, or this one."""
    return os.getppid() if worker_name() else os.getpid()


def once(folder: Path, name: str, make: Callable[[], Any]) -> Any:
    """What `make` returned (JSON), made by the first process that asks; the others wait for it.

    Where it failed it is not tried again: everybody gets a RuntimeError with the first one's words.
    """
    answer = folder / f"{name}.json"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not answer.exists():
            answer.write_text(json.dumps(_outcome(make)), encoding="utf-8")
    made = json.loads(answer.read_text(encoding="utf-8"))
    if "failed" in made:
        raise RuntimeError(made["failed"])
    return made["made"]


def _outcome(make: Callable[[], Any]) -> dict[str, Any]:
    try:
        return {"made": make()}
    except Exception as error:
        return {"failed": str(error)}


def free_port() -> int:
    """A port of the loopback address on which nothing listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
