"""Accounts, sign-in, and the gate in front of everything."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room in: who is asking, what may be asked, and the pages of accounts."""
    from knowledge_exchange.auth import csrf, gate, limits, sessions
    from knowledge_exchange.auth.routes import blueprint

    sessions.init_app(app)
    csrf.init_app(app)
    gate.init_app(app)
    limits.init_app(app)
    app.register_blueprint(blueprint)
