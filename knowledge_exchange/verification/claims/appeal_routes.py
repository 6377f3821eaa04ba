"""Appeals: written on ``/me``, decided by an officer who had no part in what they are about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Form

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.fresh import ask_unless_fresh
from knowledge_exchange.auth.gate import for_roles, signed_in
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.office import section
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.claims import appeal_queries, appealing, queries, settling, wording
from knowledge_exchange.verification.claims.forms import AnswerForm, AppealForm, SearchForm, SettleForm

blueprint = Blueprint("appeals", __name__)
BAD_INPUT = 400


def init_app(app: Flask) -> None:
    """The pages, their tab in the membership office, and the appellant's part of ``/me``."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals["appeal_view"] = appeal_view
    section(
        app,
        "appeals.queue",
        lambda: _("Appeals"),
        lambda: _("People who ask that somebody else look again at what was decided about them."),
        roles=policy.SETTLERS,
        order=20,
        waiting=appeal_queries.appeals_in_words,
    )


@dataclass(frozen=True)
class AppealView:
    """What ``verification/_appeal.html`` shows: where the appeal stands, and the form."""

    state: appeal_queries.AppealState
    form: AppealForm


def appeal_view(form: AppealForm | None = None) -> AppealView:
    """The appeal of whoever is asking (a template global, for ``/me``)."""
    me = require_me()
    return AppealView(appeal_queries.appeal_state(me.id, me.standing), form or AppealForm())


@blueprint.get("/me/appeal")
@signed_in
def appeal_page() -> ResponseReturnValue:
    """An appeal has no page of its own: it is on ``/me``."""
    return redirect(url_for("auth.my_page", _anchor="appeal"))


@blueprint.post("/me/appeal")
@signed_in
@limiter.limit(SMALL_ACT_LIMIT)
def make() -> ResponseReturnValue:
    """Ask that somebody else look again."""
    form = AppealForm(request.form)
    if not form.validate():
        return render_template("verification/appeal_form.html", appeal=appeal_view(form), nav="me"), BAD_INPUT
    try:
        with unit_of_work():
            appealing.make_appeal(require_me().id, form.text.data or "")
    except appealing.NothingToAppeal:
        flash(_("There is nothing to appeal against any more, or you have appealed already."), "warn")
        return redirect(url_for("auth.my_page"), 303)
    flash(_("Your appeal is with the membership team. Somebody who had no part in the decision looks at it."), "good")
    return redirect(url_for("auth.my_page", _anchor="appeal"), 303)


@blueprint.get("/admin/appeals")
@for_roles(*policy.SETTLERS)
def queue() -> ResponseReturnValue:
    """Everything that waits, longest first."""
    rows = list(appeal_queries.open_appeals(after=parse_id(request.args.get("after", ""))))
    shown = rows[: appeal_queries.APPEALS_PAGE]
    older = url_for(".queue", after=str(shown[-1].id)) if len(rows) > len(shown) else None
    with unit_of_work():
        record("appeal.listed", actor=require_me().id)
    appeals = [_as_shown(row) for row in shown]
    unread = unread_count(require_me().id)
    return render_template("verification/appeals.html", appeals=appeals, older=older, unread=unread)


def _as_shown(row: Any) -> dict[str, Any]:
    me = require_me()
    about = {"appellant_id": row.member_id, "against_id": row.against_id, "appellant_role": row.role}
    may = policy.may_decide_appeal(me.id, me.role, **about)
    return {
        **row._asdict(),
        "waited": wording.waited(row.made_at),
        "roll": queries.source_name(row.source) if row.source else "",
        "refusal": wording.refusals().get(row.reason or "", ""),
        "may_decide": may,
        "is_against_me": row.against_id == me.id,
    }


@blueprint.get("/admin/appeals/<appeal_id>")
@for_roles(*policy.SETTLERS)
def appeal(appeal_id: str) -> ResponseReturnValue:
    """One appeal and what it is about. Opening it is noted: it is a look at a person's record."""
    row = _load(appeal_id)
    with unit_of_work():
        record("appeal.opened", actor=require_me().id, subject=row.member_id)
    return _page(row)


@blueprint.post("/admin/appeals/<appeal_id>")
@for_roles(*policy.SETTLERS)
@limiter.limit(SMALL_ACT_LIMIT)
def decide(appeal_id: str) -> ResponseReturnValue:
    """Search the roll, uphold or turn down: the button says which (``do``)."""
    steps = {"search": _search, "uphold": _uphold, "turn-down": _turn_down}
    step = steps.get(request.form.get("do", ""))
    if step is None:
        abort(400)
    row = _load(appeal_id, decided=step is not _search)
    if row is None:
        return _too_late()
    try:
        return (None if step is _search else ask_unless_fresh()) or step(row)
    except settling.AlreadySettled:
        return _too_late()
    except appealing.NotTheirs:
        flash(_("This appeal is not yours to decide: somebody else decides the appeal."), "warn")
        return redirect(url_for(".queue"), 303)


def _load(appeal_id: str, *, decided: bool = False) -> Any:
    """The appeal; where it does not wait, nothing is there (or, for who just decided it: None)."""
    number = parse_id(appeal_id)
    row = appeal_queries.open_appeal(number) if number is not None else None
    if row is None and not (decided and number is not None):
        abort(404)
    return row


def _too_late() -> ResponseReturnValue:
    flash(_("This appeal does not wait any more: somebody else has decided it meanwhile."), "warn")
    return redirect(url_for(".queue"), 303)


def _search(row: Any) -> ResponseReturnValue:
    """By POST, so that neither number nor surname stands in an address or a log."""
    form = SearchForm(request.form)
    found = queries.search_roll(row.source, form.text.data or "") if row.source and form.validate() else []
    with unit_of_work():
        record("roll.searched", actor=require_me().id, subject=row.member_id, note=row.source or "")
    return _page(row, search=form, found=found)


def _turn_down(row: Any) -> ResponseReturnValue:
    form, me = AnswerForm(request.form), require_me()
    if not form.validate():
        return _page(row, answer=form), BAD_INPUT
    with unit_of_work():
        appealing.turn_down(row.id, officer_id=me.id, role=me.role, answer=form.answer.data or "")
    flash(_("The appeal is turned down; they can read your answer."), "good")
    return redirect(url_for(".queue"), 303)


def _uphold(row: Any) -> ResponseReturnValue:
    form, note, me = AnswerForm(request.form), SettleForm(request.form), require_me()
    choice = request.form.get("entry", "")
    entry_id = parse_id(choice)
    if not (form.validate() and note.validate()):
        return _page(row, answer=form, accept=note), BAD_INPUT
    if row.claim_id is not None and entry_id is None and choice != "none":
        return _complain(row, form, note, _("Choose the entry on the roll, or “no entry”."))
    said = {"answer": form.answer.data or "", "note": note.note.data or ""}
    try:
        with unit_of_work():
            appealing.uphold(row.id, officer_id=me.id, role=me.role, entry_id=entry_id, **said)
    except settling.NoteMissing:
        wrong = _("Without an entry on the roll, note what you saw that proves the membership.")
        return _complain(row, form, note, wrong)
    except settling.EntryTaken:
        return _complain(row, form, note, _("That entry belongs to another account, or is gone. Choose another."))
    flash(_("The appeal of %(name)s is upheld; they can read your answer.", name=row.name), "good")
    return redirect(url_for(".queue"), 303)


def _complain(row: Any, form: AnswerForm, note: SettleForm, message: str) -> ResponseReturnValue:
    note.note.errors = [message]
    return _page(row, answer=form, accept=note), BAD_INPUT


def _page(row: Any, found: Any = None, **forms: Form) -> str:
    """The appeal's page; ``forms`` are those that came back with something to correct."""
    entries = found if found is not None else _claimed_entry(row)
    empty: MultiDict[str, str] = MultiDict()
    return render_template(
        "verification/appeal.html",
        appeal=_as_shown(row),
        unread=unread_count(require_me().id),
        entries=entries,
        closed=queries.closed_to(entries, row.member_id),
        searched=found is not None,
        search=forms.get("search") or SearchForm(empty),
        accept=forms.get("accept") or SettleForm(empty),
        answer=forms.get("answer") or AnswerForm(empty),
    )


def _claimed_entry(row: Any) -> Any:
    return queries.entry_with_number(row.source, row.number_hash) if row.claim_id is not None else []
