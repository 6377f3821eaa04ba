"""``python -m bench.watchers``: replies in a thread that thousands watch, over HTTP, one after the other.

All the watchers' notices are written before the author is answered.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import community, pages
from bench.community import Targets
from bench.figures import surroundings, write
from bench.processes import exchange
from bench.table import Line, table

WATCHERS, REPLIES = 5_000, 100
THREADS, POSTS = 100, 2_000
LIMIT_MS = 150.0
_FIRST_ID = 1 << 40

_BY_THREAD = """
    INSERT INTO participant (id, thread_id, member_id, level, last_read_id)
    SELECT ? + row_number() OVER (), ?, member.id, 'watching', 0 FROM member WHERE member.standing = 'active'
    ON CONFLICT (member_id, thread_id) DO UPDATE SET level = 'watching'
"""
_BY_NETWORK = """
    INSERT INTO network_level (member_id, network_id, level, read_up_to)
    SELECT member.id, network.id, 'watching', 0 FROM member, network
    WHERE network.slug = ? AND member.standing = 'active'
"""
_INTO_NETWORK = """
    INSERT INTO network_membership (member_id, network_id, role, origin, joined_at)
    SELECT member.id, network.id, 'member', 'joined', network.created_at FROM member, network
    WHERE network.slug = ? AND member.standing = 'active' ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Told:
    """What was measured: ms and CPU-ms of a reply, and of how many each was told."""

    told: float
    replies: int
    network: bool
    p50_ms: float
    p99_ms: float
    cpu_ms: float


def measure(watchers: int, replies: int, *, network: bool) -> Told:
    """Fill a database, have everybody watch the thread or its network, and write."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = community.settings_for(folder)
        community.seed(settings, POSTS, THREADS, members=watchers)
        targets = community.targets(settings, watchers)
        _watch(folder, targets, network)
        with exchange(settings) as server:
            found = pages.post_replies(server, targets, replies)
        told = _told(folder) / (replies + pages.WARM_UP_REPLIES)
    return Told(told, replies, network, found.p50_ms, found.p99_ms, found.cpu_ms)


def lines(found: Told) -> list[Line]:
    """The figures beside their limits."""
    what = f"a reply of which {found.told:,.0f} are told ({'network' if found.network else 'thread'})"
    return [
        Line(f"{what}: answered, p50, ms", round(found.p50_ms, 1), None),
        Line(f"{what}: answered, p99, ms", round(found.p99_ms, 1), LIMIT_MS),
        Line(f"{what}: CPU-ms", round(found.cpu_ms, 1), None),
    ]


def run(
    watchers: int = WATCHERS, replies: int = REPLIES, *, network: bool = False
) -> tuple[dict[str, object], list[Line]]:
    """Measured once."""
    around = surroundings()
    found = measure(watchers, replies, network=network)
    return {**around, **asdict(found)}, lines(found)


def main(words: list[str] | None = None) -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.watchers", description=__doc__)
    parser.add_argument("--watchers", type=int, default=WATCHERS)
    parser.add_argument("--replies", type=int, default=REPLIES)
    parser.add_argument("--network", action="store_true", help="they watch the network, not the thread")
    given = parser.parse_args(words)
    found, shown = run(given.watchers, given.replies, network=given.network)
    write("watchers", found)
    print(table(shown))


def _watch(folder: Path, targets: Targets, network: bool) -> None:
    """Everybody belongs to the network, and watches it or the thread; nothing has been told yet."""
    slug, thread_id = targets.network.rpartition("/")[2], int(targets.thread.rpartition("/")[2])
    with sqlite3.connect(folder / "exchange.sqlite3") as link:
        link.execute(_INTO_NETWORK, (slug,))
        if network:
            link.execute(_BY_NETWORK, (slug,))
        else:
            link.execute(_BY_THREAD, (_FIRST_ID, thread_id))
        link.execute("DELETE FROM notification")
    link.close()


def _told(folder: Path) -> int:
    link = sqlite3.connect(folder / "exchange.sqlite3")
    found = link.execute("SELECT count(*) FROM notification")
    amount = int(found.fetchone()[0])
    link.close()
    return amount


if __name__ == "__main__":
    main()
