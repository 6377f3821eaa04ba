"""What sanctions do by themselves: they end on their day, and whom a pseudonym hid is told when the day is over."""

from __future__ import annotations

import logging
from collections.abc import Callable

from sqlalchemy import Select, select

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.moderation.acts.act_models import Sanction
from knowledge_exchange.moderation.sanctions.sanction_queries import over_elsewhere
from knowledge_exchange.moderation.sanctions.sanctions import BY_TIME, ELSEWHERE, end
from knowledge_exchange.moderation.sanctions.telling_sanctions import are_untold, tell_aimed

SANCTIONS_EVERY_S = 60.0
#: Those that one round ends of each sort.
AT_ONCE = 200

log = logging.getLogger(__name__)


def look_after_sanctions() -> None:
    """End what is over; tell of what was aimed on days that are over."""
    _each(over_elsewhere(), lambda sanction_id: end(sanction_id, ELSEWHERE))
    due = (Sanction.ended_on.is_(None), Sanction.ends_on <= now().date())
    _each(select(Sanction.id).where(*due).order_by(Sanction.id), lambda sanction_id: end(sanction_id, BY_TIME))
    waits = are_untold()
    end_read()
    if waits:
        with unit_of_work():
            tell_aimed()


def _each(which: Select[int], step: Callable[[int], object]) -> None:
    """Each in a unit of work of its own: one that fails keeps no other."""
    ids = db.session.scalars(which.limit(AT_ONCE)).all()
    end_read()
    for sanction_id in ids:
        try:
            with unit_of_work():
                step(sanction_id)
        except Exception:
            log.exception("a sanction was not ended; it will be tried again")
            end_read()
