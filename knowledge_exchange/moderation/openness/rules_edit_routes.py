"""Writing house rules: a form for the next version. None that was published is ever changed."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active, for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, end_read, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.markup import render
from knowledge_exchange.moderation import policy
from knowledge_exchange.moderation.held.publishing import (
    MOST_BODY,
    MOST_CHANGES,
    MOST_RULES,
    MOST_TITLE,
    Draft,
    drafts_of,
    faults,
    publish,
)
from knowledge_exchange.moderation.openness.rules import rules_now
from knowledge_exchange.moderation.openness.rules_routes import may_edit
from knowledge_exchange.networks.routes import visible_network
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("rules_edit", __name__)
BAD_INPUT, CONFLICT = 422, 409
#: Empty places at the end of the form.
_SPARE = 2


@blueprint.get("/rules/edit")
@for_roles(*policy.RULE_MAKERS)
def edit() -> ResponseReturnValue:
    """The form for the rules of the whole exchange."""
    return _as_they_are(None)


@blueprint.post("/rules/edit")
@for_roles(*policy.RULE_MAKERS)
@limiter.limit(SMALL_ACT_LIMIT)
def save() -> ResponseReturnValue:
    """Publish the next version of them."""
    return _publish(None)


@blueprint.get("/n/<slug>/rules/edit")
@active
def edit_of_network(slug: str) -> ResponseReturnValue:
    """The form for a network's rules."""
    return _as_they_are(_writable(slug))


@blueprint.post("/n/<slug>/rules/edit")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def save_of_network(slug: str) -> ResponseReturnValue:
    """Publish the next version of a network's rules."""
    return _publish(_writable(slug))


def _writable(slug: str) -> AnyRow:
    network = visible_network(slug)
    return network if may_edit(network) else abort(404)


def _publish(network: AnyRow | None) -> ResponseReturnValue:
    drafts = drafts_of(request.form.getlist("title"), request.form.getlist("body"))
    changes = (request.form.get("changes") or "").strip()
    seen = parse_id(request.form.get("seen", "")) or 0
    wrong = faults(drafts, changes)
    if wrong:
        return _form(network, drafts, changes, seen, wrong), BAD_INPUT
    end_read()
    rendered = [Draft(draft.title, draft.body, render(draft.body) if draft.body else "") for draft in drafts]
    network_id = None if network is None else network.id
    with unit_of_work():
        done = publish(require_me().id, network_id, rendered, changes, seen)
    if not done:
        newer = rules_now(network_id)
        said = _("Somebody published version %(number)s meanwhile. Look at it, then decide again.", number=newer.number)
        return _form(network, drafts, changes, newer.number, [said]), CONFLICT
    flash(_("They are published. Members are asked to accept them."), "good")
    if network is None:
        return redirect(url_for("house_rules.overall"), 303)
    return redirect(url_for("house_rules.of_network", slug=network.slug), 303)


def _as_they_are(network: AnyRow | None) -> str:
    newest = rules_now(None if network is None else network.id)
    return _form(network, [Draft(rule.title, rule.body) for rule in newest.rules], "", newest.number, [])


def _form(network: AnyRow | None, drafts: list[Draft], changes: str, seen: int, wrong: list[str]) -> str:
    spare = max(min(_SPARE, MOST_RULES - len(drafts)), 0)
    return render_template(
        "moderation/rules_edit.html",
        nav="networks" if network is not None else "",
        unread=unread_count(require_me().id),
        network=network,
        drafts=[*drafts, *([Draft("", "")] * spare)],
        changes=changes,
        seen=seen,
        wrong=wrong,
        most={"title": MOST_TITLE, "body": MOST_BODY, "changes": MOST_CHANGES, "rules": MOST_RULES},
    )
