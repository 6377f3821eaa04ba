"""Putting mail into the outbox, and taking it out again."""

from __future__ import annotations

from datetime import datetime

from flask import render_template
from sqlalchemy import delete

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db
from knowledge_exchange.mail.models import MailMessage


def post_mail(
    recipient: str,
    subject: str,
    template: str,
    *,
    member_id: int | None = None,
    essential: bool = False,
    not_before: datetime | None = None,
    **facts: object,
) -> None:
    """Queue one message, its text from ``templates/mail/<template>.txt``; sent after the commit.

    ``essential`` mail (confirming, resetting, a claim's code) goes to people of any standing; the
    rest is dropped when its member loses standing. Subjects name neither union nor content.
    """
    message = MailMessage(
        recipient=recipient,
        subject=" ".join(subject.split()),  # a line break here would make a header
        text=render_template(f"mail/{template}.txt", **facts),
        member_id=member_id,
        essential=essential,
        not_before=not_before or now(),
    )
    db.session.add(message)


def drop_unsent(member_id: int) -> None:
    """Forget what was not sent yet to somebody who has lost standing."""
    waiting = MailMessage.sent_at.is_(None) & MailMessage.failed_at.is_(None)
    mine = (MailMessage.member_id == member_id) & MailMessage.essential.is_(False)
    db.session.execute(delete(MailMessage).where(waiting & mine))
