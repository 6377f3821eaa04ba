"""The membership officers' pages about members: looking one up, the lists of those to look after, one record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.i18n import zone_of
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.claims import queries
from knowledge_exchange.verification.members import acts as member_acts
from knowledge_exchange.verification.members import queries as member_queries
from knowledge_exchange.verification.members import record as member_record
from knowledge_exchange.verification.members.forms import FindForm
from knowledge_exchange.verification.rolls.staging import grace

blueprint = Blueprint("members", __name__, url_prefix="/admin/members")
BAD_INPUT = 422


def standings() -> dict[str, str]:
    """The standings in words, for officers."""
    return {
        "pending": _("waiting for proof"),
        "active": _("active"),
        "lapsed": _("lapsed"),
        "suspended": _("suspended"),
        "left": _("left"),
    }


def offices() -> dict[str, str]:
    """The offices in words."""
    return {
        "member": _("member"),
        "officer": _("national officer"),
        "membership_officer": _("membership officer"),
        "administrator": _("administrator"),
    }


def office_of(role: str) -> str:
    """Somebody's office in words; empty for a plain member."""
    return "" if role == "member" else offices()[role]


def day(moment: date) -> str:
    """The day of a moment, where the reader is, or a day itself, in words: when exactly is nobody's business."""
    if isinstance(moment, datetime):
        moment = moment.astimezone(zone_of(require_me().zone)).date()
    return str(format_date(moment, "long"))


def page(template: str, **facts: Any) -> str:
    """A page of this part of the office."""
    words = {"words": standings(), "office_of": office_of, "unread": unread_count(require_me().id), "day": day}
    return render_template(f"verification/{template}.html", **words, **facts)


def _find_form() -> FindForm:
    form = FindForm(request.form)
    rolls = {"": _("Any roll"), **queries.sources()}
    form.source.choices = [SelectChoice(source, name) for source, name in rolls.items()]
    return form


@blueprint.get("")
@for_roles(*policy.SETTLERS)
def find_page() -> ResponseReturnValue:
    """How many there are of each standing, and the form to look for one."""
    return page("members", form=_find_form(), counts=member_queries.counts(), found=None)


@blueprint.post("")
@for_roles(*policy.SETTLERS)
@limiter.limit(SMALL_ACT_LIMIT)
def find() -> ResponseReturnValue:
    """By POST, so that what was looked for stands in no address and no log; nor is it put on the record."""
    form = _find_form()
    if not form.validate():
        return page("members", form=form, counts=member_queries.counts(), found=None), BAD_INPUT
    found = member_queries.find(form.text.data or "", form.source.data or "")
    with unit_of_work():
        record("member.searched", actor=require_me().id, note=f"by {found.by}, {len(found.hits)} found")
    return page("members", form=form, counts=member_queries.counts(), found=found)


@blueprint.get("/suspended")
@for_roles(*policy.SETTLERS)
def suspended() -> ResponseReturnValue:
    """Who is suspended, the latest first."""
    return _list("suspended", member_queries.suspended, ".suspended")


@blueprint.get("/ending")
@for_roles(*policy.SETTLERS)
def ending() -> ResponseReturnValue:
    """Whose access ends soon, because no roll has them any more."""
    return _list("ending", member_queries.ending, ".ending")


def _list(kind: str, read: Callable[[int | None], Sequence[AnyRow]], endpoint: str) -> str:
    rows = read(parse_id(request.args.get("after", "")))
    shown = rows[: member_queries.LIST_PAGE]
    older = url_for(endpoint, after=str(shown[-1].id)) if len(rows) > len(shown) else None
    with unit_of_work():
        record("member.listed", actor=require_me().id, note=kind)
    return page("members_list", kind=kind, rows=shown, older=older, grace=grace())


def load(member_id: str) -> AnyRow:
    """The member whom the address names; 404 where there is none."""
    number = parse_id(member_id)
    found = member_record.member(number) if number is not None else None
    if found is None:
        abort(404)
    return found


def acts_for(me: Me, record_: member_record.Record) -> dict[str, member_acts.Act]:
    """What can be done with this account; a membership that a roll shows can't be ended."""
    offered = member_acts.offered(me, record_.member)
    without = {"lapse"} if any(entry.gone_at is None for entry in record_.entries) else set()
    if record_.member.email_confirmed_at is None:
        without.add("reset-link")
    if not record_.has_factor:
        without.add("reset-factors")
    return {word: act for word, act in offered.items() if word not in without}


@blueprint.get("/<member_id>")
@for_roles(*policy.SETTLERS)
def show(member_id: str) -> ResponseReturnValue:
    """One member's record. Opening it is noted: it is a look at a person's record, and they read that we looked."""
    found, me = load(member_id), require_me()
    with unit_of_work():
        member_record.note_look(me.id, found.id)
    record_ = member_record.record_of(found)
    rolls = queries.sources()
    return page(
        "member", record=record_, member=found, acts=acts_for(me, record_), rolls=rolls, is_me=found.id == me.id
    )
