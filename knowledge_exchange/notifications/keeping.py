"""What the room keeps under keys."""

from __future__ import annotations

from flask import Flask

from knowledge_exchange.core import rekeying
from knowledge_exchange.notifications.models import Participant


def init_app(app: Flask) -> None:
    """Register it."""
    rekeying.register(app, Participant.sealed, rekeying.SEAL)
