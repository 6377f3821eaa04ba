"""Pseudonyms to open: what second officers find in the office, agree to or decline."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from knowledge_exchange.auth import factors, fresh, passkeys
from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, end_read, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.moderation import policy, queries, unsealing, words
from knowledge_exchange.moderation.forms import DeclineForm
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("unsealing_office", __name__, url_prefix="/admin/pseudonyms")
BAD_INPUT = 422


@blueprint.get("")
@for_roles(*policy.OFFICERS)
def queue() -> ResponseReturnValue:
    """What waits for this officer, what they ask for themselves, and what they had a part in."""
    me = require_me()
    lists = {"waiting": queries.to_settle(me), "asked": queries.asked_by(me), "settled": queries.settled_with(me)}
    return _page("queue", **lists)


@blueprint.get("/<request_id>")
@for_roles(*policy.OFFICERS)
def one(request_id: str) -> ResponseReturnValue:
    """One request: to be answered, or what became of it."""
    return _request_page(_load(request_id), DeclineForm())


@blueprint.post("/<request_id>")
@for_roles(*policy.OFFICERS)
@limiter.limit(SMALL_ACT_LIMIT)
def settle(request_id: str) -> ResponseReturnValue:
    """Agree with a second factor shown in this very form (``do=open``), decline (``decline``), or ``withdraw``."""
    row, me = _load(request_id), require_me()
    word = request.form.get("do", "")
    if word not in ("open", "decline", "withdraw") or (word == "withdraw") != (row.asked_by == me.id):
        abort(400)
    if row.ended_at is not None:
        return _too_late(row)
    try:
        return {"open": _open, "decline": _decline, "withdraw": _withdraw}[word](me, row)
    except unsealing.AlreadySettled:
        return _too_late(row)


def _open(me: Me, row: AnyRow) -> ResponseReturnValue:
    end_read()
    if not fresh.shows_factor():
        return _request_page(row, DeclineForm(), wrong=fresh.has_answer(), missing=not fresh.has_answer()), BAD_INPUT
    with unit_of_work():
        opened = unsealing.agree(me, row.id)
    # Nothing of this is written down anywhere: whoever loads the page again reads that it was opened, and no more.
    return _page("opened", request_=opened.request, owner=opened.owner)


def _decline(me: Me, row: AnyRow) -> ResponseReturnValue:
    form = DeclineForm(request.form)
    if not form.validate():
        return _request_page(row, form), BAD_INPUT
    with unit_of_work():
        unsealing.decline(me, row.id, form.answer.data or "")
    flash(_("Declined. The pseudonym stays closed; whoever asked reads why."), "good")
    return redirect(url_for(".queue"), 303)


def _withdraw(me: Me, row: AnyRow) -> ResponseReturnValue:
    with unit_of_work():
        unsealing.withdraw(me, row.id)
    flash(_("Withdrawn. The pseudonym stays closed."), "good")
    return redirect(url_for(".queue"), 303)


def _too_late(row: AnyRow) -> ResponseReturnValue:
    flash(_("This request was settled already. Nothing was done."), "warn")
    # Whoever was not the one to settle it finds it no more; the list is there for everybody.
    return redirect(url_for(".queue"), 303)


def _load(request_id: str) -> AnyRow:
    """The request, or 404: for the author's colleagues, and whoever can't see the thread, there is none."""
    number = parse_id(request_id)
    found = queries.request_for(require_me(), number) if number is not None else None
    return found or abort(404)


def _request_page(row: AnyRow, form: DeclineForm, *, wrong: bool = False, missing: bool = False) -> str:
    me = require_me()
    mine = factors.factors_of(me.id)
    return _page(
        "request",
        request_=row,
        form=form,
        wrong=wrong,
        missing=missing,
        is_mine=row.asked_by == me.id,
        has_factor=factors.has_any(me.id),
        with_passkey=bool(mine.passkeys) and passkeys.party() is not None,
        with_code=mine.amount > 0,
    )


def _page(template: str, **facts: Any) -> str:
    texts = {"grounds": words.grounds(), "outcomes": words.outcomes(), "unread": unread_count(require_me().id)}
    return render_template(f"moderation/{template}.html", **texts, **facts)


def waiting_in_words(me: Me) -> str:
    """How many requests wait for this officer; empty where none does."""
    amount = len(queries.to_settle(me))
    return (
        str(ngettext("One waits for a second officer.", "%(num)s wait for a second officer.", amount)) if amount else ""
    )
