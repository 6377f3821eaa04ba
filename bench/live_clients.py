"""``python -m bench.live_clients``: very many members' live sockets in one process, told what to do over its input.

Commands are JSON lines on the standard input, each answered with one on the standard output: see :meth:`Clients.do`.
Started by ``bench.crowd``.
"""

from __future__ import annotations

import heapq
import json
import random
import resource
import select
import sys
import time
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from bench.live_wire import Line, Told, Where

#: As the page does it (assets/js/live.js), but without the jitter: how long it waits for the connection and for the
#: answers on it, and how long until it tries again, twice as long each time.
CONNECT_S, ACK_S = 5.0, 8.0
RETRY_S, MOST_RETRY_S = 1.0, 30.0
LOOK_S = 0.25
POLL_S = 0.05
FILES = 16_384
#: Small, so that little is held here for those who don't read.
DEAF_BUFFER = 4096


@dataclass
class Member:
    """One of the crowd."""

    cookie: str
    told: Told = field(default_factory=Told)
    line: Line | None = None
    deaf: bool = False
    failures: int = 0
    ready_after: float | None = None  # seconds from the command to connect


@dataclass
class Arrivals:
    """When events of one post were in the kernel at each socket, and when they were read (ns since 1970)."""

    arrived: array[int] = field(default_factory=lambda: array("q"))
    seen: array[int] = field(default_factory=lambda: array("q"))


class Clients:
    """The sockets, when each is to connect, and what they heard since the last report."""

    def __init__(self) -> None:
        self.members: list[Member] = []
        self.where = Where(0, "", None)
        self._poll = select.epoll()
        self._by_file: dict[int, int] = {}
        self._due: list[tuple[float, int]] = []
        self._told_to_connect = 0.0
        self._returns = False
        self._within = 0.0
        self._heard: dict[tuple[str, int], Arrivals] = {}
        self._ends: Counter[str] = Counter()
        self._next_look = 0.0
        self._chance = random.Random(1)  # the same crowd each time

    def run(self) -> None:
        """Until the input ends."""
        asked = sys.stdin.buffer
        self._poll.register(asked.fileno(), select.EPOLLIN)
        while True:
            for file, mask in self._poll.poll(self._patience()):
                if file != asked.fileno():
                    self._attend(self._by_file[file], mask)
                    continue
                line = asked.readline()
                if not line:
                    return
                print(json.dumps(self.do(**json.loads(line))), flush=True)
            self._connect_due()

    def do(self, what: str, **facts: Any) -> dict[str, Any]:
        """A command: ``members``, ``connect``, ``cut``, ``deafen``, ``hear``, ``state``, ``report`` or ``told``."""
        answer: dict[str, Any] = getattr(self, f"_do_{what}")(**facts) or {}
        return answer

    def _do_members(self, cookies: list[str], port: int, origin: str, thread: str | None) -> None:
        """These members, to be connected to this server; without ``thread`` none is followed."""
        self.members = [Member(cookie) for cookie in cookies]
        self.where = Where(port, origin, thread)

    def _do_connect(self, within: float, returns: bool) -> None:
        """Connect whoever isn't, evenly spread over ``within`` seconds.

        ``returns``: who is cut off comes back, within as many seconds; who is refused, ever later.
        """
        self._told_to_connect, self._returns, self._within = time.monotonic(), returns, within
        waiting = [number for number, member in enumerate(self.members) if member.line is None]
        self._due = [
            (self._told_to_connect + within * place / len(waiting), number) for place, number in enumerate(waiting)
        ]
        heapq.heapify(self._due)

    def _do_cut(self) -> None:
        """End every connection, without a word."""
        for number, member in enumerate(self.members):
            if member.line is not None:
                self._drop(number, "cut")

    def _do_deafen(self, numbers: list[int]) -> None:
        """These read no more once they have caught up on their next connection, whose buffer is small."""
        for number in numbers:
            self.members[number].deaf = True

    def _do_hear(self) -> None:
        """They read again."""
        for member in self.members:
            if member.deaf and member.line is not None:
                self._poll.modify(member.line.sock.fileno(), select.EPOLLIN)
            member.deaf = False

    def _do_state(self) -> dict[str, Any]:
        """How many are connected and have caught up, how long each took, and how connections ended."""
        ready = [member for member in self.members if member.line is not None and member.line.ready]
        took = sorted(member.ready_after for member in self.members if member.ready_after is not None)
        ends, self._ends = self._ends, Counter()
        return {"ready": len(ready), "took": took, "ends": dict(ends)}

    def _do_report(self) -> dict[str, Any]:
        """What was heard since the last report; this process's CPU so far (s)."""
        heard, self._heard = self._heard, {}
        arrivals = [
            {"name": name, "post": post, "arrived": one.arrived.tolist(), "seen": one.seen.tolist()}
            for (name, post), one in heard.items()
        ]
        return {"heard": arrivals, "cpu_s": time.process_time()}

    def _do_told(self, kind: str) -> dict[str, Any]:
        """For each member: how often each event of a kind was pushed, what was replayed, the number on the badge."""
        return {
            "members": [
                {
                    "live": member.told.live.get(kind, {}),
                    "replayed": [str(event) for event in member.told.replayed],
                    "unread": member.told.unread,
                    "resets": member.told.resets,
                }
                for member in self.members
            ]
        }

    def _patience(self) -> float:
        if not self._due:
            return POLL_S
        return min(POLL_S, max(0.0, self._due[0][0] - time.monotonic()))

    def _connect_due(self) -> None:
        """Begin what is due; now and then give up what takes too long."""
        now = time.monotonic()
        while self._due and self._due[0][0] <= now:
            self._begin(heapq.heappop(self._due)[1])
        if now < self._next_look:
            return
        self._next_look = now + LOOK_S
        for number, member in enumerate(self.members):
            line = member.line
            if line is None or line.ready or member.deaf:
                continue
            if now - line.began > (ACK_S if line.joined else CONNECT_S):
                self._drop(number, "no answer")

    def _begin(self, number: int) -> None:
        member = self.members[number]
        line = Line(self.where, member.cookie, member.told, DEAF_BUFFER if member.deaf else 0)
        member.line, member.ready_after = line, None
        self._by_file[line.sock.fileno()] = number
        self._poll.register(line.sock.fileno(), select.EPOLLOUT)

    def _attend(self, number: int, mask: int) -> None:
        """Something can be done about this member's connection."""
        member = self.members[number]
        line = member.line
        assert line is not None
        try:
            if mask & select.EPOLLOUT:
                line.greet()
                self._poll.modify(line.sock.fileno(), select.EPOLLIN)
                return
            found = line.read()
        except OSError as error:
            self._drop(number, error.strerror or str(error))
            return
        if line.ready and member.deaf:
            self._poll.modify(line.sock.fileno(), 0)
        if line.ready and member.ready_after is None:
            member.ready_after, member.failures = time.monotonic() - self._told_to_connect, 0
        for one in found:
            arrivals = self._heard.setdefault((one.name, one.post), Arrivals())
            arrivals.arrived.append(one.arrived)
            arrivals.seen.append(one.seen)

    def _drop(self, number: int, why: str) -> None:
        member = self.members[number]
        assert member.line is not None
        was_ready = member.line.ready
        del self._by_file[member.line.sock.fileno()]
        member.line.sock.close()
        member.line = None
        self._ends[why] += 1
        if self._returns and why != "cut":
            pause = self._chance.uniform(0, self._within) if was_ready else self._pause(member)
            heapq.heappush(self._due, (time.monotonic() + pause, number))

    def _pause(self, member: Member) -> float:
        member.failures += 1
        return min(MOST_RETRY_S, RETRY_S * float(1 << min(member.failures - 1, 10)))


def main() -> None:
    """Until the input ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, FILES)), hard))
    Clients().run()


if __name__ == "__main__":
    main()
