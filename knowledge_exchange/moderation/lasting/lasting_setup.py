"""Brings curating that lasts into the app: its pages, its parts of others, what is undone, jobs and kind of case."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Register what this part of the room has."""
    from knowledge_exchange.moderation.lasting import (
        collecting_routes,
        collection_routes,
        duplicate_routes,
        stale,
        stale_routes,
        summary_routes,
        tag_routes,
    )
    from knowledge_exchange.moderation.queue.queue_kinds import register

    for pages in (summary_routes, duplicate_routes, tag_routes, collection_routes, collecting_routes, stale_routes):
        app.register_blueprint(pages.blueprint)
    register(app, stale.KIND)
    _undo(app)
    _show(app)
    _repeat(app)


def _undo(app: Flask) -> None:
    from knowledge_exchange.moderation.lasting import (
        collection_routes,
        duplicate_routes,
        stale,
        summary_routes,
        tag_routes,
    )
    from knowledge_exchange.moderation.lasting.curators import undoable_in_network, undoable_on_thread

    undoable_on_thread(app, summary_routes.WRITTEN, summary_routes.undo_written)
    undoable_on_thread(app, summary_routes.TAKEN_DOWN, summary_routes.undo_taken_down)
    undoable_on_thread(app, duplicate_routes.MARKED, duplicate_routes.undo_marked)
    undoable_on_thread(app, duplicate_routes.UNMARKED, duplicate_routes.undo_unmarked)
    undoable_on_thread(app, tag_routes.CHOSEN, tag_routes.undo_chosen)
    undoable_on_thread(app, stale.CHECKED, stale.undo_act)
    undoable_on_thread(app, stale.TAKEN_BACK, stale.undo_act)
    undoable_in_network(app, tag_routes.DELETED, tag_routes.undo_deleted)
    undoable_in_network(app, collection_routes.DELETED, collection_routes.undo_deleted)


def _show(app: Flask) -> None:
    from knowledge_exchange.moderation.lasting import lasting_parts as shown
    from knowledge_exchange.threads.parts import part

    app.jinja_env.filters["month"] = shown.month_in_words
    part(app, "above", shown.above_thread, order=60)
    part(app, "official", shown.summary, order=60)
    part(app, "answered", shown.answered, order=40)
    part(app, "beside", shown.beside_thread, order=60)
    part(app, "network_above", shown.above_network, order=60)
    part(app, "network_beside", shown.beside_network, order=40)


def _repeat(app: Flask) -> None:
    from knowledge_exchange.jobs import register
    from knowledge_exchange.moderation.lasting.stale import ask_about_old_answers
    from knowledge_exchange.threads.curation.outcomes import ASK_EVERY_S, ask_what_happened

    register(app, "ask what happened in the end", ASK_EVERY_S, ask_what_happened)
    register(app, "ask whether answers hold", ASK_EVERY_S, ask_about_old_answers)
