"""The front door: landing page, home feed, and pages that mix rooms."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app."""
    from knowledge_exchange.home.routes import blueprint

    app.register_blueprint(blueprint)
