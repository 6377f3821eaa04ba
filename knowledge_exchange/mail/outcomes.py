"""Noting what became of a message that this worker held."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from knowledge_exchange.core.clock import now, rounded_now
from knowledge_exchange.core.db import Busy, db, unit_of_work
from knowledge_exchange.mail.claims import Claimed, change, renew
from knowledge_exchange.mail.models import SEALED, MailMessage
from knowledge_exchange.mail.refusals import note_arrival, note_refusal
from knowledge_exchange.mail.settling import DROPPED, FAILED, REFUSED, SENT, settle

#: After a failure of its own a message waits 1, 2, 4 … minutes, at most four hours; after MAX_TRIES it is given up.
MAX_TRIES = 20
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=4)
#: That a message was sent is noted even if the database is away for a while: seconds between tries to.
NOTING_PAUSES_S = (1, 2, 4, 8, 16)
#: Texts may hold links that are keys: they go as soon as they aren't needed.
_EMPTIED = {"subject": "", "text": "", "html": "", "headers": ""}

log = logging.getLogger(__name__)


def note_sent(claimed: Claimed) -> None:
    """It has been taken; what was noted here is never sent again.

    Between the server's 250 and this note lies what no program can close: whoever is killed in between sends the
    message a second time when the lease ends, under the same Message-ID, by which receivers can tell.
    """
    _surely(lambda: _note_sent(claimed))


def _note_sent(claimed: Claimed) -> None:
    with unit_of_work():
        # Whoever holds it by now: it has been sent.
        sent = update(MailMessage).where(MailMessage.id == claimed.id, MailMessage.sent_at.is_(None))
        values: dict[str, Any] = {
            "sent_at": rounded_now(),
            "failed_at": None,
            "lease_until": None,
            "last_error": "",
            **_EMPTIED,
        }
        change(sent.values(values).returning(MailMessage.id))
        note_arrival(claimed.recipient)
        settle(claimed.id, claimed.writer, SENT)
        _forget_sealed(claimed)


def _surely(note: Callable[[], None]) -> None:
    for pause_s in NOTING_PAUSES_S:
        try:
            return note()
        except (Busy, DatabaseError):
            log.exception("what was sent could not be noted yet", extra={"pause_s": pause_s})
            db.session.remove()
            time.sleep(pause_s)
    return note()


def note_failure(claimed: Claimed, reason: str, *, final: bool, of_recipient: bool = False) -> None:
    """It was not taken: it waits for its next try, or that was its last one. ``of_recipient``: nor will others be."""
    given_up = final or claimed.tries >= MAX_TRIES
    log.warning("mail not sent", extra={"reason": reason, "given_up": given_up})
    with unit_of_work():
        if of_recipient:
            note_refusal(claimed.recipient, reason)
        if given_up:
            give_up(claimed, reason, REFUSED if of_recipient else FAILED)
        else:
            pause = min(FIRST_PAUSE * 2 ** (claimed.tries - 1), LONGEST_PAUSE)
            _change(claimed, lease_until=None, not_before=now() + pause, last_error=reason)


def give_up(claimed: Claimed, reason: str, outcome: str) -> None:
    """It will never be sent; in a unit of work."""
    if _change(claimed, lease_until=None, failed_at=rounded_now(), last_error=reason, **_EMPTIED):
        settle(claimed.id, claimed.writer, outcome)
        _forget_sealed(claimed)


def _forget_sealed(claimed: Claimed) -> None:
    """It is over: of a message that says of nobody whose it was, not even the time stays."""
    if claimed.writer == SEALED:
        db.session.execute(delete(MailMessage).where(MailMessage.id == claimed.id))


def drop(claimed: Claimed) -> None:
    """There was nothing left to say: no trace of it is needed, but with whoever was to write it."""
    with unit_of_work():
        held = renew(claimed)
        if held is None:
            return
        # While it is still there, for whoever is told looks up whose it was.
        settle(held.id, held.writer, DROPPED)
        gone = delete(MailMessage).where(held.is_ours())
        db.session.execute(gone.execution_options(synchronize_session=False))


def _change(claimed: Claimed, **values: object) -> bool:
    return change(update(MailMessage).where(claimed.is_ours()).values(values).returning(MailMessage.id))
