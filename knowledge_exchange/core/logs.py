"""Logs: one JSON object a line, with the request's id and no personal data.

Never in a log: addresses, names, e-mail, paths of threads, text. The endpoint's name, the status,
the time it took and the request's id are enough to find a fault.
"""

from __future__ import annotations

import logging
import secrets
import sys
import time

from flask import Flask, Response, g, has_request_context, request

REQUEST_ID_BYTES = 8
SLOW_REQUEST_MS = 500

log = logging.getLogger("knowledge_exchange.request")


class _RequestId(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = g.get("request_id", "") if has_request_context() else ""
        return True


def configure(level: str) -> None:
    """Send the root logger's lines to standard error as JSON (once a process)."""
    from pythonjsonlogger.json import JsonFormatter

    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        JsonFormatter(
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


def init_app(app: Flask) -> None:
    """Give every request an id and a line when it failed or was slow (all of them at DEBUG)."""

    @app.before_request
    def begin() -> None:
        g.request_id = secrets.token_hex(REQUEST_ID_BYTES)
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        response.headers["X-Request-Id"] = g.get("request_id", "")
        took_ms = round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1)
        level = logging.DEBUG
        if response.status_code >= 500:
            level = logging.ERROR
        elif took_ms > SLOW_REQUEST_MS:
            level = logging.INFO
        if log.isEnabledFor(level):
            fields = {"endpoint": request.endpoint, "status": response.status_code, "ms": took_ms}
            log.log(level, "request", extra=fields)
        return response
