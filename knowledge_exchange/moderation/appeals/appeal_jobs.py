"""What appeals do by themselves: they come to officers when their time is over, and end with what they are about."""

from __future__ import annotations

from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.moderation.appeals.appeal_queries import moot, passed
from knowledge_exchange.moderation.appeals.appeals import OVER, close_moot, note_passed

APPEALS_EVERY_S = 60.0


def look_after_appeals() -> None:
    """Cases go up by their own clock (``case_clock.py``); here the appeals follow them."""
    ids, over = db.session.scalars(passed()).all(), db.session.execute(moot(OVER)).all()
    end_read()
    for appeal_id in ids:
        with unit_of_work():
            note_passed(appeal_id)
    for row in over:
        with unit_of_work():
            close_moot(row.id, row.case_id)
