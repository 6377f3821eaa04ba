"""Whether an old answer still holds: what its asker says; and from what age on they are asked, set by moderators."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.moderation.lasting.curators import BAD_INPUT, NOT_FOUND, curated_network, page
from knowledge_exchange.moderation.lasting.stale import BACK, HOLDS, close_for
from knowledge_exchange.networks import care
from knowledge_exchange.threads.curation import stale
from knowledge_exchange.threads.locking import locked_thread, with_place_of_now
from knowledge_exchange.threads.page import base_url
from knowledge_exchange.threads.policy import may_say_whether_it_holds
from knowledge_exchange.threads.queries import post_by_id
from knowledge_exchange.threads.routes import visible_thread

blueprint = Blueprint("stale", __name__)


@blueprint.get("/t/<int:thread_id>/still")
@active
def question(thread_id: int) -> ResponseReturnValue:
    """Ask whoever asked whether the accepted answer still holds."""
    me = require_me()
    thread = visible_thread(me, thread_id)
    answer = post_by_id(thread.answer_id) if may_say_whether_it_holds(thread) else None
    if answer is None or answer.deleted_at is not None:
        abort(NOT_FOUND)
    return page("still", me, thread=thread, answer=answer, answered_at=thread.answered_at or time_of(answer.id))


@blueprint.post("/t/<int:thread_id>/still")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def say(thread_id: int) -> ResponseReturnValue:
    """It does (``holds``), or it doesn't any more: then it is not the answer, and the problem is open again."""
    me = require_me()
    word = request.form.get("says", "")
    if word not in (HOLDS, BACK):
        abort(400)
    with unit_of_work():
        thread = with_place_of_now(me, locked_thread(me, thread_id))
        if not may_say_whether_it_holds(thread):
            abort(NOT_FOUND)
        # What was asked about may have been replaced meanwhile: that is said, and nothing is done.
        is_old = request.form.get("answer", "") != str(thread.answer_id)
        if not is_old:
            (stale.holds if word == HOLDS else stale.no_longer)(thread)
            close_for(thread.id, word)
    return _said(thread, word, is_old=is_old)


def _said(thread: AnyRow, word: str, *, is_old: bool) -> ResponseReturnValue:
    if is_old:
        flash(_("Another reply is the answer by now. Nothing was changed."), "warn")
        return redirect(base_url(thread), 303)
    if word == HOLDS:
        flash(_("Thank you. Whoever reads it sees that it was looked at this month."), "good")
        return redirect(base_url(thread), 303)
    flash(_("It is not the answer any more. If you know what holds now, write it here, and accept it."), "good")
    return redirect(f"{base_url(thread)}#reply", 303)


@blueprint.get("/n/<slug>/care/answers")
@active
def age(slug: str) -> ResponseReturnValue:
    """From what age on accepted answers of a network are asked about."""
    me = require_me()
    network = curated_network(me, slug)
    return page("care_answers", me, network=network, months=stale.MONTHS, chosen=care.stale_months(network.id))


@blueprint.post("/n/<slug>/care/answers")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def choose_age(slug: str) -> ResponseReturnValue:
    """Choose it."""
    me = require_me()
    network = curated_network(me, slug)
    typed = request.form.get("months", "")
    if typed not in map(str, stale.MONTHS):
        chosen = care.stale_months(network.id)
        error = _("Choose one of these.")
        return page("care_answers", me, network=network, months=stale.MONTHS, chosen=chosen, error=error), BAD_INPUT
    with unit_of_work():
        care.set_stale_months(network.id, int(typed))
    flash(_("Set."), "good")
    return redirect(url_for(".age", slug=slug), 303)
