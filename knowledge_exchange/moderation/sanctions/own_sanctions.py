"""What was imposed on whoever asks, and their appeals: also for those who can no longer enter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import once_set_up, signed_in
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import current_me, require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.moderation.acts.act_words import words_of
from knowledge_exchange.moderation.acts.own_acts import act_for
from knowledge_exchange.moderation.appeals import appeals
from knowledge_exchange.moderation.appeals.appeal_queries import appeals_about, latest_about, owner_of_act
from knowledge_exchange.moderation.sanctions import sanction_queries, sanction_words
from knowledge_exchange.moderation.sanctions.sanction_forms import AppealForm
from knowledge_exchange.moderation.words import day_in_words
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("own_sanctions", __name__)
BAD_INPUT = 422


@dataclass(frozen=True, slots=True)
class Shown:
    """A sanction in words, for whom it met."""

    id: int
    name: str
    holds: bool
    when: str
    ended: str
    why: str
    rule: str
    reason: str
    is_aimed: bool
    may_appeal: bool
    #: How the newest appeal stands; empty where there is none.
    appeal: str


@dataclass(frozen=True, slots=True)
class ShownAppeal:
    """An appeal in words, for whoever made it."""

    heading: str
    answer: str
    by: str
    text: str
    outcome: str


def last_of(ends_on: date) -> date:
    """The last day of what holds no more on that day."""
    return ends_on - timedelta(days=1)


def sanctions_of_mine() -> list[Shown]:
    """What was imposed on whoever is asking (a template global, for ``/me``)."""
    me = current_me()
    rows = sanction_queries.sanctions_of(me.id) if me is not None else ()
    latest = latest_about([row.id for row in rows])
    return [shown(row, latest.get(row.id)) for row in rows]


def shown(row: AnyRow, latest: AnyRow | None) -> Shown:
    """A row of ``sanction_queries`` in words; ``latest``: the newest appeal about it."""
    ended = sanction_words.endings().get(row.ended_cause, "")
    return Shown(
        id=row.id,
        name=sanction_words.name_of(row.kind, row.network),
        holds=row.ended_on is None,
        when=_when(row),
        ended=_("Over since %(day)s: %(how)s.", day=day_in_words(row.ended_on), how=ended) if row.ended_on else "",
        why=sanction_words.why(row.cause),
        rule=row.rule,
        reason=row.reason,
        is_aimed=row.act_id is None,
        may_appeal=not appeals.is_over(row) and appeals.step_after(latest, appeals.of_sanction(row)) is not None,
        appeal=_heading(latest) if latest is not None else "",
    )


def _when(row: AnyRow) -> str:
    since = day_in_words(row.since)
    if row.kind == "warning":
        return str(_("On %(day)s.", day=since))
    if row.ends_on is None:
        return str(_("From %(since)s, until somebody ends it.", since=since))
    return str(_("From %(since)s until the end of %(last)s.", since=since, last=day_in_words(last_of(row.ends_on))))


def _heading(appeal: AnyRow) -> str:
    if appeal.outcome:
        return str(_OUTCOMES[appeal.outcome]())
    if appeal.held_by == "officers":
        return str(_("Your appeal waits for an officer’s answer"))
    return str(_("Your appeal waits for an answer"))


_OUTCOMES = {
    appeals.UPHELD: lambda: _("Your appeal was looked at, and it stands"),
    appeals.OVERTURNED_OUTCOME: lambda: _("Your appeal was successful"),
    appeals.MOOT: lambda: _("It was undone before your appeal was answered"),
}


def _appeal_in_words(appeal: AnyRow) -> ShownAppeal:
    by = ""
    if appeal.answer:
        last = appeal.step == appeals.LAST_STEP
        by = _("By an officer who had no part in it.") if last else _("By a moderator who had no part in it.")
    return ShownAppeal(_heading(appeal), appeal.answer, by, appeal.text, appeal.outcome)


def _appeals_in_words(target: appeals.Target, *, is_aimed: bool = False) -> dict[str, object]:
    """What ``moderation/_appeals.html`` needs, but the form."""
    return {
        "appeals": [_appeal_in_words(one) for one in appeals_about(target.key)],
        "is_aimed": is_aimed,
        "last": appeals.next_step(target) == appeals.LAST_STEP,
    }


@blueprint.get("/me/sanctions/<sanction_id>")
@signed_in
@once_set_up
def page(sanction_id: str) -> ResponseReturnValue:
    """One of mine: what, why, until when, and the appeal against it; to everybody else there is no such page."""
    return _page(_mine(sanction_id), AppealForm())


@blueprint.post("/me/sanctions/<sanction_id>")
@signed_in
@once_set_up
@limiter.limit(SMALL_ACT_LIMIT)
def appeal(sanction_id: str) -> ResponseReturnValue:
    """Appeal against it."""
    row, form = _mine(sanction_id), AppealForm(request.form)
    if not form.validate():
        return _page(row, form), BAD_INPUT
    _send(None if appeals.is_over(row) else appeals.of_sanction(row), form)
    return redirect(url_for(".page", sanction_id=sanction_id), 303)


def _mine(sanction_id: str) -> AnyRow:
    row = sanction_queries.sanction_by_id(parse_id(sanction_id))
    return row if row is not None and row.member_id == require_me().id else abort(404)


def _page(row: AnyRow, form: AppealForm) -> str:
    one = shown(row, latest_about([row.id]).get(row.id))
    return render_template(
        "moderation/own_sanction.html",
        nav="me",
        unread=unread_count(require_me().id),
        one=one,
        form=form if one.may_appeal else None,
        **_appeals_in_words(appeals.of_sanction(row), is_aimed=one.is_aimed),
    )


def _send(target: appeals.Target | None, form: AppealForm) -> None:
    """Appeal, if it can be; say what happened."""
    try:
        with unit_of_work():
            if target is None:
                raise appeals.NothingToAppeal
            appeals.make(target, form.text.data or "")
    except appeals.NothingToAppeal:
        flash(_("An appeal against this waits already, or was answered for good. You find it here."), "info")
    else:
        flash(_("Your appeal is sent. You read the answer here, and a message tells you that there is one."), "good")


@blueprint.get("/acts/<act_id>/appeal")
@signed_in
@once_set_up
def act_page(act_id: str) -> ResponseReturnValue:
    """The appeal against an act on what I wrote; to everybody else there is no such page."""
    act, target = _act_of_mine(act_id)
    if act.sanction_id is not None:
        return redirect(url_for(".page", sanction_id=str(act.sanction_id)))
    return _act_page(act, target, AppealForm())


@blueprint.post("/acts/<act_id>/appeal")
@signed_in
@once_set_up
@limiter.limit(SMALL_ACT_LIMIT)
def appeal_act(act_id: str) -> ResponseReturnValue:
    """Appeal against it, likewise."""
    (act, target), form = _act_of_mine(act_id), AppealForm(request.form)
    if act.sanction_id is not None:
        abort(404)
    if not form.validate():
        return _act_page(act, target, form), BAD_INPUT
    _send(target if act.undone_at is None else None, form)
    return redirect(url_for(".act_page", act_id=act_id), 303)


def _act_of_mine(act_id: str) -> tuple[AnyRow, appeals.Target]:
    """The act, and the appeal that its author may make or made; one that is undone has still its answer.

    A thread that is hidden from them by now is hidden here, too.
    """
    number = parse_id(act_id)
    shown = act_for(require_me(), number) if number is not None else None
    act = shown.act if shown is not None and shown.is_author else None
    target = appeals.of_act(require_me(), act, owner_of_act(act)) if act is not None else None
    if act is None or target is None:
        abort(404)
    return act, target


def _act_page(act: AnyRow, target: appeals.Target, form: AppealForm) -> str:
    may = act.undone_at is None and appeals.next_step(target) is not None
    return render_template(
        "moderation/act_appeal.html",
        nav="",
        unread=unread_count(require_me().id),
        act=act,
        what=words_of(act.action).log,
        form=form if may else None,
        **_appeals_in_words(target),
    )
