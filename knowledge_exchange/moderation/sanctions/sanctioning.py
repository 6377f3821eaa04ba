"""Sanctions and appeals, brought into the app: pages, parts of pages of others, the queue, how acts are undone."""

from __future__ import annotations

from flask import Flask

from knowledge_exchange.core import hooks


def init_app(app: Flask) -> None:
    """Bring them in."""
    from knowledge_exchange.moderation.appeals import appeal_kind
    from knowledge_exchange.moderation.queue.queue_kinds import register
    from knowledge_exchange.moderation.sanctions import own_sanctions, sanction_parts, sanction_routes, sanctions

    for pages in (sanction_routes, own_sanctions):
        app.register_blueprint(pages.blueprint)
    app.jinja_env.globals["sanctions_of_mine"] = own_sanctions.sanctions_of_mine
    app.jinja_env.globals["last_of"] = own_sanctions.last_of
    sanction_parts.init_app(app)
    sanctions.init_app(app)
    register(app, appeal_kind.KIND)
    hooks.provide(app, "suspended_by_moderation", sanctions.is_suspended_here)
