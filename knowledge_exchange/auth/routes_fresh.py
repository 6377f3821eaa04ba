"""The page that asks whether it is still the member, at an address of its own, and what its passkey button asks."""

from __future__ import annotations

from flask import jsonify, redirect, request
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth import fresh, passkeys
from knowledge_exchange.auth import passkeys_challenges as challenges
from knowledge_exchange.auth.answering import asked_for, local_or
from knowledge_exchange.auth.blueprint import blueprint
from knowledge_exchange.auth.gate import setting_up
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me


@blueprint.get("/settings/confirm")
@setting_up
def confirm_it_is_you() -> ResponseReturnValue:
    """Ask, on the way to a page (``next``) that wants it."""
    return fresh.page(asked_for())


@blueprint.post("/settings/confirm")
@setting_up
@limiter.limit(SMALL_ACT_LIMIT)
@fresh.fresh
def go_on_confirmed() -> ResponseReturnValue:
    """It is they: on to the page that wanted to know."""
    return redirect(local_or(request.args.get("next"), "/"), 303)


@blueprint.post("/settings/confirm/options")
@setting_up
@limiter.limit(SMALL_ACT_LIMIT)
def confirm_options() -> ResponseReturnValue:
    """What the browser is to ask for: one of the member's own passkeys."""
    here = passkeys.party()
    if here is None:
        return jsonify(error="no_passkeys_here"), 404
    return jsonify(passkeys.options_to_use(here, challenges.CONFIRM, require_me().id))
