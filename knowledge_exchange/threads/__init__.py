"""Threads: problems and advice, and the talk under them."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app, and answer what the live stream asks of it."""
    from knowledge_exchange.threads import (  # noqa: F401
        changing,
        history,
        printing,
        profiles,
        unanswered_routes,
        writing,
    )
    from knowledge_exchange.threads.composing import mentions, preview  # noqa: F401
    from knowledge_exchange.threads.curation import curation_models, outcome_routes  # noqa: F401
    from knowledge_exchange.threads.drafts import draft_routes  # noqa: F401
    from knowledge_exchange.threads.files import attachment_models, attachment_routes  # noqa: F401
    from knowledge_exchange.threads.finding import similar  # noqa: F401
    from knowledge_exchange.threads.marks import mark_routes  # noqa: F401
    from knowledge_exchange.threads.routes import blueprint
    from knowledge_exchange.threads.veils import shield_pages  # noqa: F401

    _answer_hooks(app)
    _give_templates(app)
    _add_parts(app)
    _be_found(app)
    attachment_routes.init_app(app)
    app.register_blueprint(blueprint)


def _answer_hooks(app: Flask) -> None:
    from knowledge_exchange.core import hooks
    from knowledge_exchange.threads import for_mail, live, queries, reading, why
    from knowledge_exchange.threads.official import official_queries
    from knowledge_exchange.threads.veils import shielding

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
    from knowledge_exchange.threads import own_pages
    from knowledge_exchange.threads.drafts import drafts
    from knowledge_exchange.threads.official import official_states

    given = app.jinja_env.globals
    given["official_badges"] = official_states.badges
    given["is_due"] = lambda review_on, zone: official_states.is_due(review_on, today(zone))
    given["draft_in_hand"] = drafts.draft_in_hand
    given["my_waiting"] = own_pages.my_waiting


def _add_parts(app: Flask) -> None:
    from knowledge_exchange.threads.curation import traces
    from knowledge_exchange.threads.needed_by import needed_by
    from knowledge_exchange.threads.official.official_part import official_part
    from knowledge_exchange.threads.parts import part
    from knowledge_exchange.threads.shelf import shelf_routes
    from knowledge_exchange.threads.tags import tag_follow_routes

    part(app, "above", needed_by, order=10)
    part(app, "official", official_part)
    part(app, "network_above", tag_follow_routes.follow_button, order=70)
    part(app, "network_beside", traces.beside_network, order=70)
    part(app, "post_menu", shelf_routes.in_menu, order=10)


def _be_found(app: Flask) -> None:
    from knowledge_exchange.search import sources
    from knowledge_exchange.threads.finding import indexing
    from knowledge_exchange.threads.finding.search_cards import thread_cards
    from knowledge_exchange.threads.finding.search_filters import FILTERS

    posts = sources.Source(indexing.SOURCE, indexing.documents_after, indexing.count, thread_cards, FILTERS)
    sources.register(app, posts)
