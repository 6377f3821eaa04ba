"""When a member wishes to be left in peace: pure arithmetic of pauses and of hours of the day.

Nothing is lost meanwhile: notices are written, listed and counted as ever. Only what hurries them along (toasts,
e-mail) waits.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol

from knowledge_exchange.core.i18n import zone_of

MINUTES_AN_HOUR = 60
MINUTES_A_DAY = 24 * MINUTES_AN_HOUR
_DAY = timedelta(days=1)
#: A change of the clocks is found to this precision, that of the zone database.
_SECOND = timedelta(seconds=1)
#: Most members choose the same few hours, and are asked about hundreds at a time.
_MOST_MOMENTS = 1024


class Peace(Protocol):
    """What of a member's settings says when they wish to be left in peace (a row of ``notice_settings``)."""

    @property
    def paused_until(self) -> datetime | None:
        """Aware; nothing hurries before it."""

    @property
    def quiet_from(self) -> int | None:
        """Minutes after midnight in the member's zone, 0 to 1439."""

    @property
    def quiet_to(self) -> int | None:
        """The same; smaller than ``quiet_from`` where it is of the day after."""


def quiet_until(settings: Peace | None, zone: str, at: datetime) -> datetime | None:
    """When the peace ends in which the (aware) moment ``at`` lies, in UTC; None when it lies in none.

    ``zone`` is the member's. Where a pause and do-not-disturb meet, the end of the whole. Without settings nobody
    is ever left in peace.
    """
    if settings is None:
        return None
    paused = settings.paused_until
    end = paused if paused is not None and paused > at else at
    if settings.quiet_from is not None and settings.quiet_to is not None:
        # One may begin within the other; on the night when an hour comes twice, even within itself.
        while (later := _disturbed_from(settings.quiet_from, settings.quiet_to, zone, end)) is not None:
            end = later
    return end.astimezone(UTC) if end > at else None


def _disturbed_from(begin: int, finish: int, zone: str, at: datetime) -> datetime | None:
    """The end of the do-not-disturb hours that ``at`` lies in, if it does."""
    if begin == finish:
        return None
    over = 1 if finish < begin else 0
    today = at.astimezone(zone_of(zone)).date()
    for day in (today - _DAY, today):
        ends = moment_of(day + over * _DAY, finish, zone, last=True)
        if at < ends and at >= moment_of(day, begin, zone):
            return ends
    return None


@lru_cache(maxsize=_MOST_MOMENTS)
def moment_of(day: date, minute: int, zone: str, *, last: bool = False) -> datetime:
    """When clocks in that zone show ``minute`` (after midnight) of a day, in UTC.

    On the day when an hour comes twice: for the first time, or with ``last`` for the last. On the day when it is
    left out: the moment when clocks are put forward over it.
    """
    there = zone_of(zone)
    clock = time(minute // MINUTES_AN_HOUR, minute % MINUTES_AN_HOUR)
    wall = datetime.combine(day, clock, tzinfo=there)
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if second >= first:
        return second if last else first
    # It is never shown, and of the two the second is too early: somewhere between them clocks change.
    before, after = second, first
    while after - before > _SECOND:
        middle = before + (after - before) / 2
        if middle.astimezone(there).replace(tzinfo=None) < wall.replace(tzinfo=None):
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)
