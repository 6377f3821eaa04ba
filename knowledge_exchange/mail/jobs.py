"""The outbox's worker: claim by lease, send outside any transaction, note the outcome."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.mail.transport import Refused, deliver

SEND_EVERY_S = 2.0
BATCH = 20
#: Longer than any delivery: nobody else takes up a message that is being sent.
LEASE = timedelta(minutes=5)
#: After a failure: 1, 2, 4 … minutes, at most four hours; given up after MAX_TRIES.
MAX_TRIES = 20
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Claimed:
    """A message that this worker holds for the length of the lease."""

    id: int
    recipient: str
    subject: str
    text: str
    tries: int


def send_waiting() -> None:
    """Send what is due, oldest first."""
    for claimed in _claim(BATCH):
        _send(claimed)


def _claim(most: int) -> list[Claimed]:
    """Take up to ``most`` messages by conditional update: two workers never hold the same one."""
    moment = now()
    free = (
        MailMessage.sent_at.is_(None),
        MailMessage.failed_at.is_(None),
        MailMessage.not_before <= moment,
        (MailMessage.lease_until.is_(None)) | (MailMessage.lease_until < moment),
    )
    due = select(MailMessage.id).where(*free).order_by(MailMessage.not_before).limit(most)
    ids = db.session.scalars(due).all()
    end_read()
    if not ids:
        return []
    taken = (
        update(MailMessage)
        .where(MailMessage.id.in_(ids), *free)
        .values(lease_until=moment + LEASE, tries=MailMessage.tries + 1)
        .returning(
            MailMessage.id,
            MailMessage.recipient,
            MailMessage.subject,
            MailMessage.text,
            MailMessage.tries,
        )
    )
    with unit_of_work() as work:
        return [Claimed(*row) for row in work.execute(taken)]


def _send(claimed: Claimed) -> None:
    try:
        deliver(claimed.id, claimed.recipient, claimed.subject, claimed.text)
    except Refused as error:
        _note_failure(claimed, str(error), final=error.final)
    except OSError as error:
        _note_failure(claimed, type(error).__name__, final=False)
    else:
        # The text may hold a link that is a key: it goes as soon as it isn't needed.
        _note(claimed.id, sent_at=now(), lease_until=None, text="", subject="")


def _note_failure(claimed: Claimed, reason: str, *, final: bool) -> None:
    given_up = final or claimed.tries >= MAX_TRIES
    pause = min(FIRST_PAUSE * 2 ** (claimed.tries - 1), LONGEST_PAUSE)
    log.warning("mail not sent", extra={"reason": reason, "given_up": given_up})
    _note(
        claimed.id,
        lease_until=None,
        not_before=now() + pause,
        last_error=reason,
        failed_at=now() if given_up else None,
        **({"text": "", "subject": ""} if given_up else {}),
    )


def _note(message_id: int, **values: object) -> None:
    with unit_of_work() as work:
        work.execute(update(MailMessage).where(MailMessage.id == message_id).values(**values))
