"""What was removed or redacted is final after a time: the original, kept under seal until then, goes."""

from __future__ import annotations

from sqlalchemy import select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.moderation.acts.act_models import ModerationAct

#: Acts of one transaction.
BATCH = 100


def finish_due() -> None:
    """Empty what acts keep whose time is over (a job). The rows stay, for the log."""
    due = (ModerationAct.final_at <= now(), ModerationAct.kept.is_not(None))
    ids = db.session.scalars(select(ModerationAct.id).where(*due).limit(BATCH)).all()
    end_read()
    while ids:
        with unit_of_work() as work:
            emptied = update(ModerationAct).where(ModerationAct.id.in_(ids)).values(kept=None)
            work.execute(emptied, execution_options={"synchronize_session": False})
        ids = db.session.scalars(select(ModerationAct.id).where(*due).limit(BATCH)).all()
        end_read()
