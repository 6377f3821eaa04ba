"""When a digest is due: pure arithmetic of zones, hours and days."""

from __future__ import annotations

from collections import namedtuple
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from knowledge_exchange.core.ids import floor_id
from knowledge_exchange.notifications.digest import due_since, latest_hour

WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)
Row = namedtuple("Row", "digest digest_hour digest_weekday digest_at zone oldest")


@pytest.mark.parametrize(("year", "month", "day"), [(2026, 10, 25), (2027, 3, 28), (2026, 11, 22)])
@pytest.mark.parametrize("hour", [0, 1, 2, 8, 23])
def test_each_day_has_exactly_one_digest_also_when_clocks_change(year: int, month: int, day: int, hour: int) -> None:
    moment = datetime(year, month, day, tzinfo=UTC) - 2 * DAY
    last, times = latest_hour(hour, None, "Europe/London", moment), []
    while moment < datetime(year, month, day, tzinfo=UTC) + 2 * DAY:
        moment += timedelta(minutes=5)
        found = latest_hour(hour, None, "Europe/London", moment)
        if found != last:
            times.append(found)
            last = found
    days = [found.astimezone(ZoneInfo("Europe/London")).date() for found in times]
    assert days == [days[0] + number * DAY for number in range(len(days))]
    assert datetime(year, month, day, tzinfo=UTC).date() in days


def test_a_weekly_hour_is_found_up_to_a_week_back() -> None:
    moment = datetime(2026, 11, 22, 7, 59, tzinfo=UTC)  # a Sunday
    assert latest_hour(8, 6, "UTC", moment) == datetime(2026, 11, 15, 8, tzinfo=UTC)
    assert latest_hour(8, 6, "UTC", moment + timedelta(minutes=1)) == datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert latest_hour(8, 0, "UTC", moment) == datetime(2026, 11, 16, 8, tzinfo=UTC)


def test_of_somebody_new_it_counts_from_the_oldest_notice() -> None:
    monday = datetime(2026, 11, 23, 8, tzinfo=UTC)

    def due(told: datetime, at: datetime) -> datetime | None:
        return due_since(Row(None, None, None, None, "UTC", floor_id(told)), at)

    assert due(monday - HOUR, monday) == monday
    assert due(monday + HOUR, monday + 6 * DAY) is None
    assert due(monday + HOUR, monday + WEEK) == monday + WEEK


def test_one_that_could_not_be_sent_for_days_is_made_up_for_once() -> None:
    monday = datetime(2026, 11, 23, 8, tzinfo=UTC)
    row = Row("daily", 8, 0, monday, "UTC", floor_id(monday))
    assert due_since(row, monday + 3 * DAY + HOUR) == monday + 3 * DAY
