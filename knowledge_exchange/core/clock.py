"""The time, in one place, so that a test can hold it still."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_held: datetime | None = None


def now() -> datetime:
    """The present moment as an aware UTC datetime."""
    return _held or datetime.now(UTC)


@contextmanager
def held(moment: datetime) -> Iterator[None]:
    """Hold :func:`now` at ``moment`` (for tests)."""
    global _held
    before, _held = _held, moment
    try:
        yield
    finally:
        _held = before
