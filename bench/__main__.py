"""``python -m bench``: measure the exchange against its figures; JSON to ``var/bench/figures.json``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench import community, load, pages
from bench.importing import import_rate
from bench.processes import ROOT, Running, exchange, yardstick
from bench.table import Line, table

OUTPUT = ROOT / "var" / "bench" / "figures.json"
SETTLE_S = 2.0
PAGE_LIMITS = {"thread": 0.8, "network": 0.8, "home": 1.0}
YARDSTICKS = 3.5


def main(words: list[str] | None = None) -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=int, default=5, help="of load on each page")
    parser.add_argument("--replies", type=int, default=200, help="posted, one after the other")
    parser.add_argument("--rounds", type=int, default=2, help="each page so often; the best counts")
    given = parser.parse_args(words)
    with _folder() as folder:
        found = _measured(folder, given)
    OUTPUT.parent.mkdir(parents=True, exist_ok=True)
    OUTPUT.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(table(_lines(found)))
    print(f"\n{OUTPUT.relative_to(ROOT)} holds these figures.")


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ke-bench-") as name:
        yield Path(name)


def _measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    settings = community.settings_for(folder)
    print("Seeding the community…")
    found: dict[str, Any] = {**_where(), "seed_posts_per_s": community.seed(settings)}
    goals = community.targets(settings)
    with exchange(settings) as server:
        time.sleep(SETTLE_S)
        found["idle_memory_mib"] = round(server.memory_mib(), 1)
        found["idle_processes"] = server.processes()
        browser = pages.Browser(server, goals.cookie)
        paths = {}
        for name in PAGE_LIMITS:
            path, body = browser.get(getattr(goals, name))
            raw, packed = pages.sizes(body)
            paths[name] = path
            found[name] = {"raw_kb": round(raw, 1), "gzip_kb": round(packed, 1), "bytes": len(body)}
        _load(found, server, paths, goals.cookie, given)
        replies = pages.post_replies(server, goals, given.replies)
        found["reply"] = {name: round(value, 2) for name, value in vars(replies).items()}
        found["memory_after_load_mib"] = round(server.memory_mib(), 1)
    for name, counts in pages.statements(settings, paths, goals.cookie).items():
        found[name]["statements_first"], found[name]["statements"] = counts
    found["import"] = import_rate(folder / "import")
    return found


def _where() -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "load_before": os.getloadavg()[0],
        "client": load.client_name(),
    }


def _load(found: dict[str, Any], server: Running, paths: dict[str, str], cookie: str, given: Any) -> None:
    """Page after page in turns, so that whatever else the machine does hits all alike."""
    runs: dict[str, list[load.Load]] = {name: [] for name in ("yardstick", *paths)}
    with yardstick(found["thread"]["bytes"]) as bare:
        for number in range(given.rounds):
            print(f"Round {number + 1} of {given.rounds}…")
            runs["yardstick"].append(load.measure(bare, "/", "", given.seconds))
            for name, path in paths.items():
                runs[name].append(load.measure(server, path, cookie, given.seconds))
    for name, of_page in runs.items():
        best = min(of_page, key=lambda run: run.cpu_ms)
        cost = {"cpu_ms": round(best.cpu_ms, 3), "p50_ms": round(best.p50_ms, 2), "requests": best.requests}
        found.setdefault(name, {}).update(cost)
    for name in paths:
        found[name]["yardsticks"] = round(found[name]["cpu_ms"] / found["yardstick"]["cpu_ms"], 2)


def _lines(found: dict[str, Any]) -> list[Line]:
    lines = [Line("yardstick: a constant string, CPU-ms", found["yardstick"]["cpu_ms"], None)]
    for name, limit in PAGE_LIMITS.items():
        lines.append(Line(f"{name} page, CPU-ms", found[name]["cpu_ms"], limit))
        lines.append(Line(f"{name} page, SQL statements", found[name]["statements"], 8))
    lines += [
        Line("thread page, yardsticks", found["thread"]["yardsticks"], YARDSTICKS),
        Line("thread page, HTML, kB", found["thread"]["raw_kb"], 45),
        Line("thread page, HTML packed, kB", found["thread"]["gzip_kb"], 9),
        Line("posting a reply, CPU-ms", found["reply"]["cpu_ms"], 4),
        Line("idle memory, all processes, MiB", found["idle_memory_mib"], 120),
        Line("seeding, posts/s", found["seed_posts_per_s"], 3000, at_least=True),
    ]
    if found["import"]:
        lines.append(Line("import, posts/s", found["import"]["posts_per_s"], 300, at_least=True))
    return lines


if __name__ == "__main__":
    main()
