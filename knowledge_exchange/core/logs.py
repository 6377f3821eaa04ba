"""Logs: one JSON object a line, with the request's id and no personal data.

Never in a log: addresses, names, e-mail, ids of members, paths of threads, text. The endpoint's name, the status,
the time it took and the request's id are enough to find a fault; of an error, its kind and the lines
of code that it came through.

A line has its exact time, and what keeps logs adds its own. So a request that went well has none of its own: beside
the rows, whose times are rounded, one of the sign-in page would say to the second who came in just before a post.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

from flask import Flask, has_request_context, request

from knowledge_exchange.core.clock import rounded_now

REQUEST_ID_BYTES = 8
#: Where in a request's environment its id stands (core/headers.py puts it there).
REQUEST_ID = "knowledge_exchange.request_id"
SLOW_REQUEST_MS = 500

#: Errors whose words come from the code and not from what it was given.
_OF_THE_CODE = (TypeError, AttributeError, NameError, ImportError)
_THEN = "\n\nand then:\n\n"

#: gunicorn's lines about a request, which name path, header or address; its other lines are about its processes.
_GUNICORNS = ("Error handling request", "Invalid request")

log = logging.getLogger("knowledge_exchange.request")


class _SlowOnes:
    """The slow requests of five minutes, by endpoint: told together, with the first one of a later five minutes."""

    def __init__(self) -> None:
        self._since = rounded_now()
        self._found: dict[str, tuple[int, float]] = {}

    def note(self, endpoint: str, ms: float) -> None:
        """Count one; tells of those before it if they were in other five minutes."""
        since = rounded_now()
        if since != self._since:
            told, self._found = self._found, {}
            slow = {name: {"requests": count, "ms": worst} for name, (count, worst) in sorted(told.items())}
            log.info("slow requests", extra={"since": self._since.isoformat(), "slow": slow})
            self._since = since
        count, worst = self._found.get(endpoint, (0, 0.0))
        self._found[endpoint] = (count + 1, max(worst, ms))


_slow = _SlowOnes()


class _RequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request.environ.get(REQUEST_ID, "") if has_request_context() else ""
        return True


class _NoPaths(logging.Filter):
    """What gunicorn says about a request, without what it would say of it."""

    def filter(self, record: logging.LogRecord) -> bool:
        if str(record.msg).startswith(_GUNICORNS):
            record.msg, record.args = "a request was not answered", ()
        return True


def without_words(error: BaseException | None) -> str:
    """An error and what led to it: kinds and places, without what others wrote.

    A database's error repeats the values of its statement, a file's its path, and that may be an address.
    """
    parts: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        words = f": {error}" if isinstance(error, _OF_THE_CODE) else ""
        kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
        parts.append("".join(traceback.format_tb(error.__traceback__)) + kind + words)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return _THEN.join(reversed(parts))


def configure(level: str) -> None:
    """Send the root logger's lines to standard error as JSON (once a process)."""
    from pythonjsonlogger.json import JsonFormatter

    class Formatter(JsonFormatter):
        def formatException(self, ei: Any) -> str:  # noqa: N802
            return without_words(ei[1])

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        Formatter(
            "{asctime}{levelname}{name}{message}{request_id}",
            style="{",
            rename_fields={"asctime": "time", "levelname": "level"},
        )
    )
    handler.addFilter(_RequestId())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    # Its own handler would write what an error says, and paths.
    gunicorn = logging.getLogger("gunicorn.error")
    gunicorn.handlers, gunicorn.propagate, gunicorn.filters = [], True, [_NoPaths()]
    for chatty in ("alembic", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    # Of each who comes too often it would write when, to the moment, under a mark of theirs.
    logging.getLogger("flask-limiter").setLevel(logging.ERROR)


def _note_failure(exc_info: Any) -> None:
    log.error("a request failed", exc_info=exc_info, extra={"endpoint": request.endpoint})


def init_app(app: Flask) -> None:
    """Keep the words of errors, which hold what others wrote, out of the log."""
    # Flask's own words hold the path: a handle, or the secret of a mailed link.
    app.log_exception = _note_failure  # type: ignore[method-assign]


def note_request(status: int, seconds: float) -> None:
    """A line about an answer that failed (about each at DEBUG); a slow one is counted. In its request's context."""
    ms = round(seconds * 1000, 1)
    level = logging.ERROR if status >= 500 else logging.DEBUG
    if level == logging.DEBUG and ms > SLOW_REQUEST_MS:
        _slow.note(_endpoint() or "none", ms)
    if log.isEnabledFor(level):
        log.log(level, "request", extra={"endpoint": _endpoint(), "status": status, "ms": ms})


def _endpoint() -> str | None:
    return request.endpoint if has_request_context() else None
