"""Who is on the union's roll, and how an account proves that it is theirs."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _


def init_app(app: Flask) -> None:
    """Bring the room in, and its part of the page of one's own."""
    from knowledge_exchange.auth.office import section
    from knowledge_exchange.core import hooks
    from knowledge_exchange.verification import models, policy, vouched  # noqa: F401
    from knowledge_exchange.verification.claims import appeal_routes, officer_routes, queries, routes
    from knowledge_exchange.verification.inviting import pages as invitation_pages
    from knowledge_exchange.verification.members import office as member_office
    from knowledge_exchange.verification.pulling import source_pages
    from knowledge_exchange.verification.rolls import categories
    from knowledge_exchange.verification.uploads import office as roll_pages_office

    app.register_blueprint(routes.blueprint)
    app.register_blueprint(officer_routes.blueprint)
    app.jinja_env.globals["may_enter_office"] = policy.may_enter_office
    app.jinja_env.globals["claim_view"] = routes.claim_view
    member_office.init_app(app)
    appeal_routes.init_app(app)
    invitation_pages.init_app(app)
    roll_pages_office.init_app(app)
    app.register_blueprint(source_pages.blueprint)
    hooks.provide(app, "category_words", categories.take_up)
    hooks.provide(app, "holder_of_number", vouched.holder_of_number)
    hooks.provide(app, "admit_by_number", vouched.admit_by_number)
    section(
        app,
        "claims.queue",
        lambda: _("Claims"),
        lambda: _("People who say that they are members, and whom no code could let in."),
        roles=policy.SETTLERS,
        order=10,
        waiting=queries.claims_in_words,
    )
