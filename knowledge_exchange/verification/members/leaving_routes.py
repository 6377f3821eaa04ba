"""Leaving the exchange: what it means, and doing it. For everybody with an account, whatever their standing."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth import sessions
from knowledge_exchange.auth.fresh import ask_unless_fresh
from knowledge_exchange.auth.gate import once_set_up, signed_in
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.verification.members import steps as member_steps

blueprint = Blueprint("leaving", __name__, url_prefix="/me/leave")


@blueprint.get("")
@signed_in
@once_set_up
def ask() -> ResponseReturnValue:
    """What becomes of the account and of what one wrote."""
    return render_template("verification/leave.html", nav="me")


@blueprint.post("")
@signed_in
@once_set_up
@limiter.limit(SMALL_ACT_LIMIT)
def leave() -> ResponseReturnValue:
    """Close one's own account, once it is sure that it is its owner who asks."""
    return ask_unless_fresh() or _leave()


def _leave() -> ResponseReturnValue:
    me = require_me()
    with unit_of_work():
        member_steps.change_by_hand(me.id, "left", _("You left the exchange."), me.id)
        sessions.sign_out()
    flash(_("Your account is closed, and you are signed out. Thank you for what you shared."), "good")
    return redirect(url_for("home.index"), 303)
