"""Threads: problems and advice, and the talk under them."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app."""
    from knowledge_exchange.threads import models  # noqa: F401
