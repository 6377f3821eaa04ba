"""Pages of a thread's summary: writing it, asking others to, its history."""

from __future__ import annotations

from flask import Blueprint, abort, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import REPLY_LIMIT, SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.policy import has_handle_form
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.text import clean_text
from knowledge_exchange.guard.reviewing import Review
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.acts.acts import Of, Reason, note_act
from knowledge_exchange.moderation.lasting.curators import (
    BAD_INPUT,
    CONFLICT,
    FORBIDDEN,
    NOT_FOUND,
    changed_since,
    curated,
    curated_now,
    page,
)
from knowledge_exchange.threads.actions import Text, written
from knowledge_exchange.threads.composing import guarding
from knowledge_exchange.threads.curation import summaries
from knowledge_exchange.threads.forms import Errors, check_short_text
from knowledge_exchange.threads.locking import locked_thread, with_place_of_now
from knowledge_exchange.threads.muted import not_while_muted
from knowledge_exchange.threads.page import base_url
from knowledge_exchange.threads.routes import visible_thread
from knowledge_exchange.threads.veils.shielding import handles_in
from knowledge_exchange.threads.words import care_texts

blueprint = Blueprint("summaries", __name__, url_prefix="/t/<int:thread_id>/summary")
WRITTEN, TAKEN_DOWN = "summary", "summary_off"
#: Room for as many handles as may be asked at a time, each with what stands between two.
MOST_TYPED = summaries.MOST_ASKED * 34


def _writable(me: Me, thread_id: int) -> AnyRow:
    """A thread of which this person may write the summary, or 404; under a pseudonym: a sentence."""
    thread = with_place_of_now(me, visible_thread(me, thread_id))
    if thread.sealed_id is not None:
        why = _("A summary bears its writer’s name, and in this thread you write under a pseudonym.")
        abort(make_response(page("refused", me, thread=thread, why=why), FORBIDDEN))
    return thread if acted_as(me, thread) or summaries.is_asked(me, thread_id) else abort(NOT_FOUND)


@blueprint.get("")
@active
def form(thread_id: int) -> ResponseReturnValue:
    """The form of a summary, and of asking others for one."""
    me = require_me()
    thread = _writable(me, thread_id)
    not_while_muted(me, thread, "")
    return _page(me, thread)


def _page(
    me: Me, thread: AnyRow, typed: str | None = None, errors: Errors | None = None, review: Review | None = None
) -> str:
    now = summaries.summary(thread.summary_id) if thread.summary_id else None
    may_curate = bool(acted_as(me, thread))
    return page(
        "summary",
        me,
        thread=thread,
        now=now,
        body=typed if typed is not None else now.body if now else "",
        errors=errors or {},
        review=review,
        may_curate=may_curate,
        is_asked=summaries.is_asked(me, thread.id),
        writers=summaries.writers_of(thread.id, me.id) if may_curate else (),
        most=summaries.MOST_CHARS,
        most_asked=summaries.MOST_ASKED,
        most_typed=MOST_TYPED,
    )


@blueprint.post("")
@active
@limiter.limit(REPLY_LIMIT)
def write(thread_id: int) -> ResponseReturnValue:
    """Put a summary above the talk, in place of the one before."""
    me = require_me()
    thread = _writable(me, thread_id)
    body = clean_text(request.form.get("body", ""))
    not_while_muted(me, thread, body)
    if errors := check_short_text(body, summaries.MOST_CHARS):
        return _page(me, thread, body, errors), BAD_INPUT
    where = {"network_slug": thread.network_slug, "thread_id": thread.id}
    review = guarding.check(request.form, {"body": body}, pseudonym=False, **where)
    if review is not None:
        return _page(me, thread, review.texts["body"], review=review), review.status
    text = written(body)
    with unit_of_work():
        locked_thread(me, thread_id)
        thread = _writable(me, thread_id)
        is_old = request.form.get("seen", "") != str(thread.summary_id or 0)
        if not is_old:
            _write(me, thread, text)
    if is_old:
        return _page(me, thread, body, {"seen": changed_since()}), CONFLICT
    flash(_("The summary stands above the replies now."), "good")
    return redirect(base_url(thread), 303)


def _write(me: Me, thread: AnyRow, text: Text) -> None:
    made = summaries.write(me, thread, text)
    acting = acted_as(me, thread)
    if acting:  # whoever was asked signs in its history
        kept = {"before": thread.summary_id, "made": made}
        note_act(me, acting, WRITTEN, Of(thread.network_id, thread.id), Reason(), kept=kept)


def undo_written(thread: AnyRow, kept: dict[str, int | None]) -> bool:
    """The version goes, and the one before it stands there again."""
    if summaries.standing(thread.id) != kept.get("made"):
        return False
    summaries.show(thread, kept.get("before"))
    summaries.forget(kept["made"] or 0)
    return True


@blueprint.post("/off")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def take_down(thread_id: int) -> ResponseReturnValue:
    """Let none stand there; its history stays."""
    me = require_me()
    curated(me, thread_id)
    with unit_of_work():
        thread = curated_now(me, thread_id)
        if thread.summary_id is not None:
            kept = {"before": thread.summary_id}
            summaries.show(thread, None)
            note_act(me, acted_as(me, thread), TAKEN_DOWN, Of(thread.network_id, thread.id), Reason(), kept=kept)
    flash(_("No summary stands there now."), "good")
    return redirect(base_url(thread), 303)


def undo_taken_down(thread: AnyRow, kept: dict[str, int | None]) -> bool:
    """It stands there again."""
    if summaries.standing(thread.id) is not None:
        return False
    summaries.show(thread, kept.get("before"))
    return True


@blueprint.post("/ask")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def ask(thread_id: int) -> ResponseReturnValue:
    """Ask others for a summary; the answer is the same whoever has these handles, and whether anybody has."""
    me = require_me()
    thread = curated(me, thread_id)
    handles = list(
        dict.fromkeys([*handles_in(request.form.get("who", "")[:MOST_TYPED]), *request.form.getlist("writer")])
    )
    if not handles or len(handles) > summaries.MOST_ASKED or not all(map(has_handle_form, handles)):
        wrong = _("Name at least one person by their handle, and at most %(most)s.", most=summaries.MOST_ASKED)
        return _page(me, thread, errors={"who": wrong}), BAD_INPUT
    with unit_of_work():
        thread = curated_now(me, thread_id)
        summaries.ask(me, thread, handles, str(care_texts()["summary"]) % {"title": thread.title})
    flash(
        _("Whoever of them may read this thread is asked. They may write it, or say that they would rather not."),
        "good",
    )
    return redirect(url_for(".form", thread_id=thread_id), 303)


@blueprint.post("/decline")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def decline(thread_id: int) -> ResponseReturnValue:
    """Say that one would rather not; nobody is told."""
    me = require_me()
    thread = _writable(me, thread_id)
    with unit_of_work():
        summaries.forget_ask(thread_id, me.id)
    flash(_("All right: you are not asked any more."), "good")
    return redirect(base_url(thread), 303)


@blueprint.get("/history")
@active
def history(thread_id: int) -> ResponseReturnValue:
    """All versions, for whoever may read the thread."""
    me = require_me()
    thread = visible_thread(me, thread_id)
    versions = summaries.versions_of(thread_id) or abort(NOT_FOUND)
    return page("summary_history", me, thread=thread, versions=versions)
