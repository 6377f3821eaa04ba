"""The membership officers' queue of claims that no code could settle."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import Form

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.fresh import ask_unless_fresh
from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.claims import guessing, queries, settling, wording
from knowledge_exchange.verification.claims.forms import RefuseForm, SearchForm, SettleForm

blueprint = Blueprint("claims", __name__, url_prefix="/admin/claims")
BAD_INPUT = 400


@blueprint.get("")
@for_roles(*policy.SETTLERS)
def queue() -> ResponseReturnValue:
    """Everything that waits, longest first."""
    rows = list(queries.waiting_claims(after=parse_id(request.args.get("after", ""))))
    shown = rows[: queries.QUEUE_PAGE]
    older = url_for(".queue", after=str(shown[-1].id)) if len(rows) > len(shown) else None
    with unit_of_work():
        record("claim.listed", actor=require_me().id)
    claims = [_as_shown(row) for row in shown]
    alarm = guessing.last_alarm()
    unread = unread_count(require_me().id)
    return render_template("verification/claims.html", claims=claims, older=older, alarm=alarm, unread=unread)


def _as_shown(row: Any) -> dict[str, Any]:
    return {
        **row._asdict(),
        "roll": queries.source_name(row.source),
        "cause": wording.causes().get(row.queue_cause, ""),
        "waited": wording.waited(row.queued_at),
        "refusal": wording.refusals().get(row.refused_reason or "", ""),
    }


@blueprint.get("/<claim_id>")
@for_roles(*policy.SETTLERS)
def claim(claim_id: str) -> ResponseReturnValue:
    """One claim and what the roll says. Opening it is noted: it is a look at a person's record."""
    row = _load(claim_id)
    with unit_of_work():
        record("claim.opened", actor=require_me().id, subject=row.member_id)
    return _page(row)


@blueprint.post("/<claim_id>")
@for_roles(*policy.SETTLERS)
@limiter.limit(SMALL_ACT_LIMIT)
def decide(claim_id: str) -> ResponseReturnValue:
    """Search the roll, accept, or refuse: the button says which (``do``)."""
    steps = {"search": _search, "accept": _accept, "refuse": _refuse}
    step = steps.get(request.form.get("do", ""))
    if step is None:
        abort(400)
    row = _waiting(claim_id)
    if row is None:
        return _too_late()
    try:
        # Looking is not settling: only what changes somebody's standing asks whether it is still the officer.
        return (None if step is _search else ask_unless_fresh()) or step(row)
    except settling.AlreadySettled:
        return _too_late()


def _too_late() -> ResponseReturnValue:
    flash(_("This claim does not wait any more: somebody else has settled it meanwhile, or it was replaced."), "warn")
    return redirect(url_for(".queue"), 303)


def _waiting(claim_id: str) -> Any:
    number = parse_id(claim_id)
    return queries.waiting_claim(number) if number is not None else None


def _load(claim_id: str) -> Any:
    row = _waiting(claim_id)
    if row is None:
        abort(404)
    return row


def _search(row: Any) -> ResponseReturnValue:
    """By POST, so that neither number nor surname stands in an address or a log."""
    form = SearchForm(request.form)
    found = queries.search_roll(row.source, form.text.data or "") if form.validate() else []
    with unit_of_work():
        record("roll.searched", actor=require_me().id, subject=row.member_id, note=row.source)
    return _page(row, search=form, found=found)


def _accept(row: Any) -> ResponseReturnValue:
    form = SettleForm(request.form)
    choice = request.form.get("entry", "")
    entry_id = parse_id(choice)
    if not form.validate():
        return _page(row, accept=form), BAD_INPUT
    if entry_id is None and choice != "none":
        return _complain(row, form, _("Choose the entry on the roll, or “no entry”."))
    try:
        with unit_of_work():
            settling.accept_claim(row.id, officer_id=require_me().id, entry_id=entry_id, note=form.note.data or "")
    except settling.NoteMissing:
        return _complain(row, form, _("Without an entry on the roll, note what you saw that proves the membership."))
    except settling.EntryTaken:
        return _complain(
            row, form, _("That entry belongs to another account, or is gone. Choose another, or refuse the claim.")
        )
    flash(_("%(name)s is now a member of the exchange.", name=row.name), "good")
    return redirect(url_for(".queue"), 303)


def _complain(row: Any, form: SettleForm, message: str) -> ResponseReturnValue:
    form.note.errors = [message]
    return _page(row, accept=form), BAD_INPUT


def _refuse(row: Any) -> ResponseReturnValue:
    form = RefuseForm(request.form)
    if not form.validate():
        return _page(row, refuse=form), BAD_INPUT
    facts = {"reason": form.reason.data, "note": form.note.data or ""}
    with unit_of_work():
        settling.refuse_claim(row.id, officer_id=require_me().id, **facts)
    flash(_("The claim is refused; the claimant can read why, and may appeal to another officer."), "good")
    return redirect(url_for(".queue"), 303)


def _page(row: Any, found: Any = None, **forms: Form) -> str:
    """The claim's page; ``forms`` are those that came back with something to correct."""
    entries = found if found is not None else queries.entry_with_number(row.source, row.number_hash)
    return render_template(
        "verification/claim.html",
        claim=_as_shown(row),
        unread=unread_count(require_me().id),
        entries=entries,
        searched=found is not None,
        search=forms.get("search") or SearchForm(),
        accept=forms.get("accept") or SettleForm(),
        refuse=forms.get("refuse") or RefuseForm(),
        told=wording.refusals_told(),
        closed=queries.closed_to(entries, row.member_id),
    )
