"""Networks: subforums with their own members and moderators."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app."""
    from knowledge_exchange.core import hooks
    from knowledge_exchange.networks import (  # noqa: F401
        link_managers,
        models,
        moderator_routes,
        queries,
        regions,
        routes,
    )

    app.register_blueprint(routes.blueprint)
    app.register_blueprint(moderator_routes.blueprint)
    app.jinja_env.filters["region_name"] = regions.region_name
    app.jinja_env.globals["ask_form"] = routes.ask_form
    hooks.provide(app, "standing_lost", link_managers.end_of)
    hooks.provide(app, "network_readable", queries.network_readable)
    hooks.provide(app, "network_known", queries.network_known)
    hooks.provide(app, "moderates_some", queries.moderates_some)
