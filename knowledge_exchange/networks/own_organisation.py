"""An organisation's page for its own members, and what a link manager says to being one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.networks import link_managers, policy
from knowledge_exchange.networks import organisation_queries as queries
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("own_organisation", __name__)
BAD_INPUT = 400


@blueprint.get("/organisations/<code>")
@active
def page(code: str) -> ResponseReturnValue:
    """Who its members may turn to. For all others it isn't there, whether there is such an organisation or not."""
    me = require_me()
    if not policy.may_see_organisation(me, code):
        abort(404)
    row = queries.organisation(code) or abort(404)
    return render_template(
        "networks/organisation.html",
        nav="networks",
        unread=unread_count(me.id),
        organisation=row,
        is_mine=me.organisation_code == code,
        managers=link_managers.named(code),
        networks=queries.networks_of(code, me),
    )


@blueprint.post("/me/link-manager/<number>")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def answer(number: str) -> ResponseReturnValue:
    """Agree to be named, or decline; give it up (``do``)."""
    word, wanted, me = request.form.get("do"), parse_id(number) or abort(404), require_me()
    if word not in ("consent", "give-up"):
        abort(BAD_INPUT)
    with unit_of_work():
        done = link_managers.consent(wanted, me.id) if word == "consent" else link_managers.give_up(wanted, me.id)
    if not done:
        abort(404)
    told = _("You are named to the members of your organisation now.") if word == "consent" else _("You are not named.")
    flash(told, "good")
    return redirect(url_for("auth.my_page") + "#organisation", 303)


def my_organisation(me: Me) -> dict[str, Any] | None:
    """For one's own page and the list of networks: where one works, and what one is asked to be there."""
    if not me.is_active or me.organisation_code is None:
        return None
    row = queries.organisation(me.organisation_code)
    return None if row is None else {"code": row.code, "name": row.name, "asked": link_managers.mine(me.id)}
