"""The moderators' door list of one network: who asks, whom to invite. To all others it does not exist."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.networks import invitations, listing, policy, requests
from knowledge_exchange.networks.forms import DecideForm, InviteForm
from knowledge_exchange.networks.routes import BAD_INPUT, visible_network
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("network_door", __name__, url_prefix="/n/<slug>")


def _moderated(slug: str) -> AnyRow:
    network = visible_network(slug)
    if not policy.may_moderate(network.my_role):
        abort(404)
    return network


@blueprint.get("/people")
@active
def people(slug: str) -> ResponseReturnValue:
    """Requests, invitations, and who moderates. The members are listed nowhere."""
    return _page(_moderated(slug))


def _page(network: AnyRow, invite_form: InviteForm | None = None, refused: int | None = None) -> str:
    """``refused``: the request whose refusal came without a reason."""
    after = parse_id(request.args.get("after", "")) or 0
    waiting = listing.open_requests(network.id, after)
    shown = waiting[: listing.REQUESTS_PAGE]
    more = url_for(".people", slug=network.slug, after=str(shown[-1].id)) if len(waiting) > len(shown) else None
    return render_template(
        "networks/people.html",
        nav="networks",
        unread=unread_count(require_me().id),
        network=network,
        requests=shown,
        more=more,
        refused=refused,
        moderators=listing.moderators(network.id),
        invite=invite_form or InviteForm(MultiDict()),
        may_invite=policy.may_invite(network.visibility, network.my_role),
    )


@blueprint.post("/requests/<request_id>")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def decide(slug: str, request_id: str) -> ResponseReturnValue:
    """Let somebody in, or not and say why (``decision``)."""
    network = _moderated(slug)
    number = parse_id(request_id) or abort(404)
    word = request.form.get("decision")
    if word not in ("accept", "refuse"):
        abort(400)
    form = DecideForm(request.form)
    reason = (form.reason.data or "").strip()
    if not form.validate() or (word == "refuse" and not reason):
        # Nobody is turned away without a word.
        return _page(network, refused=number), BAD_INPUT
    with unit_of_work():
        done = requests.decide_request(
            number,
            network.id,
            moderator_id=require_me().id,
            accept=word == "accept",
            reason=reason,
        )
    if not done:
        abort(404)
    flash(_("They are in, and have been told.") if word == "accept" else _("They have been told."), "good")
    return redirect(url_for(".people", slug=slug), 303)


@blueprint.post("/invitations")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def invite(slug: str) -> ResponseReturnValue:
    """Invite somebody; the answer is the same whether or not there is such a person."""
    network = _moderated(slug)
    if not policy.may_invite(network.visibility, network.my_role):
        abort(404)
    form = InviteForm(request.form)
    if not form.validate():
        return _page(network, invite_form=form), BAD_INPUT
    with unit_of_work():
        invitations.invite((form.who.data or "").strip(), network.id, moderator_id=require_me().id)
    flash(_("If that is a member of the exchange, the invitation is waiting for them."), "good")
    return redirect(url_for(".people", slug=slug), 303)
