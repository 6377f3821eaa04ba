"""Brings reports and held posts into the app: their pages, their kinds of cases, their line in a post's menu."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register what this part of the room has."""
    from knowledge_exchange.moderation import report_kind, report_routes
    from knowledge_exchange.moderation.queue_kinds import register
    from knowledge_exchange.threads.parts import part

    app.register_blueprint(report_routes.blueprint)
    register(app, report_kind.KIND)
    part(app, "post_menu", report_routes.menu_line, order=60)
