"""Decisions about people and posts: opening a pseudonym, and acts aimed at one without opening it."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _


def init_app(app: Flask) -> None:
    """Bring the room into the app: its pages, its part of the office, what members' own pages ask of it."""
    from knowledge_exchange.moderation import models  # noqa: F401
    from knowledge_exchange.moderation.acts import act_models, act_setup  # noqa: F401
    from knowledge_exchange.moderation.cases import case_models  # noqa: F401
    from knowledge_exchange.moderation.held import held_files
    from knowledge_exchange.moderation.insight import insight_routes
    from knowledge_exchange.moderation.lasting import lasting_setup
    from knowledge_exchange.moderation.moving import moving_setup
    from knowledge_exchange.moderation.official import official_setup
    from knowledge_exchange.moderation.openness import openness, rules_models  # noqa: F401
    from knowledge_exchange.moderation.queue import queue_routes
    from knowledge_exchange.moderation.reports import reporting
    from knowledge_exchange.moderation.sanctions import sanctioning

    _open_pseudonyms(app)
    for part in (
        *(act_setup, held_files, reporting, openness, sanctioning, official_setup),
        *(lasting_setup, insight_routes, queue_routes, moving_setup),
    ):
        part.init_app(app)


def _open_pseudonyms(app: Flask) -> None:
    """Opening a pseudonym, and aiming at one: pages, a section of the office, what templates ask."""
    from knowledge_exchange.auth.office import section
    from knowledge_exchange.moderation import asking_routes, office_routes, own_routes, policy, words
    from knowledge_exchange.moderation.cases import aiming_routes
    from knowledge_exchange.networks.removals import causes

    for pages in (asking_routes, aiming_routes, office_routes, own_routes):
        app.register_blueprint(pages.blueprint)
    app.jinja_env.globals["is_officer"] = policy.is_officer
    app.jinja_env.globals["opened_of_mine"] = own_routes.opened_of_mine
    app.jinja_env.globals["removals_of_mine"] = own_routes.removals_of_mine
    app.jinja_env.globals["causes_of_removal"] = causes
    app.jinja_env.globals["requests_waiting"] = office_routes.waiting_in_words
    app.jinja_env.globals["day_in_words"] = words.day_in_words
    section(
        app,
        "unsealing_office.queue",
        lambda: _("Pseudonyms to open"),
        lambda: _("Requests of other officers: opening a pseudonym takes two, for safety or law."),
        roles=policy.OFFICERS,
        order=25,
        waiting=office_routes.waiting_in_words,
    )
