"""Changing what was written: edit, take away, accept as the answer."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import REPLY_LIMIT, SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.text import clean_line, clean_text
from knowledge_exchange.guard.reviewing import Review
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads import actions, policy, queries
from knowledge_exchange.threads.composing import asking, guarding, preview
from knowledge_exchange.threads.drafts import drafts
from knowledge_exchange.threads.files import attaching
from knowledge_exchange.threads.forms import check_body, check_title
from knowledge_exchange.threads.limits import MAX_BODY_CHARS, MAX_TITLE_CHARS
from knowledge_exchange.threads.locking import locked_post
from knowledge_exchange.threads.muted import muted_page
from knowledge_exchange.threads.page import base_url
from knowledge_exchange.threads.routes import DRAFT_DONE, blueprint, visible_post
from knowledge_exchange.threads.veils.seen_by import audience_line
from knowledge_exchange.threads.veils.speaking import PSEUDONYM


def _changed_elsewhere(post: AnyRow) -> ResponseReturnValue:
    """Where an official answer is changed or withdrawn: not like other posts, for each version of it is kept."""
    flash(_("An official answer is changed or withdrawn here, so that each of its versions is kept."), "info")
    return redirect(f"/p/{post.id}/official", 303)


@blueprint.get("/p/<int:post_id>/edit")
@active
def edit_page(post_id: int) -> ResponseReturnValue:
    """The form in which a post is edited."""
    found, row = visible_post(require_me(), post_id)
    if policy.may_edit(found, row.participant_id, row) and policy.is_official(row):
        return _changed_elsewhere(row)
    if policy.is_muted(found.muted_until) and policy.is_mine(found, row.participant_id):
        return muted_page(require_me(), found, "")
    kept = drafts.asked_for(require_me().id, f"edit:{post_id}")
    return _edit_page(post_id, kept.values if kept else {}, {}, kept=kept)


def _edit_page(
    post_id: int, typed: dict[str, str], errors: dict[str, str], review: Review | None = None, **further: Any
) -> str:
    me = require_me()
    found, row = visible_post(me, post_id)
    if not policy.may_edit(found, row.participant_id, row):
        abort(404)
    day = found.answer_by.isoformat() if found.answer_by else ""
    as_it_is = {"title": found.title, "body": queries.source_of(post_id), "kind": found.kind, asking.ANSWER_BY: day}
    return render_template(
        "threads/edit.html",
        me=me,
        nav="networks",
        thread=found,
        post=row,
        values={**as_it_is, **typed},
        errors=errors,
        review=review,
        audience=audience_line(me, found, is_edit=True),
        is_opening=row.parent_id is None,
        max_title=MAX_TITLE_CHARS,
        max_body=MAX_BODY_CHARS,
        unread=unread_count(me.id),
        **further,
    )


@blueprint.post("/p/<int:post_id>/edit")
@active
@preview.limited(REPLY_LIMIT)
def edit_post(post_id: int) -> ResponseReturnValue:
    """Change what a post says; what it said before stays in its history."""
    me = require_me()
    found, row = visible_post(me, post_id)
    if policy.is_muted(found.muted_until) and policy.is_mine(found, row.participant_id):
        return muted_page(me, found, clean_text(request.form.get("body", "")))
    if not policy.may_edit(found, row.participant_id, row):
        abort(404)
    if policy.is_official(row):
        return _changed_elsewhere(row)
    files = attaching.attached(me, is_sealed=row.voice_kind == PSEUDONYM)
    body = files.body
    title = clean_line(request.form.get("title", found.title)) if row.parent_id is None else None
    day, wrong = asking.edited_day(found, request.form, me.zone) if title is not None else (found.answer_by, {})
    errors = {**check_body(body), **files.errors, **wrong, **(check_title(title) if title is not None else {})}
    typed = _as_typed(found, body, title)
    if preview.is_asked():
        shown, errors, status = preview.in_form(me, body, errors)
        return _edit_page(post_id, typed, errors, preview=shown), status
    if errors:
        return _edit_page(post_id, typed, errors), 422
    review = _reviewed(found, row, body, title)
    if review is not None:
        return _edit_page(post_id, {**typed, **review.texts}, {}, review), review.status
    text = actions.written(body)
    with unit_of_work():
        found, row = locked_post(me, post_id)
        if not policy.may_edit(found, row.participant_id, row):
            abort(404)
        is_same = body == queries.source_of(post_id) and title in (None, found.title)
        if day != found.answer_by:
            asking.change_day(found, day)
        if not is_same or day == found.answer_by:
            actions.edit(me, found, row, text, title if title != found.title else None)
        drafts.posted(me.id)
    session[DRAFT_DONE] = f"edit:{post_id}"
    return redirect(url_for("threads.post", post_id=post_id), 303)


def _as_typed(thread: AnyRow, body: str, title: str | None) -> dict[str, str]:
    """What the form shows when it comes back."""
    typed = {"body": body, "title": thread.title if title is None else title}
    if asking.ANSWER_BY in request.form:
        typed[asking.ANSWER_BY] = request.form[asking.ANSWER_BY]
    return typed


def _reviewed(thread: AnyRow, post: AnyRow, body: str, title: str | None) -> Review | None:
    """What the guard says of a post's new text."""
    texts = {"body": body} if title is None else {"title": title, "body": body}
    where = {"network_slug": thread.network_slug, "thread_id": thread.id}
    return guarding.check(request.form, texts, pseudonym=post.voice_kind == PSEUDONYM, **where)


@blueprint.get("/p/<int:post_id>/delete")
@active
def delete_page(post_id: int) -> ResponseReturnValue:
    """Ask before a post is taken away."""
    me = require_me()
    found, row = visible_post(me, post_id)
    if not policy.may_delete(found, row.participant_id, row):
        abort(404)
    if policy.is_official(row):
        return _changed_elsewhere(row)
    return render_template(
        "threads/delete.html", me=me, nav="networks", thread=found, post=row, unread=unread_count(me.id)
    )


@blueprint.post("/p/<int:post_id>/delete")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def delete_post(post_id: int) -> ResponseReturnValue:
    """Take one's own post away."""
    me = require_me()
    with unit_of_work():
        found, row = locked_post(me, post_id)
        if not policy.may_delete(found, row.participant_id, row):
            abort(404)
        if policy.is_official(row):
            return _changed_elsewhere(row)
        thread_gone = actions.delete_post(found, row)
    if thread_gone:
        flash(_("Your thread is gone."), "good")
        return redirect(url_for("threads.network", slug=found.network_slug), 303)
    flash(_("Your post is gone."), "good")
    return redirect(base_url(found), 303)


@blueprint.post("/p/<int:post_id>/accept")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def accept(post_id: int) -> ResponseReturnValue:
    """Accept a reply as the answer."""
    me = require_me()
    with unit_of_work():
        found, row = locked_post(me, post_id)
        if not policy.may_accept(found) or not policy.may_be_answer(row):
            abort(404)
        if found.answer_id != row.id:
            actions.accept(me, found, row)
            _note_mark(me, found, row.id, is_marked=True)
    return redirect(url_for("threads.post", post_id=post_id), 303)


@blueprint.post("/p/<int:post_id>/unaccept")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def unaccept(post_id: int) -> ResponseReturnValue:
    """Take back that a reply is the answer."""
    me = require_me()
    with unit_of_work():
        found, row = locked_post(me, post_id)
        if not policy.may_accept(found):
            abort(404)
        if found.answer_id == row.id:
            actions.unaccept(found)
            _note_mark(me, found, row.id, is_marked=False)
    return redirect(url_for("threads.post", post_id=post_id), 303)


def _note_mark(me: Me, thread: AnyRow, post_id: int, *, is_marked: bool) -> None:
    """Where it was not whoever asked, it is an act of a moderator, and stands on the log."""
    if not policy.is_mine(thread, thread.author_participant_id):
        hooks.call("answer_marked", me, thread, post_id, is_marked)
