"""Small brakes: time that runs out, an allowance that refills, logs that can't be flooded."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager

import gevent

from knowledge_exchange.realtime.limits import LOG_LINES_PER_MINUTE

WINDOW_SECONDS = 60.0


def within(seconds: float) -> AbstractContextManager[object, bool]:
    """Leave the block silently when ``seconds`` are over before it is."""
    return gevent.Timeout(seconds, False)  # type: ignore[arg-type, return-value]


class Allowance:
    """A bucket that refills at ``rate`` a second and holds at most ``burst``."""

    __slots__ = ("_burst", "_left", "_rate", "_then")

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._left = burst
        self._then = time.monotonic()

    def spend(self, cost: float) -> float:
        """Take ``cost`` and return how many seconds to wait for it (mostly 0)."""
        now = time.monotonic()
        self._left = min(self._burst, self._left + (now - self._then) * self._rate)
        self._then = now
        self._left -= cost
        return max(0.0, -self._left / self._rate)


class QuietLog:
    """Lets a few lines of each kind through per minute and counts the others.

    Who can cause a log line from outside can fill a disk, or bury the line that
    matters under a thousand others. The count of what was left out goes with
    the first line of the next minute.
    """

    def __init__(self, logger: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._logger = logger
        self._clock = clock
        self._seen: dict[str, tuple[float, int]] = {}

    def write(self, level: int, kind: str, *, error: BaseException | None = None, **facts: object) -> None:
        """Write ``kind`` with its facts (no personal data), unless it came too often.

        Of an ``error`` its kind and where it happened are written, not its words:
        "invalid literal: …" would repeat what somebody sent.
        """
        left_out = self._admit(kind)
        if left_out is None:
            return
        if error is not None:
            facts["error"] = type(error).__name__
        if left_out:
            facts["left_out"] = left_out
        shown = "".join(f" {name}={value}" for name, value in facts.items())
        where = "".join(traceback.format_tb(error.__traceback__)) if error else ""
        self._logger.log(level, "%s%s%s", kind, shown, f"\n{where}" if where else "")

    def _admit(self, kind: str) -> int | None:
        """None when the line is to be left out, else how many were left out before."""
        now = self._clock()
        since, count = self._seen.get(kind, (now, 0))
        left_out = 0
        if now - since >= WINDOW_SECONDS:
            left_out = max(0, count - LOG_LINES_PER_MINUTE)
            since, count = now, 0
        self._seen[kind] = (since, count + 1)
        return left_out if count < LOG_LINES_PER_MINUTE else None
