"""Reporting a post, in two taps; and what one has reported, with what came of it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup, escape

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.text import clean_text
from knowledge_exchange.moderation.reports import reports
from knowledge_exchange.moderation.reports.own_reports import reports_of_mine
from knowledge_exchange.moderation.reports.report_outcomes import outcome_words
from knowledge_exchange.moderation.reports.report_words import categories, refusals
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.locking import locked_post
from knowledge_exchange.threads.routes import visible_post

BAD_INPUT = 422

blueprint = Blueprint("reports", __name__)


@blueprint.get("/p/<int:post_id>/report")
@active
def form(post_id: int) -> ResponseReturnValue:
    """The first tap leads here; the second, a category, reports."""
    me = require_me()
    thread, post = visible_post(me, post_id)
    return _page(me, thread, post, refused=reports.refusal(me, thread, post))


def _page(me: Me, thread: AnyRow, post: AnyRow, *, refused: str = "", wrong: str = "", note: str = "") -> str:
    return render_template(
        "moderation/report.html",
        me=me,
        nav="networks",
        thread=thread,
        post=post,
        refused=refusals()[refused] if refused else "",
        wrong=wrong,
        note=note,
        categories=categories(),
        max_note=reports.MAX_NOTE_CHARS,
        unread=unread_count(me.id),
    )


@blueprint.post("/p/<int:post_id>/report")
@active
@limiter.limit(reports.REPORT_LIMIT)
def send(post_id: int) -> ResponseReturnValue:
    """Report it."""
    me = require_me()
    thread, post = visible_post(me, post_id)
    category, note = request.form.get("category", ""), clean_text(request.form.get("note", ""))
    wrong = _wrong(category, note)
    if wrong:
        return _page(me, thread, post, wrong=wrong, note=note), BAD_INPUT
    with unit_of_work():
        thread, post = locked_post(me, post_id)
        refused = reports.refusal(me, thread, post)
        if not refused:
            reports.report(me, thread, post, category, note)
    if refused:
        return _page(me, thread, post, refused=refused), BAD_INPUT
    flash(_("Thank you. Moderators look at it; you hear what comes of it. Nobody is told that it was you."), "good")
    return redirect(f"/p/{post_id}", 303)


def _wrong(category: str, note: str) -> str:
    if len(note) > reports.MAX_NOTE_CHARS:
        return str(_("The note is too long. Say it in %(most)s characters.", most=reports.MAX_NOTE_CHARS))
    return "" if category in reports.CATEGORIES else str(_("Choose what is wrong with it."))


@blueprint.get("/me/reports")
@active
def mine() -> ResponseReturnValue:
    """What one has reported, as far as one may still see it."""
    me = require_me()
    return render_template(
        "moderation/my_reports.html",
        me=me,
        nav="me",
        reports=reports_of_mine(me),
        categories=categories(),
        outcome=outcome_words,
        unread=unread_count(me.id),
    )


def menu_line(_me: Me, thread: AnyRow, post: AnyRow) -> str:
    """The line in a post's menu; none of what one wrote oneself, or what is gone."""
    if post.deleted_at is not None or post.participant_id == (thread.my_participant_id or 0):
        return ""
    return Markup('<a href="/p/{}/report">{}</a>').format(post.id, escape(_("Report")))
