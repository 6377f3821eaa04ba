"""Sockets, the rooms that they are in, and what they missed."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the live namespace and its plain stand-in, and fill the hooks of standing."""
    from knowledge_exchange.core import hooks
    from knowledge_exchange.realtime import lean

    lean.load_server()
    from knowledge_exchange.realtime import connections, cursors, revocation, sockets
    from knowledge_exchange.realtime.routes import blueprint

    connections.init_app(app)
    cursors.init_app(app)
    sockets.init_app(app)
    hooks.provide(app, "access_lost", revocation.access_lost)
    hooks.provide(app, "network_left", revocation.network_left)
    hooks.provide(app, "network_removed", revocation.network_removed)
    hooks.provide(app, "networks_left", revocation.networks_left)
    app.context_processor(lambda: {"live_cursor": cursors.cursor_now()})
    app.register_blueprint(blueprint)
