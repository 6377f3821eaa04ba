"""Decisions about people and posts: opening pseudonyms, for now."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app."""
    from knowledge_exchange.moderation import models  # noqa: F401
