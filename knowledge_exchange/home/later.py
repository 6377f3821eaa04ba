"""Addresses whose rooms are still to come: each says so plainly, and where to go meanwhile."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.home.routes import blueprint
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


def _page(heading: str, text: str, links: list[tuple[str, str]], words: str = "") -> str:
    me = require_me()
    return render_template(
        "home/later.html", me=me, heading=heading, text=text, links=links, words=words, unread=unread_count(me.id)
    )
