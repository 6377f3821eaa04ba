"""``python -m bench.slow``: some who are connected don't read at all; what the others notice of it.

Replies are written one after the other, more than the system holds for a line that nobody reads. The others' waiting,
the memory that is held, and when the deaf are dropped are measured; then they read again, come back, and must know of
everything. (What happens past the bound in bytes is tried in ``tests/realtime/test_server_sockets.py``.)
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.crowd import Arrival, Crowd, crowd
from bench.figures import percentile, surroundings, write
from bench.live_site import Sent, Site, Writer, make_site
from bench.processes import Running, exchange
from bench.table import Line, table
from knowledge_exchange.realtime.limits import (
    MIB,
    SOCKET_PING_SECONDS,
    SOCKET_PONG_SECONDS,
    SOCKET_STALL_SECONDS,
    SOCKET_WAITING_BYTES,
)

MEMBERS, DEAF = 500, 20
#: Longer than most, so that the system's own buffers are soon full.
PADDING = "\n\nAnother line of what was said on that day, and by whom.\n" * 60
ROUNDS, REPLIES_A_ROUND = 3, 40
BETWEEN_S = 0.02
CALM_REPLIES = 30
#: Whose system takes all that is sent stalls nobody; then it is the heartbeat without an answer that ends them.
PATIENCE_S = max(SOCKET_STALL_SECONDS, SOCKET_PING_SECONDS + SOCKET_PONG_SECONDS) + 15
LIMIT_MS = 1_000.0
NANO_IN_MS = 1_000_000


@dataclass
class Slow:
    """What happened: ms, s, MiB."""

    members: int
    deaf: int
    replies: int
    calm_p99_ms: float
    others_p50_ms: float
    others_p99_ms: float
    others_slowest_ms: float
    held_mib: float
    may_be_held_mib: float
    dropped_after_s: float
    incomplete: int
    doubled: int


def measure(site: Site, deaf: int) -> Slow:
    """A calm round with everybody reading, then one with some who don't, then they come back."""
    with exchange(site.settings) as server, crowd() as clients:
        members = len(site.cookies)
        clients.place(site.cookies, server.port, server.url, site.thread)
        clients.deafen(range(deaf))
        clients.connect(within=2.0, returns=True)
        clients.wait_until_ready()
        writer = Writer(server.port, site.writer, site.thread)
        calm = _round(clients, writer, CALM_REPLIES, "", members - deaf)
        memory, began = server.memory_mib(), time.monotonic()
        sent, arrivals, held = _flood(server, clients, writer, members - deaf)
        dropped_after = _wait_for_sockets(server, members - deaf, began)
        clients.hear()
        _wait_for_sockets(server, members, began)
        clients.wait_until_ready()
        told, events = clients.told("post"), site.post_events(list(sent))
        took = _took(arrivals, sent)
        return Slow(
            members=members,
            deaf=deaf,
            replies=len(sent),
            calm_p99_ms=_ms(_took(*calm), 0.99),
            others_p50_ms=_ms(took, 0.5),
            others_p99_ms=_ms(took, 0.99),
            others_slowest_ms=_ms(took, 1),
            held_mib=round(held - memory, 1),
            may_be_held_mib=round(deaf * SOCKET_WAITING_BYTES / MIB, 1),
            dropped_after_s=round(dropped_after, 1),
            incomplete=sum(not events <= one.events for one in told),
            doubled=sum(count > 1 for one in told for count in one.live.values()),
        )


def _round(
    clients: Crowd, writer: Writer, replies: int, padding: str, hearing: int
) -> tuple[list[Arrival], dict[int, Sent]]:
    """Replies one after the other, and when the others heard of them."""
    sent: dict[int, Sent] = {}
    for _ in range(replies):
        one = writer.reply(padding)
        sent[one.post] = one
        time.sleep(BETWEEN_S)
    found: list[Arrival] = []
    until = time.monotonic() + PATIENCE_S
    while sum(len(one.seen) for one in found) < hearing * replies and time.monotonic() < until:
        found += [one for one in clients.report() if one.name == "post" and one.post in sent]
        time.sleep(0.1)
    return found, sent


def _flood(
    server: Running, clients: Crowd, writer: Writer, hearing: int
) -> tuple[dict[int, Sent], list[Arrival], float]:
    """Long replies; also the most memory that the server held meanwhile (MiB)."""
    sent: dict[int, Sent] = {}
    arrivals: list[Arrival] = []
    held = 0.0
    for _ in range(ROUNDS):
        found, some = _round(clients, writer, REPLIES_A_ROUND, PADDING, hearing)
        arrivals, sent = arrivals + found, sent | some
        held = max(held, server.memory_mib())
    return sent, arrivals, held


def _wait_for_sockets(server: Running, amount: int, began: float) -> float:
    """When only so many members (and the writer) were connected, in seconds from ``began``."""
    until = time.monotonic() + PATIENCE_S
    while server.sockets() != amount + 1:
        if time.monotonic() > until:
            raise SystemExit(f"{server.sockets() - 1} members are connected, not {amount}.")
        time.sleep(0.2)
    return time.monotonic() - began


def _took(arrivals: list[Arrival], sent: dict[int, Sent]) -> list[int]:
    return sorted(at - sent[one.post].began for one in arrivals for at in one.seen)


def _ms(values: list[int], share: float) -> float:
    return round(percentile(values, share) / NANO_IN_MS, 1)


def lines(found: Slow) -> list[Line]:
    """The figures beside their limits."""
    what = f"{found.deaf} of {found.members} don't read"
    return [
        Line(f"{what}: others, before, p99, ms", found.calm_p99_ms, None),
        Line(f"{what}: others wait, p99, ms", found.others_p99_ms, LIMIT_MS),
        Line(f"{what}: others wait, at most, ms", found.others_slowest_ms, None),
        Line(f"{what}: memory held for them, MiB", found.held_mib, found.may_be_held_mib),
        Line(f"{what}: all of those dropped after, s", found.dropped_after_s, None),
        Line(f"{what}: members who miss something", found.incomplete, 0),
        Line(f"{what}: pushed twice", found.doubled, 0),
    ]


def run(members: int = MEMBERS, deaf: int = DEAF) -> tuple[dict[str, object], list[Line]]:
    """On a database of its own."""
    with tempfile.TemporaryDirectory(prefix="ke-bench-") as name:
        around = surroundings()
        found = measure(make_site(Path(name), members), deaf)
        return {**around, **asdict(found)}, lines(found)


def main(words: list[str] | None = None) -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.slow", description=__doc__)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--deaf", type=int, default=DEAF)
    given = parser.parse_args(words)
    found, shown = run(given.members, given.deaf)
    write("slow", found)
    print(table(shown))


if __name__ == "__main__":
    main()
