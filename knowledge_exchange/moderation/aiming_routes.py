"""Acts aimed at a pseudonym, from the menu of a post: the answer is the same whomever they met, and if nobody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from knowledge_exchange.auth.fresh import ask_unless_fresh
from knowledge_exchange.auth.gate import active, for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.auth.timing import never_sooner
from knowledge_exchange.core.db import end_read, unit_of_work
from knowledge_exchange.moderation import aiming, policy, words
from knowledge_exchange.moderation.finding import Found, pseudonymous_post
from knowledge_exchange.moderation.forms import AimForm
from knowledge_exchange.networks import removals
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("aiming", __name__, url_prefix="/t/<int:thread_id>")
BAD_INPUT = 422


@blueprint.get("/suspend/<int:post_id>")
@for_roles(*policy.OFFICERS)
def suspend_page(thread_id: int, post_id: int) -> ResponseReturnValue:
    """What suspending whoever is behind a pseudonym means, and why it is to be done."""
    return _page("suspend", pseudonymous_post(require_me(), thread_id, post_id), _form(words.suspensions()))


@blueprint.post("/suspend/<int:post_id>")
@for_roles(*policy.OFFICERS)
@limiter.limit(SMALL_ACT_LIMIT)
@never_sooner
def suspend(thread_id: int, post_id: int) -> ResponseReturnValue:
    """Do it, once it is sure that it is still the officer."""
    found, form = pseudonymous_post(require_me(), thread_id, post_id), _form(words.suspensions())
    if not form.validate():
        return _page("suspend", found, form), BAD_INPUT
    end_read()
    return ask_unless_fresh() or _suspend(found, form)


def _suspend(found: Found, form: AimForm) -> ResponseReturnValue:
    with unit_of_work():
        aiming.suspend(require_me(), found.post, form.cause.data, form.reason.data or "")
    return _done(found)


@blueprint.get("/remove/<int:post_id>")
@active
def remove_page(thread_id: int, post_id: int) -> ResponseReturnValue:
    """What removing whoever is behind a pseudonym from the network means, and why it is to be done."""
    return _page("remove", _for_removal(thread_id, post_id), _form(removals.causes()))


@blueprint.post("/remove/<int:post_id>")
@active
@limiter.limit(SMALL_ACT_LIMIT)
@never_sooner
def remove(thread_id: int, post_id: int) -> ResponseReturnValue:
    """Do it, likewise."""
    found, form = _for_removal(thread_id, post_id), _form(removals.causes())
    if not form.validate():
        return _page("remove", found, form), BAD_INPUT
    end_read()
    return ask_unless_fresh() or _remove(found, form)


def _remove(found: Found, form: AimForm) -> ResponseReturnValue:
    with unit_of_work():
        aiming.remove(require_me(), found.post, found.thread.network_id, form.cause.data, form.reason.data or "")
    return _done(found)


def _for_removal(thread_id: int, post_id: int) -> Found:
    """The post, for moderators of its network who may see it, and for officers; to all others there is no such page."""
    found = pseudonymous_post(require_me(), thread_id, post_id)
    if not policy.may_remove(require_me(), found.thread.my_role):
        abort(404)
    return found


def _done(found: Found) -> ResponseReturnValue:
    """The one answer: it tells neither who it was nor whether anything has changed."""
    flash(_("Noted, and done where it can be done. Whom it met, and whether anybody, is told to nobody."), "good")
    return redirect(f"/p/{found.post.id}", 303)


def _form(causes: dict[str, Any]) -> AimForm:
    form = AimForm(request.form if request.method == "POST" else None)
    form.cause.choices = [SelectChoice(word, text) for word, text in causes.items()]
    return form


def _page(word: str, found: Found, form: AimForm) -> str:
    unread = unread_count(require_me().id)
    return render_template(
        "moderation/aim.html", nav="networks", unread=unread, word=word, thread=found.thread, post=found.post, form=form
    )
