"""What this room does by itself."""

from __future__ import annotations

from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.moderation.telling import tell_due
from knowledge_exchange.moderation.unsealing import lapse_old


def look_after_requests() -> None:
    """Tell authors whose legal delay is over; end what nobody agreed to in time."""
    tell_due()
    with unit_of_work():
        lapse_old()
