"""Asking to open a pseudonym: from the menu of a post, for national officers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from knowledge_exchange.auth.fresh import ask_unless_fresh
from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import end_read, unit_of_work
from knowledge_exchange.moderation import policy, queries, unsealing, words
from knowledge_exchange.moderation.finding import Found, pseudonymous_post
from knowledge_exchange.moderation.forms import AskForm
from knowledge_exchange.moderation.limits import LONGEST_DELAY
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.statements import VOICE

blueprint = Blueprint("unsealing", __name__, url_prefix="/t/<int:thread_id>/unseal/<int:post_id>")
BAD_INPUT = 422


@blueprint.get("")
@for_roles(*policy.OFFICERS)
def form(thread_id: int, post_id: int) -> ResponseReturnValue:
    """What it means to ask, and the form."""
    return _page(pseudonymous_post(require_me(), thread_id, post_id), _form())


@blueprint.post("")
@for_roles(*policy.OFFICERS)
@limiter.limit(SMALL_ACT_LIMIT)
def ask(thread_id: int, post_id: int) -> ResponseReturnValue:
    """Ask, once it is sure that it is still the officer."""
    found, typed = pseudonymous_post(require_me(), thread_id, post_id), _form()
    if not typed.validate():
        return _page(found, typed), BAD_INPUT
    end_read()
    return ask_unless_fresh() or _ask(found, typed)


def _ask(found: Found, typed: AskForm) -> ResponseReturnValue:
    try:
        with unit_of_work():
            unsealing.ask(require_me(), found.thread.id, _voice_id(found), typed.asked())
    except unsealing.AlreadySettled:
        flash(_("Somebody asks to open this pseudonym already. Nothing was done."), "warn")
    else:
        flash(_("Your request waits for a second officer. Opening a pseudonym takes two."), "good")
    return redirect(url_for("unsealing_office.queue"), 303)


def _voice_id(found: Found) -> int:
    return int(VOICE.all(participant=found.post.participant_id)[0].id)


def _form() -> AskForm:
    typed = AskForm(request.form if request.method == "POST" else None)
    typed.ground.choices = [SelectChoice(word, text) for word, text in words.whole_grounds().items()]
    return typed


def _page(found: Found, typed: AskForm) -> str:
    me = require_me()
    return render_template(
        "moderation/ask.html",
        nav="networks",
        unread=unread_count(me.id),
        thread=found.thread,
        post=found.post,
        form=typed,
        is_open=queries.open_of(_voice_id(found)),
        last_day=(now() + LONGEST_DELAY).date(),
    )
