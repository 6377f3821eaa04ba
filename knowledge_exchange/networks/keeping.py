"""What the room keeps under keys, and for how long it keeps what."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from knowledge_exchange.core import keeping, rekeying
from knowledge_exchange.networks.models import JoinRequest, LinkManager, NetworkInvitation, Shield


def init_app(app: Flask) -> None:
    """Register both."""
    rekeying.register(app, Shield.content, rekeying.SEAL)
    keeping.register(app, "KE_KEEP_REQUESTS_DAYS", forget_settled, JoinRequest, NetworkInvitation, LinkManager)


def forget_settled(before: datetime) -> None:
    """Delete wishes and invitations that were answered, and appointments that ended, before that moment."""
    keeping.delete_all(JoinRequest, JoinRequest.decided_at < before)
    keeping.delete_all(NetworkInvitation, NetworkInvitation.answered_at < before)
    keeping.delete_all(LinkManager, LinkManager.ended_at < before)
