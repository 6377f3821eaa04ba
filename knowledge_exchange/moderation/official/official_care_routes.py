"""Keeping an official answer up: changing it, saying that it still holds, withdrawing it, taking that back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import REPLY_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, end_read, unit_of_work
from knowledge_exchange.core.i18n import today
from knowledge_exchange.core.text import clean_line
from knowledge_exchange.moderation.acts.undoing import CannotUndo, undo
from knowledge_exchange.moderation.official import official_acts
from knowledge_exchange.moderation.official.official_routes import (
    BAD_INPUT,
    CONFLICT,
    answer_of,
    blueprint,
    form_page,
    masked,
    reviewed,
    under_pseudonym,
)
from knowledge_exchange.threads.forms import Errors
from knowledge_exchange.threads.locking import locked_post
from knowledge_exchange.threads.official import official, official_queries
from knowledge_exchange.threads.official.official_forms import (
    REVIEW_MONTHS,
    Typed,
    check,
    check_reason,
    check_review,
    day_of,
    months_after,
)
from knowledge_exchange.threads.policy import OFFICER
from knowledge_exchange.threads.routes import visible_post

Found = tuple[AnyRow, AnyRow]


class Stopped(Exception):
    """It can't be done as things stand, and nothing was. ``sentence``: why, and what to do instead."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def state_seen(found: AnyRow) -> str:
    """What a form says of the state that its reader knew."""
    return f"{found.version}{'w' if found.withdrawn_at else ''}"


def _visible(me: Me, post_id: int) -> Found:
    """The thread and its answer, or 404."""
    thread, row = visible_post(me, post_id)
    found = official_queries.official_by_post(post_id)
    return (thread, found) if found is not None and row.deleted_at is None else abort(404)


def _page(
    me: Me, post_id: int, typed: Typed | None = None, errors: Errors | None = None, *, reason: str = "", **facts: Any
) -> str:
    thread, found = _visible(me, post_id)
    day = today(me.zone)
    if typed is None:
        typed = Typed.of(found, day)
    later = months_after(day, REVIEW_MONTHS).isoformat()
    is_current = thread.official_id == found.post_id
    facts = {"found": found, "is_current": is_current, "seen": state_seen(found), "later": later, **facts}
    return form_page(me, thread, typed, errors or {}, reason=reason, **facts)


@blueprint.get("/p/<int:post_id>/official")
@for_roles(OFFICER)
def care_page(post_id: int) -> ResponseReturnValue:
    """What an officer can do with an official answer."""
    return _page(require_me(), post_id)


@blueprint.post("/p/<int:post_id>/official")
@for_roles(OFFICER)
@limiter.limit(REPLY_LIMIT)
def care(post_id: int) -> ResponseReturnValue:
    """Do it: ``do`` is ``change``, ``confirm``, ``withdraw`` or ``restore``."""
    me = require_me()
    _visible(me, post_id)
    ways: dict[str, Callable[[Me, int], ResponseReturnValue]] = {
        "change": _change,
        "confirm": _confirm,
        "withdraw": _withdraw,
        "restore": _restore,
    }
    way = ways.get(request.form.get("do", "change")) or abort(400)
    try:
        return way(me, post_id)
    except Stopped as stopped:
        typed = Typed.sent(request.form) if way is _change else None
        reason = clean_line(request.form.get("reason", ""))
        return _page(me, post_id, typed, conflict=stopped.sentence, reason=reason), CONFLICT


def locked_answer(me: Me, post_id: int, seen: str | None) -> Found:
    """The thread and its current answer in their turn. Raises :class:`Stopped` where it isn't what its reader knew."""
    thread, _row = locked_post(me, post_id)
    found = _visible(me, post_id)[1]
    if thread.sealed_id is not None:
        raise Stopped(under_pseudonym())
    if thread.official_id != found.post_id:
        raise Stopped(_("Another official answer has taken its place. Change or withdraw that one."))
    if seen is not None and seen != state_seen(found):
        said = _("Meanwhile an officer has changed, confirmed or withdrawn it. Nothing of yours was done: look again.")
        raise Stopped(said)
    return thread, found


def _in_turn(me: Me, post_id: int) -> Found:
    thread, found = locked_answer(me, post_id, request.form.get("seen", ""))
    if found.withdrawn_at is not None:
        raise Stopped(_("It was withdrawn. Take the withdrawal back first, or give a new answer."))
    return thread, found


def _done(post_id: int, said: str) -> ResponseReturnValue:
    flash(said, "good")
    return redirect(url_for("threads.post", post_id=post_id), 303)


def _change(me: Me, post_id: int) -> ResponseReturnValue:
    typed = Typed.sent(request.form)
    errors = check(typed, today(me.zone))
    if errors:
        return _page(me, post_id, typed, errors), BAD_INPUT
    review = reviewed(_visible(me, post_id)[0], typed)
    if review is not None:
        return _page(me, post_id, masked(typed, review), {}, review=review), review.status
    answer = answer_of(typed)
    end_read()
    with unit_of_work():
        thread, found = _in_turn(me, post_id)
        official.change(me, thread, found, answer)
        official_acts.note(me, official_acts.CHANGED, thread, post_id)
    return _done(post_id, _("The new version stands. What it said before is in its history; watchers are told."))


def _confirm(me: Me, post_id: int) -> ResponseReturnValue:
    typed, day = request.form.get("review_on", "").strip(), today(me.zone)
    errors = check_review(typed, day, day)
    if errors:
        return _page(me, post_id, None, {"confirm": errors["review_on"]}, later=typed), BAD_INPUT
    review_on = day_of(typed)
    assert review_on is not None
    with unit_of_work():
        thread, found = _in_turn(me, post_id)
        official.confirm(thread, found, review_on)
        official_acts.note(me, official_acts.CONFIRMED, thread, post_id)
    return _done(post_id, _("It holds until its next review."))


def _withdraw(me: Me, post_id: int) -> ResponseReturnValue:
    reason = clean_line(request.form.get("reason", ""))
    errors = check_reason(reason)
    if errors:
        return _page(me, post_id, None, errors, reason=reason), BAD_INPUT
    with unit_of_work():
        thread, found = _in_turn(me, post_id)
        official.withdraw(me, thread, found, reason)
        official_acts.note(me, official_acts.WITHDRAWN, thread, post_id, reason)
    return _done(post_id, _("It is withdrawn, and says why. Those who watch or track the thread are told."))


def _restore(me: Me, post_id: int) -> ResponseReturnValue:
    act_id = official_acts.withdrawal_of(post_id)
    try:
        with unit_of_work():
            locked_answer(me, post_id, request.form.get("seen", ""))
            if act_id is None:
                raise Stopped(_("It holds already: somebody has taken the withdrawal back."))
            undo(me, act_id)
    except CannotUndo as cannot:
        raise Stopped(cannot.sentence) from cannot
    return _done(post_id, _("The withdrawal is taken back: it holds again, and watchers are told."))
