"""``python -m bench.search``: finding, and pages, at 1,000,000 posts; JSON to ``var/bench/search-<database>.json``.

Two exchanges are filled by ``bench seed``, a small one (16,000 posts) and a large one (1,000,000, or ``--posts``), on
SQLite or (``--postgres ADDRESS``, with ``{}`` for the name, of databases ``ke_bench_small`` and ``ke_bench_large`` that
are there) on PostgreSQL; with ``--folder`` they are kept, and used again. Then one ordinary member asks each over one
connection, as ``serve`` runs it: times are those until the whole page is there. Pages are loaded as ``python -m bench``
loads them, the two in turns.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import asking, community, figures, load
from bench.processes import Running, exchange
from bench.table import Line, table

SMALL, LARGE = "small", "large"
#: Members, threads and posts: small as other measurements have it.
SIZES = {SMALL: (community.MEMBERS, community.THREADS, community.THREADS + community.REPLIES)}
MEMBERS, THREADS, POSTS = 2_000, 60_000, 1_000_000
PAGES = ("thread", "network", "home", *asking.SEARCHES)
#: Of a large exchange's pages, in those of a small one.
GROWTH = 1.2
NEWEST_MS = {"sqlite": 15.0, "postgresql": 60.0}
BEST_MS = 80.0
SMALL_CPU_MS = 1.5


@dataclass(frozen=True)
class Site:
    """One of the two exchanges: its settings, how it was filled, and who asks for what."""

    settings: dict[str, object]
    seed_posts_per_s: float
    goals: community.Targets


def main(words: list[str] | None = None) -> None:
    """Fill, measure, write, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument("--posts", type=int, default=POSTS, help="of the large exchange")
    parser.add_argument("--postgres", default="", metavar="ADDRESS", help="postgresql+psycopg://…/{}…")
    parser.add_argument("--folder", type=Path, help="keep both there, and use what is there")
    parser.add_argument("--rounds", type=int, default=3, help="each question and each page so often")
    parser.add_argument("--seconds", type=int, default=4, help="of load on each page")
    given = parser.parse_args(words)
    kind = "postgresql" if given.postgres else "sqlite"
    with _folder(given.folder) as folder:
        sites = {name: _site(folder / f"{kind}-{name}", given, name) for name in (SMALL, LARGE)}
        found = {**figures.surroundings(), "database": kind, "posts": given.posts, **_measured(sites, given)}
    found["seed_posts_per_s"] = {name: site.seed_posts_per_s for name, site in sites.items()}
    figures.write(f"search-{kind}", found)
    print(table(_lines(found)))


@contextmanager
def _folder(chosen: Path | None) -> Iterator[Path]:
    if chosen is not None:
        chosen.mkdir(parents=True, exist_ok=True)
        yield chosen
        return
    with tempfile.TemporaryDirectory(prefix="ke-bench-") as name:
        yield Path(name)


def _site(folder: Path, given: argparse.Namespace, name: str) -> Site:
    """The exchange of this size, filled unless that has been done."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = community.settings_for(folder)
    if given.postgres:
        settings["KE_DATABASE_URL"] = given.postgres.format(f"ke_bench_{name}")
    members, threads, posts = SIZES.get(name, (MEMBERS, max(1, given.posts * THREADS // POSTS), given.posts))
    mark = folder / "seeded"
    if not mark.exists():
        print(f"Filling the {name} one with {posts:,} posts…")
        mark.write_text(f"{community.seed(settings, posts - threads, threads, members):.0f}\n", encoding="utf-8")
    return Site(settings, float(mark.read_text(encoding="utf-8")), community.targets(settings, members))


def _measured(sites: dict[str, Site], given: argparse.Namespace) -> dict[str, Any]:
    with ExitStack() as stack:
        servers = {name: stack.enter_context(exchange(site.settings)) for name, site in sites.items()}
        asked = {
            name: asking.ask_all(servers[name], site.goals.cookie, site.goals.network, given.rounds)
            for name, site in sites.items()
        }
        pages = {page: _page(page, servers, sites, given) for page in PAGES}
    return {"search": asked, "pages": pages}


def _page(page: str, servers: dict[str, Running], sites: dict[str, Site], given: argparse.Namespace) -> dict[str, Any]:
    """A page of both in turns, so that whatever else the machine does hits them alike; the best of the rounds.

    CPU-ms are the exchange's own: what PostgreSQL does shows in the median time.
    """
    runs: dict[str, list[load.Load]] = {name: [] for name in sites}
    paths = {name: asking.place_of(servers[name], site.goals, page) for name, site in sites.items()}
    for _round in range(given.rounds):
        for name, site in sites.items():
            runs[name].append(load.measure(servers[name], paths[name], site.goals.cookie, given.seconds))
    found: dict[str, Any] = {}
    for what in ("cpu_ms", "p50_ms"):
        best = {name: min(getattr(run, what) for run in of_site) for name, of_site in runs.items()}
        found[what] = {name: round(cost, 3) for name, cost in best.items()}
        found[f"{what}_growth"] = round(best[LARGE] / best[SMALL], 2)
    return found


def _lines(found: dict[str, Any]) -> list[Line]:
    lines = [Line("posts", found["posts"], None)]
    for name, said in found["search"][LARGE].items():
        limit = NEWEST_MS[found["database"]] if said["order"] == "newest" else BEST_MS
        lines.append(Line(f"{name}, p95 ms", said["p95_ms"], limit))
    for page, cost in found["pages"].items():
        if page in asking.SEARCHES:
            lines.append(Line(f"{page}: CPU-ms where there are few posts", cost["cpu_ms"][SMALL], SMALL_CPU_MS))
        else:
            lines.append(Line(f"{page} page: growth of its CPU-ms", cost["cpu_ms_growth"], GROWTH))
            lines.append(Line(f"{page} page: growth of its median time", cost["p50_ms_growth"], GROWTH))
    return lines


if __name__ == "__main__":
    main()
