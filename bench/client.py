"""A small load client for machines without wrk: ``python -m bench.client URL COOKIE CONNECTIONS SECONDS``.

Prints how many requests were answered and the median time (ms). Fails on any answer but 200.
"""

from __future__ import annotations

import http.client
import statistics
import sys
import threading
import time
from urllib.parse import urlsplit

MILLI = 1000


def main(url: str, cookie: str, connections: int, seconds: float) -> None:
    """Keep so many connections busy for so long."""
    until, times, faults = time.monotonic() + seconds, list[float](), list[str]()
    workers = [threading.Thread(target=_ask, args=(url, cookie, until, times, faults)) for _ in range(connections)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if faults:
        sys.exit(faults[0])
    print(len(times), statistics.median(times) * MILLI)


def _ask(url: str, cookie: str, until: float, times: list[float], faults: list[str]) -> None:
    parts = urlsplit(url)
    link = http.client.HTTPConnection(parts.hostname or "", parts.port)
    goal = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    while time.monotonic() < until and not faults:
        began = time.monotonic()
        link.request("GET", goal, headers={"Cookie": cookie})
        answer = link.getresponse()
        answer.read()
        if answer.status != http.HTTPStatus.OK:
            faults.append(f"{url} answered {answer.status}")
        times.append(time.monotonic() - began)
    link.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
