"""Whether the doors tell by their time, or by anything else, who has an account: ``python -m bench.doors``.

Each door is tried ``--tries`` times with somebody (or something) that exists and as often with somebody that doesn't,
in turns, each pair in an order drawn by lot. Once as operators run it (KE_MIN_ANSWER_MS at its default), and once
without that floor: what would show through if a busy server took longer than the floor. Medians of the time and
of the server's work (CPU), and their ratios; status, headers and body must be the same. JSON to
``var/bench/doors.json``.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import doors_site, figures
from bench.community import settings_for
from bench.doors_tries import Door, Visitor, all_doors
from bench.processes import Running, exchange
from tests.support.lying_union import Liar, lying

#: By how much the medians may differ.
MOST_APART = 0.05
WARM_UP = 5
FLOOR_MS = 300
LOTS = 7
TOGETHER = 2
_HEAD = f"{'door':<62} {'exists':>8} {'not':>8} {'ratio':>7} {'CPU':>7} {'CPU not':>7} {'ratio':>7}  otherwise"


@dataclass(frozen=True)
class Found:
    """One door: medians of time (ms) and of the server's work (CPU-ms), their ratios; whether all else is alike."""

    door: str
    known_ms: float
    unknown_ms: float
    ratio: float
    known_cpu_ms: float
    unknown_cpu_ms: float
    cpu_ratio: float
    same: bool

    @property
    def kept(self) -> bool:
        """Whether nothing shows."""
        return self.same and abs(self.ratio - 1) <= MOST_APART


def main(words: list[str] | None = None) -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(prog="python -m bench.doors", description=__doc__)
    parser.add_argument("--tries", type=int, default=200, help="of each kind at each door")
    parser.add_argument("--only", default="", help="doors whose name holds this")
    parser.add_argument("--floor", type=int, action="append", help="KE_MIN_ANSWER_MS (300, then 0)")
    given = parser.parse_args(words)
    where = figures.surroundings()
    floors = given.floor or [FLOOR_MS, 0]
    with tempfile.TemporaryDirectory(prefix="ke-doors-") as name, lying() as liar:
        settings = {**settings_for(Path(name)), **liar.settings, "KE_SECOND_FACTOR": "off"}
        print("Seeding…")
        site = doors_site.seed(settings, len(floors) * (given.tries + WARM_UP))
        found = {}
        for turn, floor_ms in enumerate(floors):
            print(f"\nat least {floor_ms} ms\n{_HEAD}", flush=True)
            found[floor_ms] = _run(settings, site, liar, given, floor_ms=floor_ms, first=turn * (given.tries + WARM_UP))
    told = {f"at_least_{floor_ms}_ms": [asdict(one) for one in lines] for floor_ms, lines in found.items()}
    figures.write("doors", {**where, "tries": given.tries, **told})


def _run(
    settings: Mapping[str, object],
    site: doors_site.Site,
    liar: Liar,
    given: argparse.Namespace,
    *,
    floor_ms: int,
    first: int,
) -> list[Found]:
    with exchange({**settings, "KE_MIN_ANSWER_MS": floor_ms}) as server:
        doors = [door for door in all_doors(site, liar, server.url) if given.only in door.name]
        lots = random.Random(LOTS)
        seeds = [lots.random() for _ in doors]
        # Without the floor one after the other: the work of two at once could not be told apart.
        with ThreadPoolExecutor(TOGETHER if floor_ms else 1) as pool:
            tried = [pool.submit(_try, server, *pair, given.tries, first) for pair in zip(doors, seeds, strict=True)]
            return [one.result() for one in tried]


def _try(server: Running, door: Door, lot: float, tries: int, first: int) -> Found:
    visitor = Visitor(server.port)
    lots = random.Random(lot)
    times: dict[bool, list[float]] = {True: [], False: []}
    work: dict[bool, list[float]] = {True: [], False: []}
    seen = set()
    for index in range(first, first + tries + WARM_UP):
        for known in lots.sample([True, False], 2):
            what = door.ask(visitor, index, known)
            before = server.exact_cpu_ms()
            took_ms, looks = visitor.ask(what)
            seen.add(looks)
            if index >= first + WARM_UP:
                times[known].append(took_ms)
                work[known].append(server.exact_cpu_ms() - before)
    visitor.close()
    ms = {known: statistics.median(taken) for known, taken in times.items()}
    cpu = {known: statistics.median(taken) for known, taken in work.items()}
    found = Found(
        door=door.name,
        known_ms=round(ms[True], 2),
        unknown_ms=round(ms[False], 2),
        ratio=round(ms[True] / ms[False], 4),
        known_cpu_ms=round(cpu[True], 3),
        unknown_cpu_ms=round(cpu[False], 3),
        cpu_ratio=round(cpu[True] / cpu[False], 4),
        same=len(seen) == 1,
    )
    print(_line(found), flush=True)
    return found


def _line(one: Found) -> str:
    return (
        f"{one.door:<62} {one.known_ms:>8.1f} {one.unknown_ms:>8.1f} {one.ratio:>7.3f} {one.known_cpu_ms:>7.2f} "
        f"{one.unknown_cpu_ms:>7.2f} {one.cpu_ratio:>7.3f}  {'the same' if one.same else 'DIFFERENT'}"
        f"{'' if one.kept else '  NOT KEPT'}"
    )


if __name__ == "__main__":
    main()
