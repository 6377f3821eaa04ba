"""For how long the room keeps what."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from knowledge_exchange.core import keeping
from knowledge_exchange.networks.models import JoinRequest, LinkManager, NetworkInvitation


def init_app(app: Flask) -> None:
    """Register it."""
    keeping.register(app, "KE_KEEP_REQUESTS_DAYS", forget_settled, JoinRequest, NetworkInvitation, LinkManager)


def forget_settled(before: datetime) -> None:
    """Delete wishes and invitations that were answered, and appointments that ended, before that moment."""
    keeping.delete_all(JoinRequest, JoinRequest.decided_at < before)
    keeping.delete_all(NetworkInvitation, NetworkInvitation.answered_at < before)
    keeping.delete_all(LinkManager, LinkManager.ended_at < before)
