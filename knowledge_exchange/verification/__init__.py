"""Who is on the union's roll, and how an account proves that it is theirs."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app."""
    from knowledge_exchange.verification import models  # noqa: F401
