"""Accounts, sign-in, and the gate in front of everything."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Bring the room in: who is asking, what may be asked, and the pages of accounts."""
    from knowledge_exchange.auth import (
        addresses,
        csrf,
        desk,
        desk_addresses,
        gate,
        jobs,
        limits,
        office,
        routes,
        routes_desk,
        routes_email,
        routes_factors,
        routes_fresh,
        routes_joining,
        routes_me,
        routes_reset,
        routes_second,
        routes_settings,
        sessions,
    )
    from knowledge_exchange.jobs import register

    app.jinja_env.globals["is_employers_address"] = addresses.is_employers
    app.jinja_env.globals["office_sections"] = lambda: office.sections_for(sessions.current_me())
    app.jinja_env.globals["quick_exit_to"] = desk.QUICK_EXIT_TO

    sessions.init_app(app)
    desk_addresses.init_app(app)
    csrf.init_app(app)
    gate.init_app(app)
    limits.init_app(app)
    # Importing a routes module puts its pages on the one blueprint.
    signing_in = (routes, routes_joining, routes_reset, routes_second)
    own = (routes_me, routes_settings, routes_desk, routes_email)
    modules = (*signing_in, *own, routes_factors, routes_fresh)
    for blueprint in dict.fromkeys(module.blueprint for module in modules):
        app.register_blueprint(blueprint)
    _offer_union(app)
    register(app, "accounts", jobs.SWEEP_EVERY_S, jobs.sweep)


def _offer_union(app: Flask) -> None:
    """Signing in with the union's account, where a provider is set; elsewhere its addresses don't exist."""
    from knowledge_exchange.core.union_settings import is_offered

    app.jinja_env.globals["union_name"] = app.config["KE_OIDC_NAME"] if is_offered(app.config) else ""
    if is_offered(app.config):
        from knowledge_exchange.auth import routes_union

        app.register_blueprint(routes_union.blueprint)
