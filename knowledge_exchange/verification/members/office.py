"""Brings in the pages about members: the office's part, leaving, and what one's own page asks of the rolls."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.office import section
from knowledge_exchange.core import hooks
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.members import act_pages as member_act_pages
from knowledge_exchange.verification.members import leaving_routes
from knowledge_exchange.verification.members import pages as member_pages
from knowledge_exchange.verification.members import queries as member_queries
from knowledge_exchange.verification.rolls import leaving


def init_app(app: Flask) -> None:
    """Register the pages, the section of the office, and what templates and lower rooms ask for."""
    for pages in (member_pages, member_act_pages, leaving_routes):
        app.register_blueprint(pages.blueprint)
    app.jinja_env.globals["access_ends"] = leaving.end_of
    app.jinja_env.globals["renewals"] = leaving.renewals_of
    hooks.provide(app, "account_left", leaving.close_account)
    section(
        app,
        "members.find_page",
        lambda: _("Members"),
        lambda: _("One person’s record: how they stand and why, and what you can do for them."),
        roles=policy.SETTLERS,
        order=30,
        waiting=_ending_in_words,
    )


def _ending_in_words(_me: Me) -> str:
    """How many are about to lapse; empty where nobody is."""
    amount = member_queries.ending_count()
    return str(ngettext("One is about to lapse.", "%(num)s are about to lapse.", amount)) if amount else ""
