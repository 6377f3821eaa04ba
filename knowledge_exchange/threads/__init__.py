"""Threads: problems and advice, and the talk under them."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app, and answer what the live stream asks of it."""
    from knowledge_exchange.core import hooks
    from knowledge_exchange.core.i18n import today
    from knowledge_exchange.threads import (  # noqa: F401
        changing,
        curation_models,
        for_mail,
        history,
        live,
        official_queries,
        official_states,
        outcome_routes,
        own_pages,
        profiles,
        queries,
        reading,
        shield_pages,
        shielding,
        traces,
        unanswered_routes,
        why,
        writing,
    )
    from knowledge_exchange.threads.official_part import official_part
    from knowledge_exchange.threads.parts import part
    from knowledge_exchange.threads.routes import blueprint

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
    app.jinja_env.globals["official_badges"] = official_states.badges
    app.jinja_env.globals["is_due"] = lambda review_on, zone: official_states.is_due(review_on, today(zone))
    app.jinja_env.globals["my_waiting"] = own_pages.my_waiting
    part(app, "official", official_part)
    part(app, "network_beside", traces.beside_network, order=70)
    app.register_blueprint(blueprint)
