"""What members can read of how they are moderated, brought into the app: rules, log, totals, who may do what."""

from __future__ import annotations

from flask import Flask

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.shells import fragment
from knowledge_exchange.moderation import policy
from knowledge_exchange.moderation.openness import (
    log_routes,
    roles_routes,
    rules_bar,
    rules_edit_routes,
    rules_routes,
    totals_routes,
)
from knowledge_exchange.networks.policy import may_see_moderators
from knowledge_exchange.threads.parts import part


def init_app(app: Flask) -> None:
    """Register the pages, the bar that asks to accept new rules, and what stands beside a network's threads."""
    for pages in (rules_edit_routes, rules_routes, log_routes, totals_routes, roles_routes):
        app.register_blueprint(pages.blueprint)
    hooks.provide(app, "above_page", rules_bar.above_page)
    app.jinja_env.globals["asked_above_page"] = lambda: rules_bar.above_page(require_me())
    part(app, "network_above", rules_bar.above_network, order=10)
    part(app, "network_beside", beside_network, order=80)


def beside_network(me: Me, network: AnyRow) -> str:
    """The ways to a network's rules and log, and for some to its moderators (a part)."""
    return fragment(
        "moderation/_beside_network.html",
        slug=network.slug,
        may_read_log=policy.may_read_log(me, may_read=bool(network.may_read)),
        may_see_moderators=may_see_moderators(me, network.my_role),
    )
