"""Networks: subforums with their own members and moderators."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app."""
    from knowledge_exchange.core import hooks
    from knowledge_exchange.networks import queries

    hooks.provide(app, "network_readable", queries.network_readable)
