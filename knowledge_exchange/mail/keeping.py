"""For how long the room keeps what."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from sqlalchemy import or_

from knowledge_exchange.core import keeping
from knowledge_exchange.core.ids import floor_id
from knowledge_exchange.mail.models import MailMessage


def init_app(app: Flask) -> None:
    """Register it."""
    keeping.register(app, "KE_KEEP_MAIL_DAYS", forget_mail, MailMessage)


def forget_mail(before: datetime) -> None:
    """Delete messages long after they were sent or given up: they say to whom, and that they are a member."""
    over = or_(MailMessage.sent_at < before, MailMessage.failed_at < before)
    # Made before it was sent: the key itself leads to the old ones.
    keeping.delete_all(MailMessage, MailMessage.id < floor_id(before), over)
