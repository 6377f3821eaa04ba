"""The crowd of live sockets, in a process of its own, as a measurement sees it."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from bench.processes import ROOT

CONNECT_S = 90.0
POLL_S = 0.1
STOP_S = 10.0


@dataclass(frozen=True)
class Arrival:
    """Events of one post, when each was at its socket and when the client had read it (ns since 1970)."""

    name: str
    post: int
    arrived: list[int]
    seen: list[int]


@dataclass(frozen=True)
class Told:
    """What one member was told: how often each event was pushed, what was replayed, the number on the badge."""

    live: dict[int, int]
    replayed: set[int]
    unread: int | None
    resets: int

    @property
    def events(self) -> set[int]:
        """All events that they know of, in whichever way they came."""
        return self.replayed | set(self.live)


class Crowd:
    """So many members, each with one live socket."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.cpu_s = 0.0
        """CPU time of the clients' process up to the last report."""

    def place(self, cookies: Sequence[str], port: int, origin: str, thread: str | None) -> None:
        """Say who they are and which thread they follow."""
        self._do("members", cookies=list(cookies), port=port, origin=origin, thread=thread)
        self._amount = len(cookies)

    def connect(self, *, within: float = 0.0, returns: bool = False) -> None:
        """Begin to connect those who aren't, spread over so many seconds; ``returns``: come back when cut off."""
        self._do("connect", within=within, returns=returns)

    def wait_until_ready(self, amount: int | None = None, seconds: float = CONNECT_S) -> list[float]:
        """Wait until they are connected and have caught up; how long each took (s). Ends the program where not."""
        wanted, until = self._amount if amount is None else amount, time.monotonic() + seconds
        self.ends = ends = dict[str, int]()
        while True:
            state = self._do("state")
            for why, count in state["ends"].items():
                ends[why] = ends.get(why, 0) + count
            if state["ready"] >= wanted:
                return [float(took) for took in state["took"]]
            if time.monotonic() > until:
                raise SystemExit(f"{state['ready']} of {wanted} sockets are ready after {seconds:.0f} s; ends: {ends}")
            time.sleep(POLL_S)

    def ready(self) -> int:
        """How many are connected and have caught up."""
        return int(self._do("state")["ready"])

    def cut(self) -> None:
        """End all connections without a word."""
        self._do("cut")

    def deafen(self, numbers: Sequence[int]) -> None:
        """These members, who aren't connected yet, are to stop reading once they have caught up."""
        self._do("deafen", numbers=list(numbers))

    def hear(self) -> None:
        """All read again."""
        self._do("hear")

    def report(self) -> list[Arrival]:
        """What arrived since the last report."""
        found = self._do("report")
        self.cpu_s = float(found["cpu_s"])
        return [Arrival(one["name"], one["post"], one["arrived"], one["seen"]) for one in found["heard"]]

    def told(self, kind: str) -> list[Told]:
        """What each member has been told since they were placed; of what was pushed, events of this kind."""
        return [
            Told(
                {int(event): count for event, count in one["live"].items()},
                {int(event) for event in one["replayed"]},
                one["unread"],
                one["resets"],
            )
            for one in self._do("told", kind=kind)["members"]
        ]

    def _do(self, what: str, **facts: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"what": what, **facts}).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit("The clients' process ended.")
        found: dict[str, Any] = json.loads(line)
        return found


@contextmanager
def crowd() -> Iterator[Crowd]:
    """A process for clients, until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.live_clients"], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield Crowd(process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
