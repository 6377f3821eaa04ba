"""Networks: subforums with their own members and moderators."""

from __future__ import annotations

from flask import Flask
from flask_babel import gettext as _


def init_app(app: Flask) -> None:
    """Bring the room into the app."""
    from knowledge_exchange.core.rekeying import LIFT_EVERY_S
    from knowledge_exchange.jobs import register
    from knowledge_exchange.networks import (  # noqa: F401
        care_models,
        categories,
        category_routes,
        lead_routes,
        models,
        moderator_routes,
        organisation_routes,
        own_organisation,
        policy,
        profile_routes,
        regions,
        routes,
        shield,
    )

    app.register_blueprint(routes.blueprint)
    app.register_blueprint(moderator_routes.blueprint)
    app.register_blueprint(lead_routes.blueprint)
    app.register_blueprint(category_routes.blueprint)
    app.register_blueprint(organisation_routes.blueprint)
    app.register_blueprint(own_organisation.blueprint)
    app.register_blueprint(profile_routes.blueprint)
    register(app, "settle categories", categories.SETTLE_EVERY_S, categories.settle_rest)
    register(app, "tag shields afresh", LIFT_EVERY_S, shield.tag_afresh)
    app.jinja_env.filters["region_name"] = regions.region_name
    app.jinja_env.globals["my_organisation"] = own_organisation.my_organisation
    app.jinja_env.globals["ask_form"] = routes.ask_form
    app.jinja_env.globals["may_moderate"] = policy.may_moderate
    _fill_hooks(app)
    _open_office(app)


def _fill_hooks(app: Flask) -> None:
    from knowledge_exchange.core import hooks
    from knowledge_exchange.networks import link_managers, queries, removals, shield

    hooks.provide(app, "standing_lost", link_managers.end_of)
    hooks.provide(app, "network_readable", queries.network_readable)
    hooks.provide(app, "removed_lately", removals.removed_lately)
    hooks.provide(app, "thread_open_to", shield.thread_open_to)
    hooks.provide(app, "thread_told_to", shield.thread_told_to)
    hooks.provide(app, "network_known", queries.network_known)
    hooks.provide(app, "moderates_some", queries.moderates_some)


def _open_office(app: Flask) -> None:
    from knowledge_exchange.auth.office import section
    from knowledge_exchange.networks import category_routes, policy

    section(
        app,
        "categories.overview",
        lambda: _("Categories"),
        lambda: _("Which networks each kind of membership joins by itself, and what it may do."),
        roles=category_routes.OFFICE,
        order=60,
    )
    section(
        app,
        "organisations.overview",
        lambda: _("Organisations"),
        lambda: _("Employers, what became of them, and who is their link manager."),
        roles=policy.APPOINTERS,
        order=70,
    )
