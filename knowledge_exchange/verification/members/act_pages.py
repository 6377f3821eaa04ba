"""One act with one account: the page that says what it will mean and asks why, and doing it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from knowledge_exchange.auth.fresh import ask_unless_fresh
from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, end_read, unit_of_work
from knowledge_exchange.core.text import one_line
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.members import acts as member_acts
from knowledge_exchange.verification.members import pages as member_pages
from knowledge_exchange.verification.members import record as member_record
from knowledge_exchange.verification.members import steps as member_steps
from knowledge_exchange.verification.members.forms import ActForm, RoleForm

blueprint = Blueprint("member_acts", __name__, url_prefix="/admin/members/<member_id>/do")


@blueprint.get("/<word>")
@for_roles(*policy.SETTLERS)
def ask(member_id: str, word: str) -> ResponseReturnValue:
    """What it will mean, and why it is to be done."""
    found = _load(member_id, word)
    with unit_of_work():
        member_record.note_look(require_me().id, found.id)
    return _page(found, word, _form(word, found))


@blueprint.post("/<word>")
@for_roles(*policy.SETTLERS)
@limiter.limit(SMALL_ACT_LIMIT)
def do(member_id: str, word: str) -> ResponseReturnValue:
    """Do it, once it is sure that it is still the officer."""
    found = _load(member_id, word)
    form = _form(word, found)
    if not form.validate():
        return _page(found, word, form), member_pages.BAD_INPUT
    end_read()
    return ask_unless_fresh() or _carry_out(found, word, form)


def _carry_out(found: AnyRow, word: str, form: ActForm) -> ResponseReturnValue:
    act = member_acts.ACTS[word]
    chosen = "" if form.chosen.data == member_acts.OTHER else str(act.reasons[form.chosen.data])
    reason = f"{chosen} {one_line(form.words.data or '')}".strip()
    role = form.role.data if isinstance(form, RoleForm) else ""
    try:
        with unit_of_work():
            member_acts.carry_out(require_me(), found.id, word, reason, role or "")
    except member_acts.NotAllowed:
        flash(_("The account has changed meanwhile. Look again; nothing was done."), "warn")
    except member_steps.OnARoll:
        flash(_("A roll has them as a member, so their membership can’t be ended here. Nothing was done."), "warn")
    else:
        flash(_("Done: “%(act)s”, for %(name)s.", act=act.name, name=found.name), "good")
    return redirect(url_for("members.show", member_id=found.id), 303)


def _load(member_id: str, word: str) -> AnyRow:
    """Whom it is about; 404 where there is no such act for who asks, and this account."""
    found = member_pages.load(member_id)
    if word not in member_acts.ACTS or not member_acts.may(require_me(), found, word):
        abort(404)
    return found


def _form(word: str, found: AnyRow) -> ActForm:
    typed = request.form if request.method == "POST" else None
    form = RoleForm(typed, role=found.role) if word == "role" else ActForm(typed)
    form.chosen.choices = list(member_acts.ACTS[word].reasons.items())
    if isinstance(form, RoleForm):
        form.role.choices = [SelectChoice(role, name) for role, name in member_pages.offices().items()]
    return form


def _page(found: AnyRow, word: str, form: ActForm) -> str:
    return member_pages.page("member_act", member=found, act=member_acts.ACTS[word], word=word, form=form)
