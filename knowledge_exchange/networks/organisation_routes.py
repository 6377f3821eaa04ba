"""Organisations, for the office: what is known of each, its mergers, its link managers."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.fresh import fresh
from knowledge_exchange.auth.gate import for_roles
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.text import one_line
from knowledge_exchange.networks import link_managers, mergers, policy
from knowledge_exchange.networks import organisation_queries as queries
from knowledge_exchange.networks.forms import MAX_WHO_CHARS, AppointForm, MergeForm
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("organisations", __name__, url_prefix="/admin/organisations")
BAD_INPUT = 422


@blueprint.get("")
@for_roles(*policy.APPOINTERS)
def overview() -> ResponseReturnValue:
    """Search by name or code (``q``), and which have closed without a successor."""
    text = one_line(request.args.get("q", ""))[:MAX_WHO_CHARS]
    found = list(queries.search(text)) if text else []
    return render_template(
        "networks/organisations.html",
        unread=unread_count(require_me().id),
        text=text,
        found=found[: queries.MOST_FOUND],
        more=len(found) > queries.MOST_FOUND,
        orphans=queries.orphans(),
    )


def causes() -> dict[str, str]:
    """Why somebody isn't a link manager any more, in words."""
    return {
        link_managers.DECLINED: _("declined"),
        link_managers.GIVEN_UP: _("gave it up"),
        link_managers.DISMISSED: _("dismissed by an officer"),
        link_managers.MOVED: _("moved to another organisation"),
        link_managers.LOST_STANDING: _("is not an active member any more"),
        link_managers.MERGED: _("the organisation was merged"),
    }


@blueprint.get("/<code>")
@for_roles(*policy.APPOINTERS)
def organisation(code: str) -> ResponseReturnValue:
    """One of them."""
    return _page(_found(code))


def _found(code: str) -> AnyRow:
    return queries.organisation(code) or abort(404)


def _page(row: AnyRow, appoint: AppointForm | None = None, merge: MergeForm | None = None) -> str:
    me = require_me()
    return render_template(
        "networks/organisation_office.html",
        unread=unread_count(me.id),
        organisation=row,
        is_closed=queries.is_closed(row.closed_on),
        members=queries.members_told(row.code),
        managers=link_managers.appointed(row.code),
        ended=link_managers.ended(row.code),
        causes=causes(),
        may_merge=me.role in policy.MERGERS,
        appoint=appoint or AppointForm(MultiDict()),
        merge=merge or MergeForm(MultiDict()),
    )


@blueprint.post("/<code>/link-managers")
@for_roles(*policy.APPOINTERS)
@limiter.limit(SMALL_ACT_LIMIT)
def appoint(code: str) -> ResponseReturnValue:
    """Ask somebody of the organisation to be its link manager. Looking them up is on the record."""
    row, me = _found(code), require_me()
    form = AppointForm(request.form)
    if not form.validate():
        return _page(row, appoint=form), BAD_INPUT
    with unit_of_work():
        who = queries.candidate(form.email.data or "")
        if who is not None:
            record("link_manager.sought", actor=me.id, subject=who.id, note=code)
        fault = "" if who is not None and policy.may_appoint(me, who, code) else _nobody()
        if who is not None and not fault:
            try:
                link_managers.appoint(code, who.id, actor=me.id)
            except link_managers.AlreadyAsked:
                fault = _("They are its link manager already, or have been asked.")
    if fault:
        form.email.errors = [fault]
        return _page(row, appoint=form), BAD_INPUT
    flash(_("They have been asked, and are named as soon as they agree."), "good")
    return redirect(url_for(".organisation", code=code), 303)


def _nobody() -> str:
    # The same for an address that nobody has, for somebody else's people, and for oneself.
    return str(_("No other active member of this organisation has that address."))


@blueprint.post("/<code>/link-managers/<number>")
@for_roles(*policy.APPOINTERS)
@limiter.limit(SMALL_ACT_LIMIT)
def dismiss(code: str, number: str) -> ResponseReturnValue:
    """Take it from one of them; nobody from themselves, for that is done on one's own page."""
    wanted = parse_id(number) or abort(404)
    with unit_of_work():
        done = link_managers.dismiss(wanted, code, actor=require_me().id)
    if not done:
        abort(404)
    flash(_("They are not its link manager any more."), "good")
    return redirect(url_for(".organisation", code=code), 303)


@blueprint.post("/<code>/merge")
@for_roles(*policy.MERGERS)
@limiter.limit(SMALL_ACT_LIMIT)
@fresh
def merge(code: str) -> ResponseReturnValue:
    """Note that it was merged into another; its members move."""
    row, form = _found(code), MergeForm(request.form)
    if form.validate():
        new = one_line(form.successor.data or "").upper()
        try:
            with unit_of_work():
                mergers.merge(code, new, on=form.on.data, actor=require_me().id)
        except mergers.CannotMerge as error:
            form.successor.errors = [str(error)]
        else:
            flash(_("%(old)s was merged into %(new)s. Its members have moved.", old=code, new=new), "good")
            return redirect(url_for(".organisation", code=code), 303)
    return _page(row, merge=form), BAD_INPUT
