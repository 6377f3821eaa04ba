"""A network's moderators: who they are, appointing and dismissing them, stepping down. To all others it isn't there."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.networks import leads, policy
from knowledge_exchange.networks.forms import ModeratorForm
from knowledge_exchange.networks.routes import visible_network
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("network_moderators", __name__, url_prefix="/n/<slug>/moderators")
BAD_INPUT = 422
#: What can be done about a moderator.
_ACTS = ("dismiss", "lead", "end_lead")


def _shown(slug: str) -> AnyRow:
    network = visible_network(slug)
    if not policy.may_see_moderators(require_me(), network.my_role):
        abort(404)
    return network


@blueprint.get("")
@active
def page(slug: str) -> ResponseReturnValue:
    """Who keeps the network clear, and what the reader may do about it."""
    return _page(_shown(slug), ModeratorForm())


def _page(network: AnyRow, form: ModeratorForm) -> str:
    me = require_me()
    i_lead, place = bool(network.i_lead), network.my_role
    found = leads.moderators_of(network.id)
    return render_template(
        "networks/moderators.html",
        nav="networks",
        unread=unread_count(me.id),
        network=network,
        moderators=found,
        may_dismiss={row.id for row in found if policy.may_dismiss(me, place, row, i_lead=i_lead)},
        may_appoint=policy.may_appoint_moderators(me, place, i_lead=i_lead),
        may_change_lead={row.id for row in found if policy.may_change_lead(me, row)},
        may_step_down=policy.may_step_down(place),
        form=form,
    )


@blueprint.post("")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def appoint(slug: str) -> ResponseReturnValue:
    """Make a member of the network its moderator, by handle."""
    network, me = _shown(slug), require_me()
    if not policy.may_appoint_moderators(me, network.my_role, i_lead=bool(network.i_lead)):
        abort(404)
    form = ModeratorForm(request.form)
    if not form.validate():
        return _page(network, form), BAD_INPUT
    with unit_of_work():
        whom = leads.member_called(network.id, form.handle.data or "")
        fresh = whom is not None and whom.place == "member"
        if whom is not None and fresh:
            leads.appoint(whom.id, network.id, actor=me.id)
    if whom is None:
        form.handle.errors = [
            _("Nobody in this network is called that. Write their handle as it stands on their posts.")
        ]
        return _page(network, form), BAD_INPUT
    said = _("%(name)s is a moderator now, and has been told.") if fresh else _("%(name)s is a moderator already.")
    flash(said % {"name": whom.name}, "good")
    return _back(network)


@blueprint.post("/<member_id>")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def change(slug: str, member_id: str) -> ResponseReturnValue:
    """Dismiss a moderator, let one lead, or lead no more (``do``)."""
    network, word = _shown(slug), request.form.get("do")
    number = parse_id(member_id) or abort(404)
    if word not in _ACTS:
        abort(400)
    with unit_of_work():
        whom = leads.moderator_by_id(network.id, number) or abort(404)
        if not _may(network, whom, word):
            abort(404)
        _do(network, whom, word)
    flash(_("Done. %(name)s has been told.", name=whom.name), "good")
    return _back(network)


def _may(network: AnyRow, whom: AnyRow, word: str) -> bool:
    me = require_me()
    if word == "dismiss":
        return policy.may_dismiss(me, network.my_role, whom, i_lead=bool(network.i_lead))
    return policy.may_change_lead(me, whom) and whom.is_lead == (word == "end_lead")


def _do(network: AnyRow, whom: AnyRow, word: str) -> None:
    actor = require_me().id
    if word == "dismiss":
        leads.dismiss(whom.id, network.id, actor=actor)
    elif word == "lead":
        leads.appoint(whom.id, network.id, actor=actor, as_lead=True)
    else:
        leads.end_lead(whom.id, network.id, actor=actor)


@blueprint.post("/step-down")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def step_down(slug: str) -> ResponseReturnValue:
    """Moderate no more, at one's own wish."""
    network, me = _shown(slug), require_me()
    if not policy.may_step_down(network.my_role):
        abort(404)
    with unit_of_work():
        leads.dismiss(me.id, network.id, actor=me.id)
    flash(_("You are a member of %(network)s like others now.", network=network.name), "good")
    return redirect(f"/n/{network.slug}", 303)


def _back(network: AnyRow) -> ResponseReturnValue:
    return redirect(url_for(".page", slug=network.slug), 303)
