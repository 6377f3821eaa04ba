"""The time, in one place, so that a test can hold it still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

#: What is kept of the time at which a member did something besides writing: enough to know one's own sign-ins again
#: and to end those that are forgotten, too little to be matched with the time of a post.
ROUNDED_TO = timedelta(minutes=5)
_ZERO = datetime(2010, 1, 1, tzinfo=UTC)

_held: datetime | None = None


def now() -> datetime:
    """The present moment as an aware UTC datetime."""
    return _held or datetime.now(UTC)


def rounded(at: datetime) -> datetime:
    """The last full five minutes at or before ``at``."""
    return at - (at - _ZERO) % ROUNDED_TO


def rounded_now() -> datetime:
    """The present moment as rows keep it that name somebody: floored to :data:`ROUNDED_TO`, never ahead of the time."""
    return rounded(now())


def start_of_day() -> datetime:
    """Midnight before the present moment, UTC: for what is to tell the day and no more."""
    return now().replace(hour=0, minute=0, second=0, microsecond=0)


@contextmanager
def held(moment: datetime) -> Iterator[None]:
    """Hold :func:`now` at ``moment`` (for tests)."""
    global _held
    before, _held = _held, moment
    try:
        yield
    finally:
        _held = before
