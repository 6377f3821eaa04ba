"""The reader's own: how far they have read, how loud a thread is, how they like to see it."""

from __future__ import annotations

from flask import abort, redirect, request
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.actions import prefer_view
from knowledge_exchange.auth.answering import came_from
from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import VIEWS
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.notifications import actions as notices
from knowledge_exchange.notifications import sealed_acts
from knowledge_exchange.notifications.levels import effective, raised
from knowledge_exchange.notifications.models import LEVELS
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.locking import with_place_of_now
from knowledge_exchange.threads.page import base_url, plain_url
from knowledge_exchange.threads.routes import blueprint, visible_thread
from knowledge_exchange.threads.shelf import shelf


@blueprint.post("/t/<int:thread_id>/read")
@active
def read(thread_id: int) -> ResponseReturnValue:
    """Mark a thread read up to a post."""
    me = require_me()
    upto = parse_id(request.form.get("post"))
    with unit_of_work():
        found = visible_thread(me, thread_id)
        if upto is None or not mark_read(me, thread_id, upto):
            abort(404)
    return redirect(base_url(found), 303)


@blueprint.post("/t/<int:thread_id>/stayed")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def stayed(thread_id: int) -> ResponseReturnValue:
    """The reader has had a thread before their eyes for a while (``STAY_MS`` in assets/js/staying.js): it is tracked.

    As ever, that only raises its level, and goes over no choice: not one for the thread, nor for a muted network.
    Says which level the thread has for them now.
    """
    me = require_me()
    found = visible_thread(me, thread_id)
    chosen = found.level_chosen_at is not None or found.network_level == "muted"
    # Where somebody writes under a pseudonym they watch it already, or chose otherwise.
    if found.sealed_id is None and raised(found.level or "normal", "tracking", chosen=chosen) != (
        found.level or "normal"
    ):
        with unit_of_work():
            found = with_place_of_now(me, visible_thread(me, thread_id))
            if found.sealed_id is None:
                notices.participate(me.id, thread_id, "tracking")
                found = visible_thread(me, thread_id)
    return {"level": effective(found.level, found.network_level, chosen=found.level_chosen_at is not None)}


@blueprint.post("/t/<int:thread_id>/level")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def level(thread_id: int) -> ResponseReturnValue:
    """Choose how loud a thread is."""
    me = require_me()
    wanted = request.form.get("level", "")
    if wanted not in LEVELS:
        abort(400)
    with unit_of_work():
        found = visible_thread(me, thread_id)
        notices.choose_level(me.id, thread_id, wanted)
    return redirect(_page_being_read(found) + "#watch", 303)


def _page_being_read(found: AnyRow) -> str:
    """The page of the thread on which the form stood, the first where the browser doesn't say."""
    where = came_from()
    return where if where.partition("?")[0] in (base_url(found), plain_url(found)) else base_url(found)


@blueprint.post("/t/<int:thread_id>/view")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def view(thread_id: int) -> ResponseReturnValue:
    """Choose to read threads as a tree or by time; remembered for all of them."""
    me = require_me()
    wanted = request.form.get("view", "")
    if wanted not in VIEWS:
        abort(400)
    found = visible_thread(me, thread_id)
    with unit_of_work():
        prefer_view(me.id, wanted)
    return redirect(base_url(found) + "#talk", 303)


def mark_read(me: Me, thread_id: int, upto: int) -> bool:
    """Note that a thread has been read up to a post of it; False where there is no such thing."""
    with unit_of_work():
        found = queries.thread_visible_to(me, thread_id)
        row = queries.post_by_id(upto)
        if found is None or row is None or row.thread_id != thread_id:
            return False
        found = with_place_of_now(me, found)
        if found.sealed_id is not None:
            sealed_acts.mark_thread_read(me.id, thread_id, found.sealed_id, upto)
            return True
        if found.my_participant_id is None:
            notices.participate(me.id, thread_id, "normal")
        notices.mark_thread_read(me.id, thread_id, upto)
        shelf.note_read(me.id, thread_id)
    return True
