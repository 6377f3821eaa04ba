"""Acts aimed at a pseudonym, from the menu of a post: the answer is the same whomever they met, and if nobody."""

from __future__ import annotations

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
from knowledge_exchange.moderation import policy, words
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.cases import aiming
from knowledge_exchange.moderation.finding import Found, pseudonymous_post
from knowledge_exchange.moderation.forms import AimForm
from knowledge_exchange.moderation.sanctions import sanction_words
from knowledge_exchange.moderation.sanctions.sanction_forms import days_of, let_choose_days
from knowledge_exchange.moderation.sanctions.sanction_policy import MUTE, REMOVAL, SUSPENSION, WARNING
from knowledge_exchange.moderation.sanctions.sanctions import Terms
from knowledge_exchange.networks import removals
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("aiming", __name__, url_prefix="/t/<int:thread_id>")
BAD_INPUT = 422
#: What moderators aim, by the word of the address; officers, too.
_IN_NETWORK = {"warn": WARNING, "mute": MUTE, "remove": REMOVAL}


@blueprint.get("/suspend/<int:post_id>")
@for_roles(*policy.OFFICERS)
def suspend_page(thread_id: int, post_id: int) -> ResponseReturnValue:
    """What suspending whoever is behind a pseudonym means, and why it is to be done."""
    return _page(SUSPENSION, pseudonymous_post(require_me(), thread_id, post_id), _form(SUSPENSION))


@blueprint.post("/suspend/<int:post_id>")
@for_roles(*policy.OFFICERS)
@limiter.limit(SMALL_ACT_LIMIT)
@never_sooner
def suspend(thread_id: int, post_id: int) -> ResponseReturnValue:
    """Do it, once it is sure that it is still the officer."""
    return _aim(SUSPENSION, pseudonymous_post(require_me(), thread_id, post_id))


@blueprint.get("/warn/<int:post_id>", defaults={"word": "warn"})
@blueprint.get("/mute/<int:post_id>", defaults={"word": "mute"})
@blueprint.get("/remove/<int:post_id>", defaults={"word": "remove"})
@active
def network_page(thread_id: int, word: str, post_id: int) -> ResponseReturnValue:
    """What warning, muting or removing whoever is behind a pseudonym means, and why it is to be done."""
    return _page(_IN_NETWORK[word], _for_moderators(thread_id, post_id), _form(_IN_NETWORK[word]))


@blueprint.post("/warn/<int:post_id>", defaults={"word": "warn"})
@blueprint.post("/mute/<int:post_id>", defaults={"word": "mute"})
@blueprint.post("/remove/<int:post_id>", defaults={"word": "remove"})
@active
@limiter.limit(SMALL_ACT_LIMIT)
@never_sooner
def in_network(thread_id: int, word: str, post_id: int) -> ResponseReturnValue:
    """Do it, likewise."""
    return _aim(_IN_NETWORK[word], _for_moderators(thread_id, post_id))


def _aim(kind: str, found: Found) -> ResponseReturnValue:
    form = _form(kind)
    if not form.validate():
        return _page(kind, found, form), BAD_INPUT
    end_read()
    return ask_unless_fresh() or _done(kind, found, form)


def _done(kind: str, found: Found, form: AimForm) -> ResponseReturnValue:
    """The one answer: it tells neither who it was nor whether anything has changed."""
    terms = Terms(kind, days_of(form), Reason(text=form.reason.data or ""), form.cause.data)
    with unit_of_work():
        aiming.aim(require_me(), found.thread, found.post, terms)
    flash(_("Noted, and done where it can be done. Whom it met, and whether anybody, is told to nobody."), "good")
    return redirect(f"/p/{found.post.id}", 303)


def _for_moderators(thread_id: int, post_id: int) -> Found:
    """The post, for moderators of its network who may see it, and for officers; to all others there is no such page."""
    found = pseudonymous_post(require_me(), thread_id, post_id)
    if not policy.may_remove(require_me(), found.thread.my_role):
        abort(404)
    return found


def _form(kind: str) -> AimForm:
    form = AimForm(request.form if request.method == "POST" else None)
    causes = words.suspensions() if kind == SUSPENSION else removals.causes()
    form.cause.choices = [SelectChoice(word, text) for word, text in causes.items()]
    let_choose_days(form, kind)
    return form


def _page(kind: str, found: Found, form: AimForm) -> str:
    return render_template(
        "moderation/aim.html",
        nav="networks",
        unread=unread_count(require_me().id),
        kind=kind,
        said=sanction_words.aimed(kind, found.post.name, found.thread.network_name),
        thread=found.thread,
        post=found.post,
        form=form,
    )
