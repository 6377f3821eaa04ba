"""Pages of whoever asked: what happened in the end."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import REPLY_LIMIT, SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.text import clean_text
from knowledge_exchange.guard.reviewing import Review
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.actions import written
from knowledge_exchange.threads.composing import guarding
from knowledge_exchange.threads.curation import outcomes
from knowledge_exchange.threads.forms import Errors, check_short_text
from knowledge_exchange.threads.locking import locked_thread, with_place_of_now
from knowledge_exchange.threads.muted import not_while_muted
from knowledge_exchange.threads.page import base_url
from knowledge_exchange.threads.policy import may_tell_outcome
from knowledge_exchange.threads.routes import blueprint, visible_thread

BAD_INPUT, NOT_FOUND = 422, 404


def _own_thread(me: Me, thread_id: int) -> AnyRow:
    """A thread of the reader's own with an accepted answer, or with an end told already; or 404."""
    thread = visible_thread(me, thread_id)
    return thread if may_tell_outcome(thread) else abort(NOT_FOUND)


@blueprint.get("/t/<int:thread_id>/outcome")
@active
def outcome_page(thread_id: int) -> ResponseReturnValue:
    """The form in which whoever asked says what happened in the end."""
    me = require_me()
    thread = _own_thread(me, thread_id)
    not_while_muted(me, thread, "")
    return _page(me, thread)


def _page(
    me: Me, thread: AnyRow, typed: str | None = None, errors: Errors | None = None, review: Review | None = None
) -> str:
    said = outcomes.outcome_of(thread.id)
    return render_template(
        "lasting/outcome.html",
        me=me,
        nav="networks",
        thread=thread,
        body=typed if typed is not None else said.body if said is not None else "",
        errors=errors or {},
        review=review,
        most=outcomes.MOST_CHARS,
        unread=unread_count(me.id),
    )


@blueprint.post("/t/<int:thread_id>/outcome")
@active
@limiter.limit(REPLY_LIMIT)
def tell_outcome(thread_id: int) -> ResponseReturnValue:
    """Say what happened in the end, or say it otherwise."""
    me = require_me()
    thread = _own_thread(me, thread_id)
    body = clean_text(request.form.get("body", ""))
    not_while_muted(me, thread, body)
    if errors := check_short_text(body, outcomes.MOST_CHARS):
        return _page(me, thread, body, errors), BAD_INPUT
    is_pseudonym = thread.sealed_id is not None
    where = {"network_slug": thread.network_slug, "thread_id": thread.id}
    review = guarding.check(request.form, {"body": body}, pseudonym=is_pseudonym, **where)
    if review is not None:
        return _page(me, thread, review.texts["body"], review=review), review.status
    text = written(body)
    with unit_of_work():
        outcomes.write(me, _own_now(me, thread_id), text)
    flash(_("Thank you. It stands with the accepted answer now."), "good")
    return redirect(base_url(thread), 303)


def _own_now(me: Me, thread_id: int) -> AnyRow:
    thread = with_place_of_now(me, locked_thread(me, thread_id))
    return thread if may_tell_outcome(thread) else abort(NOT_FOUND)


@blueprint.post("/t/<int:thread_id>/outcome/away")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def take_outcome_away(thread_id: int) -> ResponseReturnValue:
    """Take it away again, or say that one would rather not tell; nobody asks again."""
    me = require_me()
    _own_thread(me, thread_id)
    with unit_of_work():
        thread = _own_now(me, thread_id)
        outcomes.take_away(thread)
    flash(_("It is gone.") if thread.has_outcome else _("All right: you are not asked again."), "good")
    return redirect(base_url(thread), 303)
