"""Official answers past their day of review: each is a case for the officers, until one of them has looked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import exists, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db, end_read, unit_of_work
from knowledge_exchange.core.i18n import today
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.moderation.cases.cases import close_case, open_case
from knowledge_exchange.threads.curation.curation_models import OfficialAnswer
from knowledge_exchange.threads.models import Thread

KIND = "official"
#: How often it is looked for them: they come up with the day.
LOOK_EVERY_S = 3600.0
MOST_AT_ONCE = 100
#: How long officers have.
DUE_IN = timedelta(days=14)


def open_reviews() -> None:
    """Open a case for each answer whose review was due yesterday or before (a job)."""
    waiting = _past_review(today(), MOST_AT_ONCE)
    end_read()
    for row in waiting:
        where = {"network_id": row.network_id, "thread_id": row.thread_id, "post_id": row.post_id}
        with unit_of_work():
            open_case(KIND, held_by="officers", due_in=DUE_IN, **where)


def _past_review(day: date, most: int) -> Sequence[AnyRow]:
    """Current answers that are due and have no open case, the longest overdue first."""
    case = exists().where(
        ModerationCase.kind == KIND,
        ModerationCase.post_id == OfficialAnswer.post_id,
        ModerationCase.decided_at.is_(None),
    )
    query = (
        select(OfficialAnswer.post_id, Thread.id.label("thread_id"), Thread.network_id)
        .join(Thread, Thread.official_id == OfficialAnswer.post_id)
        .where(OfficialAnswer.review_on < day, OfficialAnswer.withdrawn_at.is_(None), Thread.deleted_at.is_(None))
        .where(~case)
        .order_by(OfficialAnswer.review_on, OfficialAnswer.post_id)
        .limit(most)
    )
    return db.session.execute(query).all()


def close_review(me: Me, post_id: int, decision: str, act_id: int) -> None:
    """Close the case of an answer that an officer has looked after elsewhere, if there is one."""
    waiting = (ModerationCase.kind == KIND, ModerationCase.post_id == post_id, ModerationCase.decided_at.is_(None))
    case_id = db.session.scalar(select(ModerationCase.id).where(*waiting))
    if case_id is not None:
        close_case(me, case_id, decision, act_id)
