"""``python -m bench.watchers``: replies in a thread that thousands watch, over HTTP, one after the other.

All the watchers' notices are written before the author is answered. The machine is shared: the load is said.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
from pathlib import Path

from bench import community, pages
from bench.community import Targets
from bench.processes import exchange

WATCHERS, REPLIES = 5_000, 50
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


def main(words: list[str] | None = None) -> None:
    """Seed, time, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.watchers", description=__doc__)
    parser.add_argument("--watchers", type=int, default=WATCHERS)
    parser.add_argument("--replies", type=int, default=REPLIES)
    parser.add_argument("--network", action="store_true", help="they watch the network, not the thread")
    given = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = community.settings_for(folder)
        community.seed(settings, POSTS, THREADS, members=given.watchers)
        targets = community.targets(settings, folder, given.watchers)
        _watch(folder, targets, given.network)
        with exchange(settings) as server:
            found = pages.post_replies(server, targets, given.replies)
        told = _told(folder) / (given.replies + pages.WARM_UP_REPLIES)
    whom = "the network" if given.network else "the thread"
    print(f"{given.replies} replies, {told:,.0f} told of each, who watch {whom}; load {os.getloadavg()[0]:.1f}")
    print(
        f"p50 {found.p50_ms:.0f} ms, p99 {found.p99_ms:.0f} ms (limit {LIMIT_MS:.0f}); {found.cpu_ms:.0f} CPU-ms each"
    )


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
