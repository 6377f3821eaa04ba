"""The time, and what is kept of it where it names somebody."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from knowledge_exchange.core import clock


@pytest.mark.parametrize(
    ("exact", "kept"),
    [
        ("2026-11-22T12:00:00+00:00", "2026-11-22T12:00:00+00:00"),
        ("2026-11-22T12:04:59.999999+00:00", "2026-11-22T12:00:00+00:00"),
        ("2026-11-22T12:05:00+00:00", "2026-11-22T12:05:00+00:00"),
        ("2026-11-22T23:59:59+00:00", "2026-11-22T23:55:00+00:00"),
        ("2009-12-31T23:58:00+00:00", "2009-12-31T23:55:00+00:00"),
        ("2026-11-22T17:33:00+05:30", "2026-11-22T12:00:00+00:00"),
    ],
)
def test_a_kept_time_is_floored_to_five_minutes(exact: str, kept: str) -> None:
    assert clock.rounded(datetime.fromisoformat(exact)) == datetime.fromisoformat(kept)


def test_the_kept_time_of_now_is_never_ahead_of_the_clock() -> None:
    moment = datetime(2026, 11, 22, 12, 7, 31, 5, tzinfo=UTC)
    with clock.held(moment):
        assert clock.rounded_now() == moment.replace(minute=5, second=0, microsecond=0)
