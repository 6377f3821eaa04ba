"""When a member is left in peace: pauses, hours of the day, and the nights when clocks change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from knowledge_exchange.notifications.quiet import MINUTES_A_DAY, moment_of, quiet_until

#: With and without summer time, half hours, both sides of the world, and clocks that change at midnight.
ZONES = ("Europe/London", "Asia/Kolkata", "America/St_Johns", "Australia/Lord_Howe", "America/Havana", "Africa/Cairo")
LONDON = "Europe/London"


@dataclass(frozen=True)
class Peace:
    paused_until: datetime | None = None
    quiet_from: int | None = None
    quiet_to: int | None = None


#: The same examples on every machine, however slow it is at the moment.
steadily = settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.filter_too_much])
_FIRST = datetime(2020, 1, 1, tzinfo=UTC)
moments = st.integers(0, 15 * 365 * MINUTES_A_DAY * 60).map(lambda seconds: _FIRST + timedelta(seconds=seconds))
minutes = st.integers(0, MINUTES_A_DAY - 1)
zones = st.sampled_from(ZONES)
pauses = st.none() | moments


def at(text: str, zone: str = LONDON, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def hours(begin: str, finish: str) -> Peace:
    clocks = [datetime.strptime(text, "%H:%M").replace(tzinfo=UTC) for text in (begin, finish)]
    return Peace(None, *(clock.hour * 60 + clock.minute for clock in clocks))


@steadily
@given(moments, zones)
def test_whoever_set_nothing_is_never_left_in_peace(moment: datetime, zone: str) -> None:
    assert quiet_until(None, zone, moment) is None
    assert quiet_until(Peace(), zone, moment) is None


@steadily
@given(moments, pauses, minutes, minutes, zones)
@example(at("2026-10-25 01:40", fold=0), None, 100, 90, LONDON)
def test_peace_ends_later_than_it_is_asked_for_and_is_over_at_its_end(
    moment: datetime, paused: datetime | None, begin: int, finish: int, zone: str
) -> None:
    peace = Peace(paused, begin, finish)
    end = quiet_until(peace, zone, moment)
    assume(end is not None)
    assert end is not None
    assert end > moment
    assert end.tzinfo is UTC
    assert quiet_until(peace, zone, end) is None


@steadily
@given(moments, pauses, minutes, minutes, zones, st.floats(0, 0.999))
def test_within_one_peace_every_moment_has_the_same_end(
    moment: datetime, paused: datetime | None, begin: int, finish: int, zone: str, share: float
) -> None:
    peace = Peace(paused, begin, finish)
    end = quiet_until(peace, zone, moment)
    assume(end is not None)
    assert end is not None
    assert quiet_until(peace, zone, moment + (end - moment) * share) == end


@steadily
@given(moments, minutes, minutes, zones)
def test_on_days_without_a_change_of_clocks_the_wall_clock_tells(
    moment: datetime, begin: int, finish: int, zone: str
) -> None:
    around = [(moment + timedelta(days=days)).astimezone(ZoneInfo(zone)).utcoffset() for days in (-2, -1, 0, 1, 2)]
    assume(len(set(around)) == 1)
    wall = moment.astimezone(ZoneInfo(zone))
    now = wall.hour * 60 + wall.minute
    expected = begin <= now < finish if begin < finish else now >= begin or now < finish
    assert (quiet_until(Peace(None, begin, finish), zone, moment) is not None) == (expected and begin != finish)


@steadily
@given(moments, moments, minutes, minutes, zones)
def test_a_pause_is_never_cut_short(moment: datetime, paused: datetime, begin: int, finish: int, zone: str) -> None:
    assume(paused > moment)
    end = quiet_until(Peace(paused, begin, finish), zone, moment)
    assert end is not None
    assert end >= paused


@pytest.mark.parametrize(
    ("peace", "moment", "end"),
    [
        (hours("22:00", "07:00"), "2026-11-22 23:30", "2026-11-23 07:00"),
        (hours("22:00", "07:00"), "2026-11-22 06:59", "2026-11-22 07:00"),
        (hours("22:00", "07:00"), "2026-11-22 07:00", None),
        (hours("22:00", "07:00"), "2026-11-22 21:59", None),
        (hours("12:00", "13:00"), "2026-11-22 12:00", "2026-11-22 13:00"),
        (hours("12:00", "12:00"), "2026-11-22 12:00", None),
        (Peace(at("2026-11-22 14:00")), "2026-11-22 13:00", "2026-11-22 14:00"),
        (Peace(at("2026-11-22 14:00")), "2026-11-22 14:00", None),
        # A pause that ends within the hours: their end; hours that end within a pause: its end.
        (Peace(at("2026-11-22 23:00"), 22 * 60, 7 * 60), "2026-11-22 20:00", "2026-11-23 07:00"),
        (Peace(at("2026-11-23 12:00"), 22 * 60, 7 * 60), "2026-11-22 23:00", "2026-11-23 12:00"),
        # One of the two alone says nothing.
        (Peace(None, 22 * 60, None), "2026-11-22 23:00", None),
    ],
)
def test_peace_as_people_set_it(peace: Peace, moment: str, end: str | None) -> None:
    assert quiet_until(peace, LONDON, at(moment)) == (at(end) if end else None)


def test_the_hours_are_those_of_the_members_own_zone() -> None:
    moment = at("2026-11-22 23:30")
    night = hours("22:00", "07:00")
    assert quiet_until(night, LONDON, moment) is not None
    assert quiet_until(night, "America/St_Johns", moment) is None


def test_on_the_night_without_an_hour_the_hours_end_when_clocks_are_put_over_it() -> None:
    spring = at("2026-03-29 00:30")
    assert quiet_until(hours("22:00", "01:30"), LONDON, spring) == datetime(2026, 3, 29, 1, tzinfo=UTC)
    # All of it is left out: nobody is disturbed, and nobody left in peace.
    assert quiet_until(hours("01:10", "01:50"), LONDON, datetime(2026, 3, 29, 1, tzinfo=UTC)) is None


def test_on_the_night_with_an_hour_twice_the_hours_last_through_both() -> None:
    first, second = (at("2026-10-25 01:20", fold=fold) for fold in (0, 1))
    assert second - first == timedelta(hours=1)
    night = hours("22:00", "01:30")
    assert quiet_until(night, LONDON, first) == quiet_until(night, LONDON, second) == at("2026-10-25 01:30", fold=1)
    assert quiet_until(hours("01:30", "06:00"), LONDON, at("2026-10-25 01:40")) == at("2026-10-25 06:00")


@steadily
@given(st.dates(date(2020, 1, 1), date(2035, 1, 1)), minutes, zones)
def test_a_time_of_a_day_is_when_clocks_show_it_or_first_show_more(day: date, minute: int, zone: str) -> None:
    first, last = (moment_of(day, minute, zone, last=is_last) for is_last in (False, True))
    assert first <= last
    wall = datetime.combine(day, time.min) + timedelta(minutes=minute)
    for moment in (first, last):
        shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        before = (moment - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert shown == wall or before < wall < shown
