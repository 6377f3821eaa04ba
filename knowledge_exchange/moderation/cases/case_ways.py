"""Handing cases to the officers: because their time is over, or because a moderator wishes it. Nothing commits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now, rounded_now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.moderation.cases.case_telling import tell_keepers, tell_queues, withdraw_notices
from knowledge_exchange.moderation.cases.cases import MODERATORS_IN, OFFICERS_IN, announce

#: In place of a decision: a moderator passed it to the officers.
PASSED = "pass"


def pass_up(case_id: int, *, due_only: bool = False, me: Me | None = None) -> bool:
    """Hand an open case to the officers, with a clock of their own; False where it is with them, or decided.

    ``due_only``: if its time is over. ``me``: who does it; the exchange itself, by the clock, if None.
    """
    here = [ModerationCase.id == case_id, ModerationCase.decided_at.is_(None), ModerationCase.held_by != "officers"]
    if due_only:
        here.append(ModerationCase.due_at <= now())
    values = {"held_by": "officers", "due_at": rounded_now() + OFFICERS_IN, **_by(me)}
    tell_queues(case_id)
    up = update(ModerationCase).where(*here).values(**values).returning(ModerationCase.id)
    if db.session.execute(up, execution_options={"synchronize_session": False}).first() is None:
        return False
    withdraw_notices(case_id)
    record("moderation.case_up", actor=me.id if me else None, note=str(case_id))
    tell_keepers(case_id)
    return True


def _by(me: Me | None) -> dict[str, Any]:
    """Who passed it up, so that they may take it back; nobody has decided it yet."""
    return {} if me is None else {"decided_by": me.id, "decision": PASSED}


def hand_back(case_id: int) -> bool:
    """Take back that a case was passed up: it is with its moderators again; False where it was decided meanwhile."""
    there = (ModerationCase.id == case_id, ModerationCase.decided_at.is_(None), ModerationCase.held_by == "officers")
    values = {"held_by": "moderators", "due_at": rounded_now() + MODERATORS_IN, "decided_by": None, "decision": ""}
    back = update(ModerationCase).where(*there).values(**values).returning(ModerationCase.id)
    if db.session.execute(back, execution_options={"synchronize_session": False}).first() is None:
        return False
    withdraw_notices(case_id)
    announce(case_id)
    return True


def acting_on(me: Me, row: AnyRow) -> str:
    """As what they decide a case (a row of ``cases.cases_for``): a word of ``act_models.ACTING``."""
    return "lead" if row.held_by == "leads" else acted_as(me, row)
