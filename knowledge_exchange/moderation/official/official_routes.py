"""Pages of official answers: the form in which officers give one, where it is kept up, and its history for readers."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active, for_roles
from knowledge_exchange.auth.limits import REPLY_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, end_read, unit_of_work
from knowledge_exchange.core.i18n import today
from knowledge_exchange.guard.reviewing import Review
from knowledge_exchange.moderation.official import official_acts
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads import actions
from knowledge_exchange.threads.composing import guarding
from knowledge_exchange.threads.forms import Errors
from knowledge_exchange.threads.limits import MAX_BODY_CHARS
from knowledge_exchange.threads.locking import locked_thread, with_place_of_now
from knowledge_exchange.threads.official import official, official_queries
from knowledge_exchange.threads.official.official import Answer
from knowledge_exchange.threads.official.official_forms import MAX_SOURCES_CHARS, Typed, check, day_of
from knowledge_exchange.threads.official.official_states import (
    ROLE,
    badges,
    day_in_words,
    nations,
    nations_in_words,
    state_of_post,
)
from knowledge_exchange.threads.policy import OFFICER
from knowledge_exchange.threads.routes import visible_post, visible_thread

blueprint = Blueprint("official", __name__)
BAD_INPUT, CONFLICT = 422, 409


def page(template: str, me: Me, thread: AnyRow, **facts: Any) -> str:
    """A page about a thread's official answer."""
    words = {"nations": nations(), "where_in_words": nations_in_words, "day_of": day_in_words}
    unread = unread_count(me.id)
    return render_template(
        f"moderation/{template}.html", me=me, nav="networks", thread=thread, unread=unread, **words, **facts
    )


def form_page(
    me: Me, thread: AnyRow, typed: Typed, errors: Errors, *, review: Review | None = None, **facts: Any
) -> str:
    """The form of an answer, or of a change to one (``found``), with what stands in it and what is wrong with that."""
    facts = {"found": None, "conflict": "", "seen": thread.official_id or 0, **facts}
    limits = {"max_body": MAX_BODY_CHARS, "max_sources": MAX_SOURCES_CHARS}
    return page("official_form", me, thread, typed=typed, errors=errors, review=review, **limits, **facts)


def reviewed(thread: AnyRow, typed: Typed) -> Review | None:
    """What the guard says of an answer's texts."""
    texts = {"body": typed.body, "sources": typed.sources}
    where = {"network_slug": thread.network_slug, "thread_id": thread.id}
    return guarding.check(request.form, texts, pseudonym=False, **where)


def masked(typed: Typed, review: Review) -> Typed:
    """The form with what was masked in it."""
    body, sources = review.texts["body"], review.texts["sources"]
    return Typed(body, typed.nations, typed.dated, typed.review_on, sources)


def answer_of(typed: Typed) -> Answer:
    """A form without fault as an answer, its texts rendered; call it outside any unit of work."""
    dated, review_on = day_of(typed.dated), day_of(typed.review_on)
    assert dated is not None, "the form was not checked"
    assert review_on is not None, "the form was not checked"
    text, sources = actions.written(typed.body), actions.written(typed.sources)
    return Answer(text, " ".join(typed.nations), dated, review_on, sources)


@blueprint.get("/t/<int:thread_id>/official")
@for_roles(OFFICER)
def give_page(thread_id: int) -> ResponseReturnValue:
    """The form in which an officer answers for the union."""
    me = require_me()
    thread = visible_thread(me, thread_id)
    return form_page(me, thread, Typed.new(today(me.zone)), {})


@blueprint.post("/t/<int:thread_id>/official")
@for_roles(OFFICER)
@limiter.limit(REPLY_LIMIT)
def give(thread_id: int) -> ResponseReturnValue:
    """Answer for the union."""
    me = require_me()
    thread, typed = visible_thread(me, thread_id), Typed.sent(request.form)
    errors = check(typed, today(me.zone))
    if errors:
        return form_page(me, thread, typed, errors), BAD_INPUT
    review = reviewed(thread, typed)
    if review is not None:
        return form_page(me, thread, masked(typed, review), {}, review=review), review.status
    answer = answer_of(typed)
    end_read()
    with unit_of_work():
        thread = with_place_of_now(me, locked_thread(me, thread_id))
        stops = _stops(thread, request.form.get("seen", ""))
        post_id = 0 if stops else _given(me, thread, answer)
    if stops:
        return form_page(me, thread, typed, {}, conflict=stops), CONFLICT
    flash(_("Your official answer stands first now. Those who watch or track the thread are told."), "good")
    return redirect(url_for("threads.post", post_id=post_id), 303)


def _given(me: Me, thread: AnyRow, answer: Answer) -> int:
    post_id = official.give(me, thread, answer)
    official_acts.note(me, official_acts.GIVEN, thread, post_id)
    return post_id


def _stops(thread: AnyRow, seen: str) -> str:
    """Why an answer can't be given now, in a sentence; empty where it can."""
    if thread.sealed_id is not None:
        return under_pseudonym()
    if seen != str(thread.official_id or 0):
        return str(
            _(
                "Meanwhile another official answer was given here. Your text is kept below: read that one first. "
                "If you send yours, it takes its place."
            )
        )
    return ""


def under_pseudonym() -> str:
    """What whoever writes there under a pseudonym is told."""
    return str(
        _(
            "You write in this thread under a pseudonym, so you can’t answer officially here: it would put your name "
            "beside it. Ask another officer to answer."
        )
    )


@blueprint.get("/p/<int:post_id>/official/history")
@active
def history(post_id: int) -> ResponseReturnValue:
    """All versions of an official answer, for everybody who may read its thread."""
    me = require_me()
    thread, row = visible_post(me, post_id)
    found = official_queries.official_by_post(post_id)
    if found is None or row.deleted_at is not None:
        abort(404)
    versions = official_queries.versions_of(post_id)
    badge = badges()[state_of_post(post_id, ROLE, thread, today(me.zone))]
    return page("official_history", me, thread, found=found, versions=versions, badge=badge)
