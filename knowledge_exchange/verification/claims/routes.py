"""The claimant's side: number and surname, then the code. The pages themselves hang on ``/me``."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Form

from knowledge_exchange.auth.gate import signed_in
from knowledge_exchange.auth.limits import CLAIM_LIMIT, DOOR_LIMIT, SMALL_ACT_LIMIT, limiter, the_address
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.auth.timing import never_sooner
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.verification.claims import actions, guessing, queries, wording
from knowledge_exchange.verification.claims.forms import ClaimForm, CodeForm, EvidenceForm
from knowledge_exchange.verification.matching import normal_number
from knowledge_exchange.verification.policy import OTHER_SURNAME, UNKNOWN_NUMBER, may_claim
from knowledge_exchange.verification.rolls.applying import source_key

blueprint = Blueprint("verification", __name__)
BAD_INPUT = 400


def enters_code() -> bool:
    """Whether the form is the second step."""
    return "code" in request.form


def is_first_claim() -> bool:
    """Whether it is this account's first in this hour: others at the same address don't hold that one up."""
    return enters_code() or not guessing.has_tried(require_me().id)


def claim_form() -> ClaimForm:
    """The form of the first step, empty or as it was sent."""
    is_sent = request.method == "POST" and not enters_code()
    return claim_form_of(request.form if is_sent else MultiDict())


def claim_form_of(fields: MultiDict[str, str]) -> ClaimForm:
    """The form of the first step with these fields, and the rolls to choose from."""
    form = ClaimForm(fields)
    form.source.choices = list(queries.sources().items())
    return form


def evidence_form(state: queries.ClaimState) -> EvidenceForm:
    """The form of what may help to find the claimant, with what they wrote before."""
    return EvidenceForm(request.form if "evidence" in request.form else MultiDict({"evidence": state.evidence}))


def code_form() -> CodeForm:
    """The form of the second step."""
    return CodeForm(request.form if request.method == "POST" and enters_code() else MultiDict())


@dataclass(frozen=True)
class ClaimView:
    """What ``verification/_claim.html`` shows: where the claim stands, and the forms of both steps."""

    state: queries.ClaimState
    claim: ClaimForm
    code: CodeForm
    evidence: EvidenceForm

    @property
    def refusal(self) -> str:
        """Why it was refused, in words for the claimant."""
        return wording.refusals_told().get(self.state.reason, "")

    @property
    def wrong(self) -> Form:
        """The form that came back with something to correct, if one did."""
        return next((form for form in (self.claim, self.code, self.evidence) if form.errors), self.claim)


def claim_view() -> ClaimView:
    """The claim of whoever is asking, with forms as they were sent (a template global, for ``/me``)."""
    state = queries.claim_state(require_me().id)
    return ClaimView(state, claim_form(), code_form(), evidence_form(state))


@blueprint.get("/verify")
@signed_in
def verify_page() -> ResponseReturnValue:
    """The claim has no page of its own: it is on ``/me``."""
    return redirect(url_for("auth.my_page"))


@blueprint.post("/verify")
@signed_in
@limiter.limit(CLAIM_LIMIT, exempt_when=enters_code)
@limiter.limit(DOOR_LIMIT, key_func=the_address, exempt_when=is_first_claim)
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
    me, source, number = require_me(), source_key(form.source.data) or "", form.number.data or ""
    normal = normal_number(number)
    guarded = not guessing.note_try(me.id, normal)
    with unit_of_work():
        cause = actions.make_claim(me.id, source, number, form.surname.data or "", guarded=guarded)
    if cause in (UNKNOWN_NUMBER, OTHER_SURNAME):
        guessing.note_miss(me.id, normal)
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
    if require_me().standing == "active":
        flash(_("That place on the roll is yours, too: you stay in as long as either roll has you."), "good")
        return redirect(url_for("auth.my_page"), 303)
    flash(_("Welcome: your membership is confirmed. These are your networks."), "good")
    return redirect(url_for("networks.list_networks"), 303)


def _again(claim: ClaimForm, code: CodeForm, evidence: EvidenceForm | None = None) -> ResponseReturnValue:
    """The page with what was typed and what is wrong with it."""
    state = queries.claim_state(require_me().id)
    view = ClaimView(state, claim, code, evidence or evidence_form(state))
    return render_template("verification/verify.html", view=view, nav="me"), BAD_INPUT


@blueprint.get("/verify/evidence")
@signed_in
def evidence_page() -> ResponseReturnValue:
    """Nor has this a page of its own."""
    return redirect(url_for("auth.my_page"))


@blueprint.post("/verify/evidence")
@signed_in
@limiter.limit(SMALL_ACT_LIMIT)
@never_sooner
def put_evidence() -> ResponseReturnValue:
    """Put down what may help to find the claimant, in place of what was there."""
    if not may_claim(require_me().standing):
        abort(404)
    form = EvidenceForm(request.form)
    if not form.validate():
        return _again(claim_form_of(MultiDict()), CodeForm(), form)
    try:
        with unit_of_work():
            actions.add_evidence(require_me().id, form.evidence.data or "")
    except actions.NotPending:
        flash(_("Your claim has been settled meanwhile."), "warn")
        return redirect(url_for("auth.my_page"), 303)
    flash(_("Thank you. Whoever looks at your claim will read it."), "good")
    return redirect(url_for("auth.my_page", _anchor="claim"), 303)
