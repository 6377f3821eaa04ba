"""Sockets, the rooms that they are in, and what they missed."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app."""
    from knowledge_exchange.realtime import models  # noqa: F401
