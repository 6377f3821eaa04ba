"""The page behind the link in every message, the one click of mail programs, and mail that comes back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from knowledge_exchange.auth.gate import active, by_link
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter, the_address
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.mail.actions import forget_refusal
from knowledge_exchange.notifications.unsubscribe import (
    Subscription,
    mute_thread,
    only_digest,
    read_token,
    stop_all,
    stop_list,
)

#: From one address. A mail provider sends the clicks of all who read there.
UNSUBSCRIBE_LIMIT = "300 per 10 minutes"
#: What mail programs send when somebody presses their button (RFC 8058).
ONE_CLICK = ("List-Unsubscribe", "One-Click")

blueprint = Blueprint("unsubscribe", __name__)


@dataclass(frozen=True)
class Stop:
    """Something that the page offers: its code in the form, its button, what it says when done, and what it does."""

    code: str
    text: str
    done: str
    act: Callable[[Subscription], None]


def _stops(about: Subscription) -> list[Stop]:
    digest = Stop("digest", _("Stop the digest"), _("The digest has stopped."), stop_list)
    thread = Stop(
        "thread",
        _("Mute this conversation"),
        _("You hear no more of this conversation, neither by e-mail nor on the site. Its page turns it on again."),
        mute_thread,
    )
    weekly = Stop(
        "weekly",
        _("Only a digest, once a week"),
        _("Single messages have stopped. What is new comes in a digest, when you have been away."),
        only_digest,
    )
    everything = Stop(
        "all", _("Stop all e-mail about what is new"), _("All e-mail about what is new has stopped."), stop_all
    )
    if about.digest:
        return [digest, everything]
    return [thread, weekly, everything] if about.thread_id else [weekly, everything]


def _page(about: Subscription, done: str = "") -> str:
    return render_template("notifications/unsubscribe.html", choices=_stops(about), done=done)


def _subscription(token: str) -> Subscription:
    about = read_token(token)
    if about is None:
        # The same for whatever it is that isn't good: it tells nothing about anybody.
        abort(Response(render_template("notifications/unsubscribe_dead.html"), 404))
    return about


@blueprint.get("/unsubscribe/<token>")
@by_link
def page(token: str) -> ResponseReturnValue:
    """Ask what shall stop. Looking never stops anything: mail filters open every link."""
    return _page(_subscription(token))


@blueprint.post("/unsubscribe/<token>")
@by_link
@limiter.limit(UNSUBSCRIBE_LIMIT, key_func=the_address)
def stop(token: str) -> ResponseReturnValue:
    """Stop what a button of the page says, or (one click in a mail program) the mail that the link came in."""
    about = _subscription(token)
    header, value = ONE_CLICK
    if request.form.get(header) == value:
        with unit_of_work():
            stop_list(about)
        return Response("Unsubscribed\n", mimetype="text/plain")
    chosen = next((one for one in _stops(about) if one.code == request.form.get("stop")), None)
    if chosen is None:
        return _page(about), 422
    with unit_of_work():
        chosen.act(about)
    return _page(about, chosen.done)


@blueprint.post("/notifications/mail-again")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def try_mail_again() -> ResponseReturnValue:
    """Forget that mail to this member came back: the next message shows whether it arrives."""
    me = require_me()
    address = db.session.scalar(select(Member.email).where(Member.id == me.id)) or ""
    with unit_of_work():
        forget_refusal(address)
    flash(_("We try again with the next message."), "good")
    return redirect(url_for("notifications.index"), 303)
