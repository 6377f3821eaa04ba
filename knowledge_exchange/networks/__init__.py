"""Networks: subforums with their own members and moderators."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room into the app."""
    from knowledge_exchange.core import hooks
    from knowledge_exchange.networks import models, moderator_routes, queries, regions, routes  # noqa: F401

    app.register_blueprint(routes.blueprint)
    app.register_blueprint(moderator_routes.blueprint)
    app.jinja_env.filters["region_name"] = regions.region_name
    app.jinja_env.globals["ask_form"] = routes.ask_form
    hooks.provide(app, "network_readable", queries.network_readable)
    hooks.provide(app, "network_known", queries.network_known)
    hooks.provide(app, "moderates_some", queries.moderates_some)
