"""Networks: which there are, coming in, leaving; and the moderators' door list.

The page of one network, with its threads, lies above: threads/routes.py.
"""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.ids import new_id, parse_id
from knowledge_exchange.networks import actions, invitations, listing, policy, removals, requests
from knowledge_exchange.networks.forms import AskForm
from knowledge_exchange.networks.queries import network_page
from knowledge_exchange.notifications import actions as notices
from knowledge_exchange.notifications.models import LEVELS
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("networks", __name__)
BAD_INPUT = 400
FORBIDDEN = 403


def visible_network(slug: str) -> AnyRow:
    """The network with my place in it, or 404."""
    return network_page(require_me(), slug) or abort(404)


@blueprint.get("/networks")
@active
def list_networks() -> ResponseReturnValue:
    """Mine, those I am invited to, and the others that I may see."""
    me = require_me()
    others = listing.other_networks(me, after=request.args.get("after", ""))
    shown = others[: listing.OTHERS_PAGE]
    older = url_for(".list_networks", after=shown[-1].slug) if len(others) > len(shown) else None
    return render_template(
        "networks/networks.html",
        nav="networks",
        unread=unread_count(me.id),
        mine=listing.my_networks(me),
        invitations=listing.my_invitations(me),
        others=shown,
        older=older,
        rounded=listing.rounded,
        counted_most=listing.COUNTED_MOST,
    )


@blueprint.post("/n/<slug>/join")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def join(slug: str) -> ResponseReturnValue:
    """Come into an open network. Being in already is no fault."""
    network = visible_network(slug)
    if not policy.may_join(require_me(), network.visibility, network.my_role):
        return _stay_or_refuse(network)
    with unit_of_work():
        stays_out = removals.is_removed(require_me().id, network.id)
        actions.add_member(require_me().id, network.id)
    if stays_out:
        return _refused(_("You were removed from this network"), _("Why, and how to appeal, stands on your own page."))
    flash(_("You are now in %(network)s.", network=network.name), "good")
    return _to(network)


@blueprint.post("/n/<slug>/leave")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def leave(slug: str) -> ResponseReturnValue:
    """Go out of a network, also one that I was put into."""
    network = visible_network(slug)
    if not policy.may_leave(network.my_role):
        abort(404)
    with unit_of_work():
        actions.leave(require_me().id, network.id)
    flash(_("You have left %(network)s.", network=network.name), "good")
    return redirect(url_for(".list_networks"), 303)


@blueprint.post("/n/<slug>/level")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def level(slug: str) -> ResponseReturnValue:
    """Choose how loud a network is, for those who may read it."""
    wanted = request.form.get("level", "")
    if wanted not in LEVELS:
        abort(BAD_INPUT)
    with unit_of_work():
        network = visible_network(slug)
        if not network.may_read:
            abort(404)
        notices.choose_network_level(require_me().id, network.id, wanted)
    return redirect(f"/n/{network.slug}#watch", 303)


@blueprint.post("/n/<slug>/read")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def mark_read(slug: str) -> ResponseReturnValue:
    """Mark everything in a network read that was there when the page was made (``upto``)."""
    with unit_of_work():
        network = visible_network(slug)
        if not network.may_read:
            abort(404)
        notices.mark_networks_read(require_me().id, [network.id], _upto())
    return _to(network)


@blueprint.post("/networks/read")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def mark_all_read() -> ResponseReturnValue:
    """Likewise in every network that I am in."""
    me = require_me()
    with unit_of_work():
        notices.mark_networks_read(me.id, listing.my_network_ids(me), _upto())
    return redirect("/", 303)


def _upto() -> int:
    """What came after the page was made has not been seen; nothing is read before it is there."""
    moment = new_id()
    return min(parse_id(request.form.get("upto")) or moment, moment)


@blueprint.post("/n/<slug>/ask")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def ask(slug: str) -> ResponseReturnValue:
    """Ask a closed network's moderators to be let in."""
    network = visible_network(slug)
    if not policy.may_ask(require_me(), network.visibility, network.my_role, network.my_request_id is not None):
        return _stay_or_refuse(network)
    form = AskForm(request.form)
    if not form.validate():
        return closed_page(network, form), BAD_INPUT
    with unit_of_work():
        requests.ask_to_join(require_me().id, network.id, (form.note.data or "").strip())
    flash(_("You have asked to join %(network)s. Its moderators will answer.", network=network.name), "good")
    return _to(network)


def ask_form() -> AskForm:
    """An empty form, for the page of a closed network (a template global)."""
    return AskForm(MultiDict())


def closed_page(network: AnyRow, form: AskForm) -> str:
    """How to come into a closed network, with what was typed."""
    me = require_me()
    return render_template(
        "networks/closed.html", nav="networks", network=network, ask=form, unread=unread_count(me.id)
    )


@blueprint.post("/networks/invitations/<invitation_id>")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def answer(invitation_id: str) -> ResponseReturnValue:
    """Accept or decline an invitation of mine (``answer``)."""
    word = request.form.get("answer")
    if word not in ("accept", "decline"):
        abort(400)
    number = parse_id(invitation_id) or abort(404)
    with unit_of_work():
        network_id = invitations.answer_invitation(number, require_me().id, accept=word == "accept")
    if network_id is None:
        abort(404)
    flash(_("You are in.") if word == "accept" else _("You declined. Nobody is told but the record."), "good")
    return redirect(url_for(".list_networks"), 303)


def _stay_or_refuse(network: AnyRow) -> ResponseReturnValue:
    """A button pressed twice, or on an old page: show how things are. What can't be is not there.

    What one's category of membership may not is refused, in words.
    """
    if network.my_role is None and network.my_request_id is None:
        if require_me().may_join:
            abort(404)
        return _barred(network)
    return _to(network)


def _barred(network: AnyRow) -> ResponseReturnValue:
    """What one's category keeps one from, in the words of the pages; what was written to the moderators is not lost."""
    if network.visibility == "closed":
        return closed_page(network, AskForm(request.form)), FORBIDDEN
    heading = _("Your category of membership does not let you join further networks")
    return _refused(heading, _("If that can’t be right, write to the membership team."))


def _refused(heading: str, advice: str) -> ResponseReturnValue:
    page = render_template("errors/error.html", status=FORBIDDEN, heading=heading, advice=advice, is_active=True)
    return page, FORBIDDEN


def _to(network: AnyRow) -> ResponseReturnValue:
    return redirect(f"/n/{network.slug}", 303)
