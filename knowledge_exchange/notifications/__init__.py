"""What members are told, and how loudly they wish to be told it."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app."""
    from knowledge_exchange.notifications import models  # noqa: F401
