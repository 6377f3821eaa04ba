"""``python -m bench.storm``: thousands of browsers come back within five seconds, without their jitter.

Twice: all connections are cut (as by a proxy that is restarted), and the exchange itself is restarted. Meanwhile
some people read a page, four times a second each, and replies are written, all of which everybody must know of
in the end. Browsers wait and try again as the page does, but without its jitter.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.crowd import Crowd, crowd
from bench.figures import percentile, surroundings, write
from bench.live_site import Site, Writer, make_site
from bench.page_reader import PageReader, reading
from bench.processes import MILLI, Running, exchange
from bench.table import Line, table

MEMBERS = 2_000
WITHIN_S = 5.0
#: Pages are measured for so long from the moment when nobody is connected.
WINDOW_S = 30.0
BEFORE_S = 3.0
REPLIES = 3
REPLY_EVERY_S = 1.0
LIMIT_MS = 2_000.0


@dataclass
class Storm:
    """What happened when all came back: s, ms, CPU-ms of each who did."""

    kind: str
    members: int
    all_back_s: float
    back_p50_s: float
    ends: dict[str, int]  # why connections ended or were refused meanwhile
    page_p50_ms: float
    page_p99_ms: float
    page_slowest_ms: float
    pages: int
    quiet_page_p99_ms: float  # before the storm
    away_s: float  # no server to ask
    connect_cpu_ms: float
    incomplete: int
    doubled: int


def cut(site: Site, members: int, window_s: float) -> Storm:
    """The connections are cut; the exchange goes on."""
    with exchange(site.settings) as server, crowd() as clients:
        writer = _gathered(site, clients, server)
        quiet = _quiet_pages(server, site, writer)
        cpu = server.cpu_ms()
        clients.cut()
        with reading(server.port, writer.page, site.writer) as reader:
            began = time.monotonic()
            clients.connect(within=WITHIN_S, returns=True)
            posts = _write(writer)
            took = clients.wait_until_ready()
            back, cpu = time.monotonic() - began, (server.cpu_ms() - cpu) / members
            time.sleep(max(0.0, window_s - back))
        return _figures("cut", site, clients, reader, posts, took, back, cpu, quiet)


def restart(site: Site, members: int, window_s: float) -> Storm:
    """The exchange is stopped and started again."""
    with crowd() as clients:
        with exchange(site.settings) as server:
            writer = _gathered(site, clients, server)
            quiet, port = _quiet_pages(server, site, writer), server.port
        with reading(port, writer.page, site.writer) as reader:
            began = time.monotonic()
            with exchange(site.settings, port) as server:
                posts = _write(Writer(port, site.writer, site.thread))
                clients.wait_until_ready()
                back, cpu = time.monotonic() - began, server.cpu_ms() / members
                time.sleep(max(0.0, window_s - back))
                reader.end()
                return _figures("restart", site, clients, reader, posts, [], back, cpu, quiet)


def _gathered(site: Site, clients: Crowd, server: Running) -> Writer:
    """Everybody is there and has heard of a reply."""
    clients.place(site.cookies, server.port, server.url, site.thread)
    clients.connect(within=WITHIN_S, returns=True)
    clients.wait_until_ready()
    writer = Writer(server.port, site.writer, site.thread)
    writer.reply()
    return writer


def _quiet_pages(server: Running, site: Site, writer: Writer) -> PageReader:
    with reading(server.port, writer.page, site.writer) as reader:
        time.sleep(BEFORE_S)
    return reader


def _write(writer: Writer) -> list[int]:
    posts = []
    for _ in range(REPLIES):
        time.sleep(REPLY_EVERY_S)
        posts.append(writer.reply().post)
    return posts


def _figures(
    kind: str,
    site: Site,
    clients: Crowd,
    reader: PageReader,
    posts: list[int],
    took: list[float],
    back: float,
    cpu: float,
    quiet: PageReader,
) -> Storm:
    if reader.faults:
        raise SystemExit(reader.faults[0])
    events, told, pages = site.post_events(posts), clients.told("post"), sorted(reader.took)
    assert len(events) == len(posts)
    return Storm(
        kind=kind,
        members=len(told),
        all_back_s=round(back, 1),
        back_p50_s=round(percentile(took, 0.5), 1),
        ends=clients.ends,
        page_p50_ms=round(percentile(pages, 0.5) * MILLI, 1),
        page_p99_ms=round(percentile(pages, 0.99) * MILLI, 1),
        page_slowest_ms=round(percentile(pages, 1) * MILLI, 1),
        pages=len(pages),
        quiet_page_p99_ms=round(percentile(sorted(quiet.took), 0.99) * MILLI, 1),
        away_s=round(max(reader.not_there) - min(reader.not_there), 1) if reader.not_there else 0,
        connect_cpu_ms=round(cpu, 2),
        incomplete=sum(not events <= one.events for one in told),
        doubled=sum(count > 1 for one in told for count in one.live.values()),
    )


def lines(found: Storm) -> list[Line]:
    """A storm's figures beside their limits."""
    what = {"cut": "connections cut", "restart": "exchange restarted"}[found.kind]
    return [
        Line(f"{what}: all {found.members:,} are back after, s", found.all_back_s, None),
        Line(f"{what}: tries that failed", sum(found.ends.values()) - found.members, None),
        Line(f"{what}: members who miss something", found.incomplete, 0),
        Line(f"{what}: pushed twice", found.doubled, 0),
        Line(f"{what}: page, p50, ms", found.page_p50_ms, None),
        Line(f"{what}: page, p99, ms", found.page_p99_ms, LIMIT_MS),
        Line(f"{what}: page before, p99, ms", found.quiet_page_p99_ms, None),
        Line(f"{what}: server CPU for each who came, ms", found.connect_cpu_ms, None),
    ]


def run(members: int = MEMBERS, window_s: float = WINDOW_S) -> tuple[dict[str, object], list[Line]]:
    """Both storms, on a database of their own."""
    found: dict[str, object] = surroundings()
    shown: list[Line] = []
    with tempfile.TemporaryDirectory(prefix="ke-bench-") as name:
        site = make_site(Path(name), members)
        for storm in (cut, restart):
            one = storm(site, members, window_s)
            found[one.kind] = asdict(one)
            shown += lines(one)
    return found, shown


def main(words: list[str] | None = None) -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.storm", description=__doc__)
    parser.add_argument("--members", type=int, default=MEMBERS)
    parser.add_argument("--window", type=float, default=WINDOW_S, help="seconds in which pages are measured")
    given = parser.parse_args(words)
    found, shown = run(given.members, given.window)
    write("storm", found)
    print(table(shown))


if __name__ == "__main__":
    main()
