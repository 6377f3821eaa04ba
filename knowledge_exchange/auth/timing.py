"""Answers that take the same time whether or not somebody exists."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import current_app

from knowledge_exchange.core.db import end_read

P = ParamSpec("P")
R = TypeVar("R")


def never_sooner(view: Callable[P, R]) -> Callable[P, R]:
    """Answer no sooner than ``KE_MIN_ANSWER_MS`` after the view began, however it ends.

    Use it on the view that looks somebody up; the pause gives the database connection back and, under
    gevent, the turn to others.
    """

    @wraps(view)
    def timed(*args: P.args, **kwargs: P.kwargs) -> R:
        began = monotonic()
        try:
            return view(*args, **kwargs)
        finally:
            _wait_until(began + current_app.config["KE_MIN_ANSWER_MS"] / 1000)

    return timed


def _wait_until(moment: float) -> None:
    end_read()
    left = moment - monotonic()
    if left > 0:
        sleep(left)


def monotonic() -> float:
    """The clock that never goes back (tests stand in for it)."""
    return time.monotonic()


def sleep(seconds: float) -> None:
    """Pause; cooperative where gevent has patched ``time``."""
    time.sleep(seconds)
