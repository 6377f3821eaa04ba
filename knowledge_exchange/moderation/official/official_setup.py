"""Brings official answers into the app: their pages, what officers find beside a thread, their cases in the queue."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register them."""
    from knowledge_exchange.moderation.acts.undoing import undoable
    from knowledge_exchange.moderation.official import (
        official_acts,
        official_care_routes,  # noqa: F401 -- its pages are of the same blueprint
        official_kind,
        official_links,
        official_routes,
    )
    from knowledge_exchange.moderation.queue import queue_kinds
    from knowledge_exchange.threads.parts import part

    app.register_blueprint(official_routes.blueprint)
    part(app, "beside", official_links.beside, order=20)
    part(app, "post_menu", official_links.post_menu, order=20)
    undoable(app, official_acts.WITHDRAWN, official_acts.take_back, official_acts.may_take_back)
    queue_kinds.register(app, official_kind.kind())
