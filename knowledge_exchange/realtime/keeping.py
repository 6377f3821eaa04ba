"""For how long the room keeps what."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from knowledge_exchange.core import keeping
from knowledge_exchange.core.ids import floor_id
from knowledge_exchange.realtime.models import LiveEvent


def init_app(app: Flask) -> None:
    """Register it."""
    keeping.register(app, "KE_KEEP_EVENTS_DAYS", forget_events, LiveEvent)


def forget_events(before: datetime) -> None:
    """Delete what is too old to be replayed."""
    keeping.delete_all(LiveEvent, LiveEvent.id < floor_id(before))
