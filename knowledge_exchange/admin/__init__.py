"""Running it: health, readiness, figures for a monitor; the first page of the membership office."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app."""
    from knowledge_exchange.admin.office_routes import blueprint as office
    from knowledge_exchange.admin.routes import blueprint

    app.register_blueprint(blueprint)
    app.register_blueprint(office)
