"""Threads: problems and advice, and the talk under them."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app, and answer what the live stream asks of it."""
    from knowledge_exchange.threads import (  # noqa: F401
        attachment_models,
        attachment_routes,
        changing,
        curation_models,
        draft_routes,
        history,
        mark_routes,
        mentions,
        outcome_routes,
        preview,
        printing,
        profiles,
        shield_pages,
        similar,
        unanswered_routes,
        writing,
    )
    from knowledge_exchange.threads.routes import blueprint

    _answer_hooks(app)
    _give_templates(app)
    _add_parts(app)
    _be_found(app)
    attachment_routes.init_app(app)
    app.register_blueprint(blueprint)


def _answer_hooks(app: Flask) -> None:
    from knowledge_exchange.core import hooks
    from knowledge_exchange.threads import for_mail, live, official_queries, queries, reading, shielding, why

    hooks.provide(app, "thread_room", live.room_of)
    hooks.provide(app, "visible_threads", queries.threads_visible_to)
    hooks.provide(app, "shielded_rooms", live.shielded_rooms)
    hooks.provide(app, "readers_among", live.readers_among)
    hooks.provide(app, "shield_extended", shielding.shield_extended)
    hooks.provide(app, "post_payloads", live.post_payloads)
    hooks.provide(app, "thread_payloads", live.thread_payloads)
    hooks.provide(app, "mark_read", reading.mark_read)
    hooks.provide(app, "post_in_question", why.post_in_question)
    hooks.provide(app, "official_words", official_queries.words_on)
    hooks.provide(app, "posts_for_mail", for_mail.posts_for_mail)


def _give_templates(app: Flask) -> None:
    from knowledge_exchange.core.i18n import today
    from knowledge_exchange.threads import drafts, official_states, own_pages

    given = app.jinja_env.globals
    given["official_badges"] = official_states.badges
    given["is_due"] = lambda review_on, zone: official_states.is_due(review_on, today(zone))
    given["draft_in_hand"] = drafts.draft_in_hand
    given["my_waiting"] = own_pages.my_waiting


def _add_parts(app: Flask) -> None:
    from knowledge_exchange.threads import shelf_routes, tag_follow_routes, traces
    from knowledge_exchange.threads.needed_by import needed_by
    from knowledge_exchange.threads.official_part import official_part
    from knowledge_exchange.threads.parts import part

    part(app, "above", needed_by, order=10)
    part(app, "official", official_part)
    part(app, "network_above", tag_follow_routes.follow_button, order=70)
    part(app, "network_beside", traces.beside_network, order=70)
    part(app, "post_menu", shelf_routes.in_menu, order=10)


def _be_found(app: Flask) -> None:
    from knowledge_exchange.search import sources
    from knowledge_exchange.threads import indexing
    from knowledge_exchange.threads.search_cards import thread_cards
    from knowledge_exchange.threads.search_filters import FILTERS

    posts = sources.Source(indexing.SOURCE, indexing.documents_after, indexing.count, thread_cards, FILTERS)
    sources.register(app, posts)
