"""What members can read of how they are moderated, brought into the app: rules, log, totals, roles."""

from __future__ import annotations

from flask import Flask

from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core import hooks
from knowledge_exchange.moderation import rules_bar, rules_edit_routes, rules_routes
from knowledge_exchange.threads.parts import part


def init_app(app: Flask) -> None:
    """Register the pages, and the bar that asks to accept new rules."""
    for pages in (rules_edit_routes, rules_routes):
        app.register_blueprint(pages.blueprint)
    hooks.provide(app, "above_page", rules_bar.above_page)
    app.jinja_env.globals["asked_above_page"] = lambda: rules_bar.above_page(require_me())
    part(app, "network_above", rules_bar.above_network, order=10)
