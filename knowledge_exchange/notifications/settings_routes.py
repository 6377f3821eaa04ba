"""The page on which a member says when to be left in peace, and what reaches them how."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.forms import Form
from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.notifications import settings
from knowledge_exchange.notifications.kinds import KINDS, Choice, Kind, choices_of
from knowledge_exchange.notifications.quiet import Peace, quiet_until
from knowledge_exchange.notifications.settings import Settings
from knowledge_exchange.notifications.settings_forms import (
    DAY,
    LONGEST_PAUSE,
    HoursForm,
    MailForm,
    PauseForm,
    Typed,
    clock_text,
    day_of,
    preset,
)

blueprint = Blueprint("notice_settings", __name__, url_prefix="/settings/notifications")


@dataclass(frozen=True)
class Line:
    """One kind on the page, with what is chosen for it."""

    kind: Kind
    choice: Choice
    is_wrong: bool  # it came back: its e-mail has still to be chosen


@blueprint.get("")
@active
def page() -> ResponseReturnValue:
    """All sections."""
    return _page()


@blueprint.post("/pause")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def pause() -> ResponseReturnValue:
    """Pause everything: for a time that has a button, or until a day."""
    me, form, moment = require_me(), PauseForm(), now()
    until = preset(request.form.get("for", ""), me.zone, moment) or form.ends_at(me.zone, moment)
    if until is None:
        return _page(pause_form=form), 422
    return _do(_("Paused. Nothing is lost: your list goes on."), lambda: settings.pause(me.id, until))


@blueprint.post("/resume")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def resume() -> ResponseReturnValue:
    """End the pause, and stay on the page on which that was asked."""
    me = require_me()
    back = "notifications.index" if request.form.get("back") == "list" else "notice_settings.page"
    return _do(_("The pause is over."), lambda: settings.resume(me.id, me.zone), back)


@blueprint.post("/hours")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def hours() -> ResponseReturnValue:
    """Do not disturb at these hours of every day, or (``off``) at none."""
    me, form = require_me(), HoursForm()
    if "off" in request.form:
        return _do(_("Do not disturb is off."), lambda: settings.set_hours(me.id, None, None, me.zone))
    if not form.validate():
        return _page(hours_form=form), 422
    begin, finish = form.hours
    return _do(_("Saved."), lambda: settings.set_hours(me.id, begin, finish, me.zone))


@blueprint.post("/kinds")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def kinds() -> ResponseReturnValue:
    """How each kind reaches them, or (``reset``) as it does by default."""
    me = require_me()
    if "reset" in request.form:
        return _do(_("Everything reaches you as it does by default."), lambda: settings.reset_choices(me.id))
    typed = Typed(request.form)
    if typed.errors:
        return _page(typed=typed), 422
    return _do(_("Saved."), lambda: settings.set_choices(me.id, typed.choices))


@blueprint.post("/mail")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def mail() -> ResponseReturnValue:
    """The digest, and what e-mail may say."""
    me, form = require_me(), MailForm()
    if not form.validate():
        return _page(mail_form=form), 422

    def save() -> None:
        settings.set_mail(
            me.id,
            digest=form.digest.data,
            hour=form.digest_hour.data,
            weekday=form.digest_weekday.data,
            details=form.mail_details.data,
        )

    return _do(_("Saved."), save)


@blueprint.post("/mail/stop")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def stop_mail() -> ResponseReturnValue:
    """No e-mail of notices any more."""
    me = require_me()
    return _do(_("No more e-mail about notifications."), lambda: settings.stop_mail(me.id))


@blueprint.post("/mail/start")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def start_mail() -> ResponseReturnValue:
    """E-mail again, as chosen."""
    me = require_me()
    return _do(_("E-mail comes again, as you have chosen."), lambda: settings.start_mail(me.id))


def _do(said: str, act: Callable[[], None], goal: str = "notice_settings.page") -> ResponseReturnValue:
    with unit_of_work():
        act()
    flash(said, "good")
    return redirect(url_for(goal), 303)


def _page(
    pause_form: PauseForm | None = None,
    hours_form: HoursForm | None = None,
    mail_form: MailForm | None = None,
    typed: Typed | None = None,
) -> str:
    """The page; a form that was sent as it was sent, the others as things stand."""
    me, moment = require_me(), now()
    found = settings.settings_of(me.id)
    broken: Form | None = pause_form or hours_form or mail_form
    return render_template(
        "notifications/settings.html",
        nav="me",
        unread=me.unread,
        found=found,
        mail_refused=found.refused,
        quiet_until=quiet_until(found, me.zone, moment),
        is_paused=found.paused_until is not None and found.paused_until > moment,
        lines=_lines(me, typed),
        pause_form=pause_form or PauseForm(formdata=None),
        hours_form=hours_form or _hours_as_set(found),
        mail_form=mail_form or MailForm(formdata=None, obj=found),
        broken=broken,
        typed_wrong=typed is not None,
        first_day=day_of(moment, me.zone) + DAY,
        last_day=day_of(moment + LONGEST_PAUSE - DAY, me.zone),
    )


def _hours_as_set(found: Settings) -> HoursForm:
    as_set = {"quiet_from": clock_text(found.quiet_from), "quiet_to": clock_text(found.quiet_to)}
    return HoursForm(formdata=None, data=as_set)


def _lines(me: Me, typed: Typed | None) -> list[Line]:
    chosen = choices_of([me.id])
    return [
        Line(
            kind,
            typed.choices[kind.code] if typed else chosen[me.id, kind.code],
            is_wrong=typed is not None and kind.code in typed.errors,
        )
        for kind in KINDS
    ]


def quiet_note(me: Me, peace: Peace) -> tuple[datetime, bool] | None:
    """Until when they are left in peace at this moment, and whether that is a pause; None when they are not."""
    moment = now()
    until = quiet_until(peace, me.zone, moment)
    if until is None:
        return None
    return until, peace.paused_until is not None and peace.paused_until > moment
