"""Finding what is known: documents with a network and a shield, whichever room holds them."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app."""
    from knowledge_exchange.jobs import register
    from knowledge_exchange.search import filling, models, tending  # noqa: F401
    from knowledge_exchange.search.routes import blueprint

    app.register_blueprint(blueprint)
    register(app, "fill the search", filling.FILL_EVERY_S, filling.fill_waiting)
    register(app, "tend the search", tending.TEND_EVERY_S, tending.tend)
