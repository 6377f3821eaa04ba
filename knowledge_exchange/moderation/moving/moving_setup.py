"""Brings moving, merging, splitting and acts on many threads into the app."""

from __future__ import annotations

from flask import Flask

from knowledge_exchange.moderation.acts import bulk_routes
from knowledge_exchange.moderation.moving import moving, moving_parts, moving_routes


def init_app(app: Flask) -> None:
    """Its pages, its parts of other pages, and how each act is undone."""
    app.register_blueprint(moving_routes.blueprint)
    app.register_blueprint(bulk_routes.blueprint)
    moving.init_app(app)
    moving_parts.init_app(app)
