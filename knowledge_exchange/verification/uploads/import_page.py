"""One file of a roll: how far it has been read, what it would change, and the officer's word on it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth import factors, fresh, passkeys
from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, end_read, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.rolls import applying
from knowledge_exchange.verification.rolls.applying import Plan
from knowledge_exchange.verification.rolls.categories import unknown_in
from knowledge_exchange.verification.uploads import brake, columns, queries, reading, words
from knowledge_exchange.verification.uploads.pages import as_shown, blueprint, names

BAD_INPUT = 422
REFUSED = 403
CHANGED = 409
#: Unreadable rows that the page of an import shows itself.
FIRST_ROWS = 5
_LINE = re.compile(r"-?\d{1,9}")


@blueprint.get("/<import_id>")
@for_roles(*policy.SETTLERS)
def one(import_id: str) -> ResponseReturnValue:
    """Where a file stands. Opening what is staged of it is a look at the roll."""
    row = _load(import_id)
    if row.state == "ready":
        _note_look(row, "numbers")
    return page_of(row)


@blueprint.get("/<import_id>/progress")
@for_roles(*policy.SETTLERS)
def progress(import_id: str) -> Response:
    """For the page that waits: how far it is, and whether there is more to see."""
    row = _load(import_id)
    return jsonify(state=row.state, percent=row.progress, done=row.state not in ("waiting", "reading"))


@blueprint.get("/<import_id>/<kind>")
@for_roles(*policy.SETTLERS)
def rows(import_id: str, kind: str) -> ResponseReturnValue:
    """One list of what is staged, in pages by line."""
    row, found = _load(import_id), words.kinds().get(kind)
    if found is None or row.state != "ready":
        abort(404)
    after = _line(request.args.get("after", ""))
    read = list(_LISTS[kind](row.id, after))
    shown = read[: queries.ROWS_PAGE]
    last = str(shown[-1].line) if len(read) > len(shown) else None
    _note_look(row, kind)
    return render_template(
        "verification/roll_rows.html",
        roll=as_shown(row, names()),
        kind=found,
        rows=_as_listed(kind, shown, row.columns.split()),
        older=url_for(".rows", import_id=row.id, kind=kind, after=last) if last else None,
        is_first=after is None,
        unread=unread_count(require_me().id),
    )


_LISTS: dict[str, Callable[[int, int | None], Sequence[AnyRow]]] = {
    "unreadable": queries.unreadable,
    "joiners": queries.joiners,
    "changes": queries.changes,
    "leavers": lambda import_id, after: queries.turning(import_id, "gone", after),
    "back": lambda import_id, after: queries.turning(import_id, "back", after),
    "spared": lambda import_id, after: queries.turning(import_id, "spared", after),
}
_TURNS = {"leavers": "gone", "back": "back", "spared": "spared"}


def _line(text: str) -> int | None:
    return int(text) if _LINE.fullmatch(text) else None


def _as_listed(kind: str, read: Sequence[AnyRow], has: Sequence[str]) -> list[dict[str, Any]]:
    if kind == "unreadable":
        return [row._asdict() for row in read]
    listed = [{**row._asdict(), "who": words.full_name(row)} for row in read]
    for row, facts in zip(read, listed, strict=True):
        if kind == "changes":
            facts["changes"] = words.changes_of(row, has)
        elif turn := _TURNS.get(kind):
            facts["account"] = words.account_in_words(row.standing, held=row.held, turn=turn)
            facts["why"] = words.why_gone(row) if turn == "gone" else ""
    return listed


def _load(import_id: str) -> AnyRow:
    number = parse_id(import_id)
    row = queries.find(number) if number is not None else None
    if row is None:
        abort(404)
    return row


def _note_look(row: AnyRow, what: str) -> None:
    """Lists of the roll are personal: whoever opens one is on record."""
    end_read()
    with unit_of_work():
        record("roll.previewed", actor=require_me().id, note=f"{row.source}: {what}")


def page_of(row: AnyRow, **more: Any) -> str:
    """The page of an import in whatever state; ``more`` is what an answer adds: forms with faults, complaints."""
    facts: dict[str, Any] = {"plan": None, "look": None, "confirm": brake.ConfirmForm(), "wrong": "", "faults": {}}
    if row.state == "ready":
        facts |= _preview(row)
    elif row.state == "failed":
        facts["look"] = columns.look_of(row)
    shown = {"roll": as_shown(row, names()), "fields": words.fields(), "unread": unread_count(require_me().id)}
    return render_template("verification/roll.html", **{**facts, **shown, **more})


def _preview(row: AnyRow) -> dict[str, Any]:
    plan = applying.find_plan(row.id)
    reasons = brake.reasons(plan)
    mine = factors.factors_of(require_me().id)
    return {
        "plan": plan,
        "reasons": reasons,
        "to_confirm": brake.to_confirm(plan),
        "meter": brake.meter(plan),
        "regions": brake.by_region(queries.lapsing_by_region(row.id), plan),
        "kinds": words.kinds(),
        "first_faults": queries.unreadable(row.id, limit=FIRST_ROWS),
        "categories": unknown_in(row.id).most_common(queries.MOST_UNKNOWN + 1),
        "organisations": queries.unknown_organisations(row.id),
        "most_words": queries.MOST_UNKNOWN,
        "outdated": applying.is_outdated(row.source, row.base, row.generation),
        "with_code": mine.amount > 0,
        "with_passkey": bool(mine.passkeys) and passkeys.party() is not None,
    }


@blueprint.post("/<import_id>")
@for_roles(*policy.SETTLERS)
@limiter.limit(SMALL_ACT_LIMIT)
def act(import_id: str) -> ResponseReturnValue:
    """Apply, drop, or name the columns: the button says which (``do``)."""
    row = _load(import_id)
    steps = {"apply": _apply, "drop": _drop, "columns": _name_columns}
    step = steps.get(request.form.get("do", ""))
    if step is None:
        abort(400)
    try:
        return step(row)
    except applying.NotReady:
        flash(_("Somebody else has decided about this file meanwhile."), "warn")
        return redirect(url_for(".sources"), 303)
    except applying.Outdated:
        return page_of(row), CHANGED


def _apply(row: AnyRow) -> ResponseReturnValue:
    plan = applying.find_plan(row.id)
    if not applying.is_braked(plan, None):
        return fresh.ask_unless_fresh() or _do_apply(row, None)
    form = brake.ConfirmForm(request.form)
    if not form.validate():
        return page_of(row, confirm=form), BAD_INPUT
    allowed = brake.confirmed(form, plan)
    if allowed is None:
        return page_of(row, confirm=form, wrong=_("The numbers have changed since you saw them. Look again.")), CHANGED
    if not fresh.shows_factor():
        return page_of(row, confirm=form, wrong=_wrong_factor()), REFUSED
    return _do_apply(row, allowed, form.why.data or "")


def _wrong_factor() -> str:
    if not factors.has_any(require_me().id):
        return str(_("You have no second factor yet. Set one up first, then come back to this page."))
    if not fresh.has_answer():
        return str(_("Show that it is you: type a code from your app, or use your passkey."))
    return str(_("That code or passkey isn’t right. A code works once: wait for the next one."))


def _do_apply(row: AnyRow, allowed: float | None, why: str = "") -> ResponseReturnValue:
    end_read()
    try:
        with unit_of_work():
            plan = applying.apply(row.id, actor=require_me().id, allowed=allowed, why=why)
    except applying.Braked:
        # It became so while the page was being read: nobody was asked for it yet.
        return page_of(row, wrong=_("The numbers have changed since you saw them. Look again.")), CHANGED
    flash(_applied_words(plan), "good")
    return redirect(url_for(".one", import_id=row.id), 303)


def _applied_words(plan: Plan) -> str:
    if plan.lapsing:
        return str(_("The roll is applied. Those who are on none any more are written to; nobody is put out today."))
    return str(_("The roll is applied."))


def _drop(row: AnyRow) -> ResponseReturnValue:
    end_read()
    with unit_of_work():
        if not reading.drop(row.id):
            raise applying.NotReady
        record("roll.dropped", actor=require_me().id, note=row.source)
    flash(_("The file is thrown away. The roll is as it was."), "good")
    return redirect(url_for(".sources"), 303)


def _name_columns(row: AnyRow) -> ResponseReturnValue:
    look = columns.look_of(row)
    if look is None:
        raise applying.NotReady
    mapping, faults = columns.chosen(look, request.form)
    if faults:
        return page_of(row, faults=faults, look=columns.with_choices(look, request.form)), BAD_INPUT
    end_read()
    with unit_of_work():
        columns.remember(row.source, mapping, actor=require_me().id)
        if not reading.read_again(row.id):
            raise applying.NotReady
    flash(_("The columns are remembered for this source. The file is read again."), "good")
    return redirect(url_for(".one", import_id=row.id), 303)
