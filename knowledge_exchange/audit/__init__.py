"""The record of who did what: facts, appended to, never changed."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Make the room's table known."""
    from knowledge_exchange.audit import models  # noqa: F401
