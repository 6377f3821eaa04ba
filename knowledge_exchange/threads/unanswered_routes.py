"""The oldest unanswered problems of all of one's networks."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads import filtered, listing
from knowledge_exchange.threads.routes import blueprint
from knowledge_exchange.threads.rows import thread_rows


@blueprint.get("/unanswered")
@active
def unanswered() -> ResponseReturnValue:
    """Unanswered problems of my networks, the oldest first."""
    me = require_me()
    after = parse_id(request.args.get("after"))
    networks = listing.my_networks(me.id)
    shown, more = filtered.oldest_unanswered(me, networks, after or 0)
    return render_template(
        "lasting/unanswered.html",
        me=me,
        nav="networks",
        rows=thread_rows(shown, me.zone, h="h2"),
        older=f"/unanswered?after={more}" if more else None,
        newer="/unanswered" if after else None,
        has_networks=bool(networks),
        unread=unread_count(me.id),
    )
