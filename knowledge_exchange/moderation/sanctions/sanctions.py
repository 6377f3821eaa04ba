"""Sanctions: warning, mute, removal, suspension; what holds, until when, and how it ends. Nothing here commits.

A sanction's row says what holds; mutes, removals and standing follow it, so that of two that overlap the longer stays.
It names the member and days. One that was aimed through a pseudonym bears no actor and no reason, and no act leads to
it (``aiming.py``); whoever it met is told of it the day after (``telling_sanctions.py``).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select, update

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.standing import is_possible
from knowledge_exchange.core.clock import now, start_of_day
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.moderation.acts.act_models import ModerationAct, Sanction
from knowledge_exchange.moderation.acts.acts import Of, Reason, note_act
from knowledge_exchange.moderation.acts.undoing import CannotUndo, undo, undoable
from knowledge_exchange.moderation.sanctions.sanction_policy import MUTE, OF_NETWORK, REMOVAL, SUSPENSION
from knowledge_exchange.moderation.sanctions.telling_sanctions import tell_ended, tell_imposed
from knowledge_exchange.moderation.words import suspension_cause
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks import mutes, removals
from knowledge_exchange.verification.members.steps import end_suspension

#: What a row says that needs a cause and has none of its own: rule and reason stand with the sanction.
PLAIN_CAUSE = "rules"
#: ``moderation_act.action`` of each kind.
ACTIONS = {"warning": "warn", "mute": "mute", "removal": "remove_member", "suspension": "suspend"}
#: How a sanction came to its end.
BY_TIME, LIFTED, OVERTURNED, ELSEWHERE = "time", "lifted", "overturned", "elsewhere"


class CannotSanction(Exception):
    """It can't be done, and why: a sentence for whoever asked. Nothing was changed."""


class About(NamedTuple):
    """Where it happens and over which post."""

    network_id: int
    thread_id: int | None = None
    post_id: int | None = None


class Terms(NamedTuple):
    """What is imposed, for how many days (None: no end), and why."""

    kind: str
    days: int | None
    reason: Reason
    #: A word of ``removals.causes``; empty: rule and reason say it.
    cause: str = ""


def ends_on(days: int | None) -> date | None:
    """The first day on which it holds no more: the rest of today and so many whole days count."""
    return None if days is None else now().date() + timedelta(days=days + 1)


def impose(me: Me, acted_as: str, member_id: int, about: About, terms: Terms) -> int:
    """Impose it under somebody's name; returns the sanction's id. Rights were asked of ``sanction_policy``.

    Holds at once. Raises :class:`CannotSanction`.
    """
    standing = db.session.scalar(select(Member.standing).where(Member.id == member_id).with_for_update()) or ""
    if terms.kind == SUSPENSION and not _may_be_suspended(member_id, standing):
        raise CannotSanction(_("They can’t be suspended now: the membership office has suspended them already."))
    if _is_done(about.post_id, terms):
        raise CannotSanction(_("That was imposed over this post already, and holds: nothing has changed."))
    sanction_id = _write(member_id, about.network_id, terms, actor_id=me.id)
    of = Of(about.network_id, about.thread_id, about.post_id, sanction_id)
    note_act(me, acted_as, ACTIONS[terms.kind], of, terms.reason, details={"days": terms.days})
    _take_effect(member_id, about.network_id, terms, actor_id=me.id)
    tell_imposed(sanction_id)
    return sanction_id


def _is_done(post_id: int | None, terms: Terms) -> bool:
    """Whether this very thing was imposed over the same post and holds: a form sent twice, or somebody was first.

    What was aimed through a pseudonym has no act, so that it is never told here.
    """
    if post_id is None:
        return False
    same = (ModerationAct.post_id == post_id, ModerationAct.action == ACTIONS[terms.kind])
    until = Sanction.ends_on.is_not_distinct_from(ends_on(terms.days))
    found = select(Sanction.id).join(ModerationAct, ModerationAct.sanction_id == Sanction.id)
    return db.session.scalar(found.where(*same, until, Sanction.ended_on.is_(None)).limit(1)) is not None


def impose_apart(member_id: int, network_id: int, terms: Terms) -> None:
    """Likewise through a pseudonym: nothing that is written says by whom, about what, or more than the day.

    What can't be done is not done, and nobody is told so.
    """
    standing = db.session.scalar(select(Member.standing).where(Member.id == member_id).with_for_update()) or ""
    if terms.kind == SUSPENSION and not _may_be_suspended(member_id, standing):
        return
    _write(member_id, network_id, terms._replace(reason=Reason()), actor_id=None)
    _take_effect(member_id, network_id, terms, actor_id=None)


def _may_be_suspended(member_id: int, standing: str) -> bool:
    return is_possible(standing, "suspended") or is_suspended_here(member_id)


def is_suspended_here(member_id: int) -> bool:
    """Whether they are suspended by a sanction, which is appealed here, and not by the membership office (hook)."""
    mine = (Sanction.member_id == member_id, Sanction.kind == SUSPENSION, Sanction.ended_on.is_(None))
    holds = select(Sanction.id).join(Member, Member.id == Sanction.member_id)
    return db.session.scalar(holds.where(*mine, Member.standing == "suspended").limit(1)) is not None


def _write(member_id: int, network_id: int, terms: Terms, *, actor_id: int | None) -> int:
    """By the day: of two on one day, the id says which came first, and nothing else does."""
    latest = select(func.max(Sanction.id)).where(Sanction.member_id == member_id)
    sanction_id = max(new_id(start_of_day()), (db.session.scalar(latest) or 0) + 1)
    row = Sanction(
        id=sanction_id,
        member_id=member_id,
        kind=terms.kind,
        network_id=None if terms.kind == SUSPENSION else network_id,
        cause=terms.cause,
        rule=terms.reason.rule,
        reason=terms.reason.text,
        actor_id=actor_id,
        since=now().date(),
        ends_on=ends_on(terms.days),
    )
    db.session.add(row)
    db.session.flush()
    return sanction_id


def _take_effect(member_id: int, network_id: int, terms: Terms, *, actor_id: int | None) -> None:
    if terms.kind == SUSPENSION:
        apart = actor_id is None
        cause = suspension_cause(terms.cause) if apart else _("Suspended by decision of national officers.")
        change_standing(member_id, "suspended", cause, actor_id, apart_from_act=apart)
    elif terms.kind == REMOVAL:
        networks.keep_out(member_id, network_id, terms.cause or PLAIN_CAUSE)
    elif terms.kind == MUTE:
        _follow_mutes(member_id, network_id)


def _open(member_id: int, kind: str, network_id: int | None) -> tuple[ColumnElement[bool], ...]:
    """Conditions: those of that kind that hold for somebody, of a network where the kind hangs on one."""
    mine = (Sanction.member_id == member_id, Sanction.kind == kind, Sanction.ended_on.is_(None))
    return (*mine, Sanction.network_id == network_id) if kind in OF_NETWORK else mine


def _follow_mutes(member_id: int, network_id: int) -> None:
    """Whoever is muted there is so until the last of what holds ends."""
    columns = (Sanction.ends_on, Sanction.cause)
    query = select(*columns).where(*_open(member_id, MUTE, network_id), Sanction.ends_on.is_not(None))
    last = db.session.execute(query.order_by(Sanction.ends_on.desc()).limit(1)).first()
    if last is None:
        mutes.unmute(member_id, network_id)
    else:
        mutes.mute(member_id, network_id, last.ends_on, last.cause or PLAIN_CAUSE)


def end(sanction_id: int, cause: str, actor_id: int | None = None) -> bool:
    """Let it hold no more (``cause``: how it ended); False where it had ended. What else holds goes on holding.

    Who is told otherwise, of the act that is undone or of their appeal, is not told here.
    """
    ended = update(Sanction).where(Sanction.id == sanction_id, Sanction.ended_on.is_(None))
    facts = (Sanction.member_id, Sanction.kind, Sanction.network_id, Sanction.actor_id)
    values = {"ended_on": now().date(), "ended_cause": cause}
    row = db.session.execute(ended.values(**values).returning(*facts)).first()
    if row is None:
        return False
    if cause != ELSEWHERE:
        _let_go(row, actor_id)
    if cause in (BY_TIME, ELSEWHERE):
        tell_ended(sanction_id)
    return True


def overturn(me: Me, sanction_id: int) -> None:
    """An appeal was right: it holds no more, and what is over already is over by that."""
    end(sanction_id, OVERTURNED, me.id)
    db.session.execute(update(Sanction).where(Sanction.id == sanction_id).values(ended_cause=OVERTURNED))
    stands = (ModerationAct.sanction_id == sanction_id, ModerationAct.undone_at.is_(None))
    act_id = db.session.scalar(select(ModerationAct.id).where(*stands))
    if act_id is not None:
        undo(me, act_id)


def init_app(app: Flask) -> None:
    """Say how acts that imposed something are undone."""
    for action in ACTIONS.values():
        undoable(app, action, lambda me, act, _kept: _lift(me, act))


def _lift(me: Me, act: AnyRow) -> None:
    ended = act.sanction_id is not None and end(act.sanction_id, LIFTED, me.id)
    if not ended and not _is_overturned(act.sanction_id):
        raise CannotUndo(_("It is over already."))


def _is_overturned(sanction_id: int | None) -> bool:
    return db.session.scalar(select(Sanction.ended_cause).where(Sanction.id == sanction_id)) == OVERTURNED


def _let_go(row: AnyRow, actor_id: int | None) -> None:
    """Undo what a sanction did, where no other one that holds did the same."""
    if row.kind == MUTE and row.network_id is not None:
        _follow_mutes(row.member_id, row.network_id)
        return
    still = select(Sanction.id).where(*_open(row.member_id, row.kind, row.network_id)).limit(1)
    if db.session.scalar(still) is not None:
        return
    if row.kind == REMOVAL and row.network_id is not None and removals.lift(row.member_id, row.network_id):
        networks.join_automatically(row.member_id)
    elif row.kind == SUSPENSION and _standing(row.member_id) == "suspended":
        end_suspension(row.member_id, _("The suspension is over."), actor_id)


def _standing(member_id: int) -> str | None:
    return db.session.scalar(select(Member.standing).where(Member.id == member_id))
