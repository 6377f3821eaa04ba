"""Acting on a thread or a post from its own page: one form for each act, and one answer to each.

Whoever may not see the thread, or not act there, is told that there is no such page. Of two who act at once the first
wins: the other is told what was done meanwhile, and has what they typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, end_read, unit_of_work
from knowledge_exchange.moderation.acts import act_pages, post_acts, thread_acts
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.forms import ReasonForm
from knowledge_exchange.moderation.orders import Order, Refused
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.curation.even_gone import take_turn, thread_even_gone
from knowledge_exchange.threads.locking import with_place_of_now

blueprint = Blueprint("moderating", __name__)
BAD_INPUT, CONFLICT = 422, 409
FIELDS = ("until", "title", "kind", "body", "passage")


def _thread(me: Me, thread_id: int, *, even_merged: bool = False) -> AnyRow:
    """The thread, for whoever may act there; also where a moderator took it away.

    ``even_merged``: for a form that was sent. Whoever merged the thread was first, and its sender is told so.
    """
    found = thread_even_gone(me, thread_id) or abort(404)
    is_there = found.deleted_at is None or thread_acts.offered(found) or (even_merged and found.gone == "merged")
    return found if is_there and acted_as(me, found) else abort(404)


def _post(me: Me, post_id: int) -> tuple[AnyRow, AnyRow]:
    """A post's thread and the post, likewise; of one's own posts there is no such page."""
    post = queries.post_by_id(post_id) or abort(404)
    thread = _thread(me, post.thread_id)
    if thread.deleted_at is not None or not any(
        post_acts.may_act(me, thread, post, action) for action in post_acts.ACTIONS
    ):
        abort(404)
    return thread, post


@blueprint.get("/t/<int:thread_id>/moderate")
@active
def thread_page(thread_id: int) -> ResponseReturnValue:
    """What can be done to a thread."""
    return act_pages.thread_page(require_me(), _thread(require_me(), thread_id))


@blueprint.get("/p/<int:post_id>/moderate")
@active
def post_page(post_id: int) -> ResponseReturnValue:
    """What can be done to a post."""
    return act_pages.post_page(require_me(), *_post(require_me(), post_id))


@blueprint.post("/t/<int:thread_id>/moderate/<action>")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def act_on_thread(thread_id: int, action: str) -> ResponseReturnValue:
    """Do one of them to a thread."""
    me = require_me()
    thread = _thread(me, thread_id, even_merged=True)
    if action not in (*thread_acts.ON_STANDING, *thread_acts.ON_GONE):
        abort(404)
    form = ReasonForm.of(thread.network_id, request.form)
    typed = act_pages.Typed(action, _typed(), form)
    if not form.validate():
        return act_pages.thread_page(me, thread, typed), BAD_INPUT
    order = Order(action, form.given(), typed.values)
    end_read()

    def do() -> int | None:
        take_turn(thread_id)
        now = with_place_of_now(me, _thread(me, thread_id, even_merged=True))
        _check_seen(now)
        if not thread_acts.may_act(me, now, action):
            raise _Idle
        return thread_acts.act(me, now, order)

    return _answered(
        typed, do, lambda: act_pages.thread_page(me, _thread(me, thread_id, even_merged=True), typed), f"/t/{thread_id}"
    )


@blueprint.post("/p/<int:post_id>/moderate/<action>")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def act_on_post(post_id: int, action: str) -> ResponseReturnValue:
    """Do one of them to a post."""
    me = require_me()
    thread, _row = _post(me, post_id)
    if action not in post_acts.ACTIONS:
        abort(404)
    form = ReasonForm.of(thread.network_id, request.form)
    typed = act_pages.Typed(action, _typed(), form)
    if not form.validate():
        return act_pages.post_page(me, *_post(me, post_id), typed), BAD_INPUT
    order = Order(action, form.given(), typed.values)

    def do() -> int | None:
        take_turn(thread.id)
        now, row = _post(me, post_id)
        now = with_place_of_now(me, now)
        _check_seen(now)
        if not post_acts.may_act(me, now, row, action):
            raise _Idle
        return post_acts.act(me, now, row, order, prepared)

    try:
        prepared = post_acts.prepare(post_id, order)
    except Refused as why:
        typed.errors.update(why.errors)
        return act_pages.post_page(me, *_post(me, post_id), typed), BAD_INPUT
    end_read()
    return _answered(typed, do, lambda: act_pages.post_page(me, *_post(me, post_id), typed), f"/p/{post_id}")


class _Conflict(Exception):
    """Somebody has acted there since the form was opened."""


class _Idle(Exception):
    """It can't be done to the thread or post as it stands: as a rule because it is so already."""


def _typed() -> dict[str, str]:
    return {name: request.form[name] for name in FIELDS if name in request.form}


def _check_seen(thread: AnyRow) -> None:
    if request.form.get("seen", "") != str(thread.acts):
        raise _Conflict


def _answered(
    typed: act_pages.Typed, do: Callable[[], int | None], again: Callable[[], Any], home: str
) -> ResponseReturnValue:
    """Do it in one unit of work, and say what came of it."""
    try:
        with unit_of_work():
            act_id = do()
    except Refused as why:
        typed.errors.update(why.errors)
        return again(), BAD_INPUT
    except _Conflict:
        typed.is_conflict = True
        return again(), CONFLICT
    except _Idle:
        act_id = None
    if act_id is None:
        flash(_("It is so already: nothing has changed."), "warn")
        return redirect(home, 303)
    flash(act_pages.done_in_words(typed.action), "good")
    return redirect(f"/acts/{act_id}", 303)
