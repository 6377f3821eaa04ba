"""``python -m bench.live``: how soon, how surely and at what cost thousands hear of a reply.

Two runs on the real exchange: everybody has the thread open and hears a ``post``; then everybody watches the
thread elsewhere and is told by a ``notification``. A member writes a reply each second over HTTP; time counts
from the moment the request begins to be sent to the moment the client has read the event. The clients live in a
process of their own; how long events waited there, in the kernel, for the client to read them is measured too.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.crowd import Arrival, Crowd, crowd
from bench.figures import percentile, surroundings, write
from bench.live_site import Sent, Site, Writer, make_site
from bench.processes import Running, exchange
from bench.table import Line, table

MEMBERS, REPLIES = 2_000, 30
EVERY_S = 1.0
CONNECT_WITHIN_S = 8.0
SETTLE_S = 2.0
IDLE_S = 4.0
ARRIVE_S = 10.0
ALONE_REPLIES = 20
ALONE_EVERY_S = 0.2
MICRO, NANO_IN_MS = 1_000, 1_000_000
KB_IN_MIB = 1_048.576
#: What is told, and the level that everybody then has for the thread.
RUNS = {"post": "normal", "notification": "watching"}


@dataclass
class Heard:
    """One run's figures: ms, CPU-ms, µs of CPU for each event delivered, kB."""

    event: str
    members: int
    replies: int
    p50_ms: float
    p99_ms: float
    slowest_ms: float
    arrived_p50_ms: float  # in the kernel, without the client
    arrived_p99_ms: float
    client_lag_p99_ms: float
    client_cpu_share: float
    lost: int
    doubled: int
    wrong_badges: int
    answer_p50_ms: float
    answer_p99_ms: float
    event_cpu_us: float
    reply_alone_cpu_ms: float  # with nobody connected
    idle_cpu_ms_per_s: float
    socket_kb: float
    connect_cpu_ms: float  # of each, signing in, watching and catching up included


@dataclass(frozen=True)
class Costs:
    """What the server spends besides delivering: CPU-ms of a reply alone, a second, a socket; MiB of a socket."""

    reply: float
    second: float
    connecting: float
    socket_mib: float


def measure(site: Site, clients: Crowd, server: Running, event: str, replies: int) -> Heard:
    """Everybody connects, a reply each second, and all of it added up."""
    writer = Writer(server.port, site.writer, site.thread)
    costs = _connect(site, clients, server, writer, event)
    clients.report()
    own, cpu, began = clients.cpu_s, server.cpu_ms(), time.monotonic()
    sent = _write(writer, replies)
    arrivals = _arrivals(clients, event, sent, len(site.cookies))
    took = time.monotonic() - began
    cpu = server.cpu_ms() - cpu - costs.second * took - costs.reply * replies
    told = clients.told(event)
    badges = site.badges() if event == "notification" else []
    delivered = sum(sum(one.live.values()) for one in told)
    different = sum(len(one.live) for one in told)
    return Heard(
        event=event,
        members=len(site.cookies),
        replies=replies,
        **_times(arrivals, sent),
        client_cpu_share=round((clients.cpu_s - own) / took, 2),
        lost=len(site.cookies) * replies - different,
        doubled=delivered - different,
        wrong_badges=sum(one.unread != badge for one, badge in zip(told, badges, strict=False)),
        event_cpu_us=round(cpu / max(delivered, 1) * MICRO, 1),
        reply_alone_cpu_ms=round(costs.reply, 1),
        idle_cpu_ms_per_s=round(costs.second, 1),
        socket_kb=round(costs.socket_mib * KB_IN_MIB, 1),
        connect_cpu_ms=round(costs.connecting, 2),
    )


def _connect(site: Site, clients: Crowd, server: Running, writer: Writer, event: str) -> Costs:
    """Everybody connects; what that costs, and what else is spent."""
    amount = len(site.cookies)
    alone = _cost_alone(server, writer)
    memory, cpu = server.memory_mib(), server.cpu_ms()
    clients.place(site.cookies, server.port, server.url, site.thread if event == "post" else None)
    clients.connect(within=CONNECT_WITHIN_S, returns=True)
    clients.wait_until_ready()
    connecting = (server.cpu_ms() - cpu) / amount
    time.sleep(SETTLE_S)
    memory = (server.memory_mib() - memory) / amount
    return Costs(alone, _idle_cost(server), connecting, memory)


def _times(arrivals: list[Arrival], sent: dict[int, Sent]) -> dict[str, float]:
    """How long it took until events were in the kernel, until the clients had read them, and authors had an answer."""
    seen = sorted(at - sent[one.post].began for one in arrivals for at in one.seen)
    there = sorted(at - sent[one.post].began for one in arrivals for at in one.arrived)
    lags = sorted(at - before for one in arrivals for at, before in zip(one.seen, one.arrived, strict=True))
    answers = sorted(one.answered - one.began for one in sent.values())
    return {
        "p50_ms": _ms(seen, 0.5),
        "p99_ms": _ms(seen, 0.99),
        "slowest_ms": _ms(seen, 1),
        "arrived_p50_ms": _ms(there, 0.5),
        "arrived_p99_ms": _ms(there, 0.99),
        "client_lag_p99_ms": _ms(lags, 0.99),
        "answer_p50_ms": _ms(answers, 0.5),
        "answer_p99_ms": _ms(answers, 0.99),
    }


def _cost_alone(server: Running, writer: Writer) -> float:
    """CPU-ms of a reply that is written, and told to those who watch, with nobody connected."""
    _write(writer, ALONE_REPLIES // 4, ALONE_EVERY_S)
    idle, cpu, began = _idle_cost(server), server.cpu_ms(), time.monotonic()
    _write(writer, ALONE_REPLIES, ALONE_EVERY_S)
    return (server.cpu_ms() - cpu - idle * (time.monotonic() - began)) / ALONE_REPLIES


def _idle_cost(server: Running) -> float:
    """CPU-ms a second, while nothing happens."""
    cpu, began = server.cpu_ms(), time.monotonic()
    time.sleep(IDLE_S)
    return (server.cpu_ms() - cpu) / (time.monotonic() - began)


def _write(writer: Writer, replies: int, every_s: float = EVERY_S) -> dict[int, Sent]:
    """So many replies, one begun every so often, or as soon as the one before is answered."""
    sent, due = {}, time.monotonic()
    for _ in range(replies):
        time.sleep(max(0.0, due - time.monotonic()))
        due += every_s
        one = writer.reply()
        sent[one.post] = one
    return sent


def _arrivals(clients: Crowd, event: str, sent: dict[int, Sent], members: int) -> list[Arrival]:
    """What the clients heard of these replies; waits for what is still under way."""
    found: list[Arrival] = []
    until = time.monotonic() + ARRIVE_S
    while time.monotonic() < until:
        found += [one for one in clients.report() if one.name == event and one.post in sent]
        if sum(len(one.seen) for one in found) >= members * len(sent):
            break
        time.sleep(0.2)
    return found


def _ms(values: list[int], share: float) -> float:
    return round(percentile(values, share) / NANO_IN_MS, 1)


def lines(found: Heard) -> list[Line]:
    """A run's figures beside their limits."""
    notice = found.event == "notification"
    what = f"`{found.event}` to {found.members:,}"
    return [
        Line(f"{what}: p50, ms", found.p50_ms, None if notice else 100),
        Line(f"{what}: p99, ms", found.p99_ms, 500 if notice else 250),
        Line(f"{what}: in the kernel, p99, ms", found.arrived_p99_ms, None),
        Line(f"{what}: waited for the client, p99, ms", found.client_lag_p99_ms, None),
        Line(f"{what}: the client's share of a core", found.client_cpu_share, None),
        Line(f"{what}: lost", found.lost, 0),
        Line(f"{what}: doubled", found.doubled, 0),
        *([Line(f"{what}: wrong badges", found.wrong_badges, 0)] if notice else []),
        Line(f"{what}: server CPU for each, µs", found.event_cpu_us, 70),
        Line(f"{what}: the reply itself, CPU-ms", found.reply_alone_cpu_ms, None),
        Line(f"{what}: its author is answered, p99, ms", found.answer_p99_ms, None),
        Line("idle socket, kB", found.socket_kb, 70),
        Line("connecting a socket, CPU-ms", found.connect_cpu_ms, None),
    ]


def run(
    members: int = MEMBERS, replies: int = REPLIES, events: Sequence[str] = tuple(RUNS)
) -> tuple[dict[str, object], list[Line]]:
    """The runs, on a database of their own."""
    found: dict[str, object] = surroundings()
    shown: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="ke-bench-") as name:
        site = make_site(Path(name), members)
        for event in events:
            site.set_level(RUNS[event])
            with exchange(site.settings) as server, crowd() as clients:
                heard = measure(site, clients, server, event, replies)
            found[event] = asdict(heard)
            shown += lines(heard)
    return found, shown


def main(words: list[str] | None = None) -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.live", description=__doc__)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--replies", type=int, default=REPLIES)
    parser.add_argument("--event", choices=RUNS, action="append", help="only this one")
    given = parser.parse_args(words)
    found, shown = run(given.members, given.replies, given.event or tuple(RUNS))
    write("live", found)
    print(table(shown))


if __name__ == "__main__":
    main()
