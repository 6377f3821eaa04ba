"""Mail: written as rows, sent by a worker, never inside a request."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Make the room's table known."""
    from knowledge_exchange.mail import models  # noqa: F401
