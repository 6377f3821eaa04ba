"""House rules: reading them, earlier versions, accepting them."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active, public
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import current_me, require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.moderation import policy
from knowledge_exchange.moderation.held import publishing
from knowledge_exchange.moderation.openness import rules, rules_bar
from knowledge_exchange.networks.routes import visible_network
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("house_rules", __name__)


@blueprint.get("/rules")
@public
def overall() -> ResponseReturnValue:
    """The house rules of the whole exchange, as they hold now."""
    return _page(None, rules.rules_now(None))


@blueprint.get("/rules/<number>")
@public
def overall_version(number: str) -> ResponseReturnValue:
    """A version of them by its number."""
    return _page(None, _numbered(None, number))


@blueprint.get("/n/<slug>/rules")
@active
def of_network(slug: str) -> ResponseReturnValue:
    """What a network asks besides."""
    network = visible_network(slug)
    return _page(network, rules.rules_now(network.id))


@blueprint.get("/n/<slug>/rules/<number>")
@active
def network_version(slug: str, number: str) -> ResponseReturnValue:
    """A version of a network's rules by its number."""
    network = visible_network(slug)
    return _page(network, _numbered(network.id, number))


@blueprint.post("/rules/accept")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def accept() -> ResponseReturnValue:
    """Accept the rules of the whole exchange."""
    _accept(None)
    return redirect(url_for(".overall"), 303)


@blueprint.post("/n/<slug>/rules/accept")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def accept_of_network(slug: str) -> ResponseReturnValue:
    """Accept a network's rules."""
    network = visible_network(slug)
    if network.my_role is None:
        abort(404)
    _accept(network)
    return redirect(url_for(".of_network", slug=slug), 303)


def _accept(network: AnyRow | None) -> None:
    """The version of now; one that was replaced meanwhile is not what they read, so they are asked again."""
    me, network_id = require_me(), None if network is None else network.id
    newest = rules.rules_now(network_id)
    if newest.id is None or _asked_number() != newest.number:
        return
    with unit_of_work():
        publishing.accept(me.id, newest.id)


def _asked_number() -> int | None:
    return parse_id(request.form.get("version", ""))


def _numbered(network_id: int | None, number: str) -> rules.Rules:
    asked = parse_id(number)
    return (rules.rules_of(network_id, asked) if asked is not None else None) or abort(404)


def _page(network: AnyRow | None, shown: rules.Rules) -> str:
    me = current_me()
    is_member = me is not None and me.is_active
    network_id = None if network is None else network.id
    versions = rules.versions_of(network_id)
    return render_template(
        "moderation/rules.html",
        nav="networks" if network is not None else "",
        unread=unread_count(me.id) if me is not None and is_member else 0,
        network=network,
        rules=shown,
        versions=versions,
        is_newest=not versions or versions[0][0] == shown.number,
        may_edit=me is not None and may_edit(network),
        to_accept=is_to_accept(network),
        title=_title(network),
    )


def _title(network: AnyRow | None) -> str:
    return str(_("House rules") if network is None else _("Rules of %(network)s", network=network.name))


def may_edit(network: AnyRow | None) -> bool:
    """Whether whoever is asking writes these rules."""
    me = require_me()
    if network is None:
        return policy.may_edit_rules(me)
    return policy.may_edit_network_rules(me, network.my_role, i_lead=bool(network.i_lead))


def is_to_accept(network: AnyRow | None) -> bool:
    """Whether whoever is asking has still to accept the version of now."""
    me = current_me()
    if me is None or not me.is_active or (network is not None and network.my_role is None):
        return False
    return rules_bar.to_accept(me, None if network is None else network.id) is not None
