"""``python -m bench.live_all``: all that is measured of live sockets, one after the other; about five minutes.

Figures beside their limits; JSON in ``var/bench/live_all.json``. One that fails doesn't keep the others from running.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable

from bench import live, slow, storm, watchers
from bench.figures import surroundings, write
from bench.table import Line, table

Run = Callable[[], tuple[dict[str, object], list[Line]]]
RUNS: dict[str, Run] = {
    "live": live.run,
    "watchers": watchers.run,
    "slow": slow.run,
    "storm": lambda: storm.run(window_s=20.0),
}


def main(words: list[str] | None = None) -> None:
    """Measure, write, print; ends with 1 where something could not be measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.live_all", description=__doc__)
    parser.add_argument("--only", choices=RUNS, action="append", help="may be given again")
    given = parser.parse_args(words)
    found: dict[str, object] = surroundings()
    failed = []
    for name in given.only or RUNS:
        began = time.monotonic()
        try:
            figures, shown = RUNS[name]()
        except (SystemExit, AssertionError, OSError) as error:
            failed.append(name)
            print(f"{name}: could not be measured: {error}", flush=True)
            continue
        found[name] = figures
        print(table(shown), flush=True)
        print(f"({name}: {time.monotonic() - began:.0f} s, load {os.getloadavg()[0]:.1f})\n", flush=True)
        write("live_all", found)
    if failed:
        raise SystemExit(f"Not measured: {', '.join(failed)}.")


if __name__ == "__main__":
    main()
