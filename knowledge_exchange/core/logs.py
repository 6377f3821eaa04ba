"""Logs: one JSON object a line, with the request's id and no personal data.

Never in a log: addresses, names, e-mail, paths of threads, text. The endpoint's name, the status,
the time it took and the request's id are enough to find a fault; of an error, its kind and the lines
of code that it came through.
"""

from __future__ import annotations

import logging
import sys
import traceback
from typing import Any

from flask import Flask, has_request_context, request

REQUEST_ID_BYTES = 8
#: Where in a request's environment its id stands (core/headers.py puts it there).
REQUEST_ID = "knowledge_exchange.request_id"
SLOW_REQUEST_MS = 500

#: Errors whose words come from the code and not from what it was given.
_OF_THE_CODE = (TypeError, AttributeError, NameError, ImportError)
_THEN = "\n\nand then:\n\n"

log = logging.getLogger("knowledge_exchange.request")


class _RequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request.environ.get(REQUEST_ID, "") if has_request_context() else ""
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
    for chatty in ("alembic", "urllib3"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def _note_failure(exc_info: Any) -> None:
    log.error("a request failed", exc_info=exc_info, extra={"endpoint": request.endpoint})


def init_app(app: Flask) -> None:
    """Keep the words of errors, which hold what others wrote, out of the log."""
    # Flask's own words hold the path: a handle, or the secret of a mailed link.
    app.log_exception = _note_failure  # type: ignore[method-assign]


def note_request(status: int, seconds: float) -> None:
    """A line about an answer that failed or was slow (about each at DEBUG); within its request's context."""
    level = logging.DEBUG
    if status >= 500:
        level = logging.ERROR
    elif seconds * 1000 > SLOW_REQUEST_MS:
        level = logging.INFO
    if log.isEnabledFor(level):
        endpoint = request.endpoint if has_request_context() else None
        log.log(level, "request", extra={"endpoint": endpoint, "status": status, "ms": round(seconds * 1000, 1)})
