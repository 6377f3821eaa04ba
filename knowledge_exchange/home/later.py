"""Addresses whose rooms are still to come: each says so plainly, and where to go meanwhile."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.home.routes import blueprint
from knowledge_exchange.networks.queries import moderated_by
from knowledge_exchange.notifications.queries import unread_count

MAX_QUERY_CHARS = 200


@blueprint.get("/search")
@active
def search() -> ResponseReturnValue:
    """The search is not there yet."""
    words = " ".join(request.args.get("q", "").split())[:MAX_QUERY_CHARS]
    heading = _("Search is not open yet")
    text = _("It comes with a later release. Until then each network has lists of unanswered problems and of advice.")
    return _page(heading, text, [("/networks", _("Look through the networks")), ("/ask", _("Ask a problem"))], words)


@blueprint.get("/members")
@active
def members() -> ResponseReturnValue:
    """There is no directory, and there will be one only of those who ask to be in it."""
    heading = _("There is no list of members")
    text = _(
        "Who is a member is confidential. A directory of those who wish to be found "
        "comes with a later release; nobody is in it unless they ask."
    )
    return _page(heading, text, [("/networks", _("Meet members in your networks"))])


@blueprint.get("/moderation")
@active
def moderation() -> ResponseReturnValue:
    """The networks that one moderates; to all others there is nothing here."""
    networks = moderated_by(require_me().id)
    if not networks:
        abort(404)
    links = [(f"/n/{network.slug}/people", network.name) for network in networks]
    text = _(
        "Requests to join and invitations are with each network. "
        "Reports and the shared queue come with a later release."
    )
    return _page(_("Your networks to moderate"), text, links)


def _page(heading: str, text: str, links: list[tuple[str, str]], words: str = "") -> str:
    me = require_me()
    return render_template(
        "home/later.html", me=me, heading=heading, text=text, links=links, words=words, unread=unread_count(me.id)
    )
