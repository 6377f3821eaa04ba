"""The rolls' part of the membership office: brought into the exchange."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _

from knowledge_exchange.auth.office import section
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.uploads import columns as roll_pages_columns  # noqa: F401
from knowledge_exchange.verification.uploads import import_page as roll_pages_import  # noqa: F401
from knowledge_exchange.verification.uploads import pages as roll_pages


def init_app(app: Flask) -> None:
    """Bring the pages in, with their place among the others of the office."""
    app.register_blueprint(roll_pages.blueprint)
    roll_pages.init_app(app)
    section(
        app,
        "rolls.sources",
        lambda: _("Rolls"),
        lambda: _("The unions’ lists of their members: what the next one would change, and your word on it."),
        roles=policy.SETTLERS,
        order=40,
        waiting=roll_pages.waiting_in_words,
    )
