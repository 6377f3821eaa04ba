"""What members read of all this: how pseudonyms are protected, the totals, and what was opened of their own."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active, once_set_up, signed_in
from knowledge_exchange.auth.sessions import current_me, require_me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.moderation import queries, words
from knowledge_exchange.moderation.sanctions import sanction_queries
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("pseudonyms_explained", __name__)


@blueprint.get("/pseudonyms")
@active
def about() -> ResponseReturnValue:
    """How pseudonyms are protected, what can open them, and how often that was done."""
    totals = queries.totals()
    years = list(dict.fromkeys(total.year for total in totals))
    return render_template(
        "moderation/about.html",
        nav="",
        unread=unread_count(require_me().id),
        totals=totals,
        years=years,
        grounds=words.grounds(),
    )


@blueprint.get("/me/pseudonyms/opened/<request_id>")
@signed_in
@once_set_up
def opened(request_id: str) -> ResponseReturnValue:
    """Why a pseudonym of mine was opened; to everybody else there is no such page."""
    number = parse_id(request_id)
    found = next((row for row in opened_of_mine() if row.id == number), None) or abort(404)
    unread = unread_count(require_me().id)
    return render_template("moderation/opened_mine.html", nav="me", row=found, grounds=words.grounds(), unread=unread)


def opened_of_mine() -> Sequence[AnyRow]:
    """What was opened of whoever is asking (a template global, for their own pages)."""
    me = current_me()
    return queries.opened_of(me) if me is not None else []


def removals_of_mine() -> Sequence[AnyRow]:
    """Where whoever is asking was removed before there were sanctions (a template global)."""
    me = current_me()
    return sanction_queries.older_removals(me.id) if me is not None else []
