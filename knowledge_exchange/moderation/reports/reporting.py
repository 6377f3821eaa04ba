"""Brings reports and held posts into the app: their pages, their kinds of cases, their line in a post's menu."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register what this part of the room has."""
    from knowledge_exchange.core import hooks
    from knowledge_exchange.moderation import care_routes
    from knowledge_exchange.moderation.acts.undoing import undoable
    from knowledge_exchange.moderation.held import held_cases, held_kind
    from knowledge_exchange.moderation.queue.queue_kinds import register
    from knowledge_exchange.moderation.reports import report_kind, report_routes
    from knowledge_exchange.threads.parts import part

    hooks.provide(app, "post_held", held_cases.post_held)
    hooks.provide(app, "held_taken_back", held_cases.held_taken_back)
    undoable(app, held_kind.REFUSE, held_kind.undo_refusal)
    for pages in (report_routes, care_routes):
        app.register_blueprint(pages.blueprint)
    for module in (report_kind, held_kind):
        register(app, module.KIND)
    part(app, "post_menu", report_routes.menu_line, order=60)
    part(app, "network_beside", care_routes.beside_network, order=60)
