"""The claimant's side: number and surname, then the code. The pages themselves hang on ``/me``."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from knowledge_exchange.auth.gate import signed_in
from knowledge_exchange.auth.limits import CLAIM_LIMIT, DOOR_LIMIT, SMALL_ACT_LIMIT, limiter, the_address
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.auth.timing import never_sooner
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.verification import actions, queries
from knowledge_exchange.verification.forms import ClaimForm, CodeForm
from knowledge_exchange.verification.matching import normal_number, number_hash
from knowledge_exchange.verification.policy import may_claim
from knowledge_exchange.verification.rolls import source_key

blueprint = Blueprint("verification", __name__)
BAD_INPUT = 400


def enters_code() -> bool:
    """Whether the form is the second step."""
    return "code" in request.form


def the_number() -> str:
    """The number that is claimed: guesses at one surname after another are counted, from anywhere."""
    source = source_key(request.form.get("source", "")) or ""
    return f"number:{number_hash(source, normal_number(request.form.get('number', '')))}"


def claim_form() -> ClaimForm:
    """The form of the first step, empty or as it was sent."""
    form = ClaimForm(request.form if request.method == "POST" and not enters_code() else MultiDict())
    form.source.choices = list(queries.sources().items())
    return form


def code_form() -> CodeForm:
    """The form of the second step."""
    return CodeForm(request.form if request.method == "POST" and enters_code() else MultiDict())


@dataclass(frozen=True)
class ClaimView:
    """What ``verification/_claim.html`` shows: where the claim stands, and the forms of both steps."""

    state: queries.ClaimState
    claim: ClaimForm
    code: CodeForm


def claim_view() -> ClaimView:
    """The claim of whoever is asking, with forms as they were sent (a template global, for ``/me``)."""
    return ClaimView(queries.claim_state(require_me().id), claim_form(), code_form())


@blueprint.get("/verify")
@signed_in
def verify_page() -> ResponseReturnValue:
    """The claim has no page of its own: it is on ``/me``."""
    return redirect(url_for("auth.my_page"))


@blueprint.post("/verify")
@signed_in
@limiter.limit(CLAIM_LIMIT, exempt_when=enters_code)
@limiter.limit(DOOR_LIMIT, key_func=the_address, exempt_when=enters_code)
@limiter.limit(CLAIM_LIMIT, key_func=the_number, exempt_when=enters_code)
@limiter.limit(SMALL_ACT_LIMIT)
@never_sooner
def verify() -> ResponseReturnValue:
    """Claim a place on a roll, or prove the claim with the code."""
    if not may_claim(require_me().standing):
        abort(404)
    try:
        return _code() if enters_code() else _claim()
    except actions.NotPending:
        return redirect(url_for("auth.my_page"), 303)


def _claim() -> ResponseReturnValue:
    form = claim_form()
    if not form.validate():
        return _again(form, code_form())
    source = source_key(form.source.data) or ""
    with unit_of_work():
        actions.make_claim(require_me().id, source, form.number.data or "", form.surname.data or "")
    return redirect(url_for("auth.my_page"), 303)


def _code() -> ResponseReturnValue:
    form = code_form()
    if not form.validate():
        return _again(claim_form(), form)
    with unit_of_work():
        outcome = actions.enter_code(require_me().id, form.code.data or "")
    if outcome is actions.CodeOutcome.WRONG:
        wrong = _("That code doesn’t fit, or is too old. Check it, or enter your details again for a new one.")
        form.code.errors = [wrong]
        return _again(claim_form(), form)
    if outcome is actions.CodeOutcome.QUEUED:
        flash(_("Your code is right, but one more thing has to be checked. A person will look at it."), "warn")
        return redirect(url_for("auth.my_page"), 303)
    flash(_("Welcome: your membership is confirmed. These are your networks."), "good")
    return redirect(url_for("networks.list_networks"), 303)


def _again(claim: ClaimForm, code: CodeForm) -> ResponseReturnValue:
    """The page with what was typed and what is wrong with it."""
    view = ClaimView(queries.claim_state(require_me().id), claim, code)
    return render_template("verification/verify.html", view=view, nav="me"), BAD_INPUT
