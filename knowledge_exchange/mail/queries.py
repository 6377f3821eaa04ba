"""Named conditions on messages."""

from __future__ import annotations

from knowledge_exchange.mail.models import MailMessage

#: Neither sent nor given up.
WAITING = MailMessage.sent_at.is_(None) & MailMessage.failed_at.is_(None)
