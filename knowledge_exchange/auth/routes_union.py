"""Signing in with the union's account. Only where a provider is set: elsewhere these addresses don't exist."""

from __future__ import annotations

import logging

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth import sessions, union_arriving, union_attempt
from knowledge_exchange.auth import union_linking as linking
from knowledge_exchange.auth.answering import came_from, local_or
from knowledge_exchange.auth.arriving import go_on
from knowledge_exchange.auth.fresh import fresh
from knowledge_exchange.auth.gate import public, setting_up
from knowledge_exchange.auth.limits import SIGN_IN_LIMIT, SMALL_ACT_LIMIT, limiter, the_address
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.auth.timing import never_sooner
from knowledge_exchange.auth.typed_text import sign_in_page
from knowledge_exchange.auth.union_arriving import Outcome
from knowledge_exchange.auth.union_attempt import CONFIRM, LINK, SIGN_IN, Attempt
from knowledge_exchange.auth.union_facts import Shown, Unreachable, Untrue
from knowledge_exchange.core.db import end_read, unit_of_work

blueprint = Blueprint("union", __name__)
_by_address = limiter.limit(SIGN_IN_LIMIT, key_func=the_address)
log = logging.getLogger(__name__)

#: The answer did not fit; there is no account, or more than one; a link that can't be made.
BAD, UNKNOWN, LINKED = "bad", "unknown", "linked"


@blueprint.post("/sign-in/union")
@public
@_by_address
def begin() -> ResponseReturnValue:
    """On to the provider."""
    goal = local_or(request.form.get("next"), "")
    if sessions.current_me() is not None:
        return redirect(goal or "/", 303)
    return _to_provider(SIGN_IN, goal=goal)


@blueprint.post("/settings/factors/union")
@setting_up
@limiter.limit(SMALL_ACT_LIMIT)
@fresh
def link() -> ResponseReturnValue:
    """On to the provider, to come back linked."""
    return _to_provider(LINK, member_id=require_me().id)


@blueprint.post("/settings/confirm/union")
@setting_up
@limiter.limit(SMALL_ACT_LIMIT)
def confirm() -> ResponseReturnValue:
    """On to the provider, who asks again whether it is still they."""
    if not linking.may_confirm(require_me().id):
        abort(404)
    return _to_provider(CONFIRM, goal=local_or(request.form.get("next"), came_from()), member_id=require_me().id)


@blueprint.post("/settings/factors/union/remove")
@setting_up
@limiter.limit(SMALL_ACT_LIMIT)
@fresh
def unlink() -> ResponseReturnValue:
    """Undo the link, where another way in remains."""
    with unit_of_work():
        done = linking.unlink(require_me().id)
    if done:
        flash(_("The link is removed."), "good")
    else:
        flash(_("That was your only way in: choose a password or add a passkey first."), "warn")
    return redirect(url_for("auth.factors_page"), 303)


def _to_provider(purpose: str, *, goal: str = "", member_id: int = 0) -> ResponseReturnValue:
    """A page that sends the browser on: our policy lets no form of ours lead to another site, not even by redirect."""
    from knowledge_exchange.auth import union_provider

    end_read()
    attempt = union_attempt.begin(purpose, goal=goal, member_id=member_id)
    try:
        address = union_provider.way_there(attempt)
    except Unreachable as error:
        return _unreachable(attempt, error)
    page = render_template("auth/union_on.html", address=address, nav="sign-in")
    return page, 200, {"Refresh": f"0; url={address}"}


@blueprint.get("/sign-in/union/back")
@public
@_by_address
@never_sooner
def back() -> ResponseReturnValue:
    """The provider has sent them back."""
    from knowledge_exchange.auth import union_provider

    with unit_of_work():
        attempt = union_attempt.spend(request.args.get("state", ""))
    code = request.args.get("code", "")
    if attempt is None or not 0 < len(code) <= union_provider.MOST_CODE_CHARS or "error" in request.args:
        return _refused(BAD)
    end_read()
    try:
        shown = union_provider.shown(attempt, code, request.args.get("iss"))
    except Untrue as error:
        log.warning("union_sign_in_refused", extra={"reason": str(error)})
        return _refused(BAD)
    except Unreachable as error:
        return _unreachable(attempt, error)
    return _arrived(attempt, shown)


def _arrived(attempt: Attempt, shown: Shown) -> ResponseReturnValue:
    if attempt.purpose == SIGN_IN:
        outcome = union_arriving.sign_in(shown)
        if outcome is Outcome.SECOND:
            return redirect(url_for("auth.second_page", next=attempt.goal or None), 303)
        return go_on(attempt.goal) if outcome is Outcome.IN else _refused(UNKNOWN)
    me = sessions.current_me()
    if me is None or me.id != attempt.member_id:
        return _refused(BAD)
    if attempt.purpose == LINK:
        if not union_arriving.link_mine(me.id, shown):
            return _refused(LINKED)
        flash(_("Linked. You can sign in with it from now on."), "good")
        return redirect(url_for("auth.factors_page"), 303)
    if not union_arriving.is_still(me.id, shown) or not linking.may_confirm(me.id):
        return _refused(BAD)
    with unit_of_work():
        sessions.note_confirmed(me)
    return redirect(attempt.goal or "/", 303)


def _refused(cause: str) -> ResponseReturnValue:
    """The same page for everything that does not fit together: what it was is in the log at most."""
    return render_template("auth/union_refused.html", cause=cause, nav="sign-in"), 400


def _unreachable(attempt: Attempt, error: Exception) -> ResponseReturnValue:
    """The union's provider is down: nobody's fault here, and whoever has a password can use that."""
    log.warning("union_provider_unreachable", extra={"reason": str(error)})
    if sessions.current_me() is None:
        return sign_in_page(goal=attempt.goal, wrong="union")
    flash(_("Your union’s sign-in can’t be reached just now. Try again in a few minutes."), "warn")
    return redirect(url_for("auth.factors_page"), 303)
