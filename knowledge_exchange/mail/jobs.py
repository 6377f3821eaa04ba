"""The outbox's worker: claim by lease, send outside any transaction, note the outcome.

Each message is sent once. The one exception that nobody can rule out: a worker that is killed (or a database that is
gone) after the server's 250 and before the note of it; the message then goes again when its lease ends, with the
same Message-ID.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flask import current_app

from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import end_read, unit_of_work
from knowledge_exchange.mail.claims import LEASE, Claimed, claim, is_any_due, release, renew
from knowledge_exchange.mail.composing import compose
from knowledge_exchange.mail.letter import Later, Letter, Unsaid
from knowledge_exchange.mail.outcomes import drop, give_up, note_failure, note_sent
from knowledge_exchange.mail.refusals import forget_old_refusals, refused_at
from knowledge_exchange.mail.settling import REFUSED
from knowledge_exchange.mail.transport import Refused, Unready, Way, opened

SEND_EVERY_S = 2.0
BATCH = 20
#: Batches in one turn of the job.
MOST_BATCHES = 50
#: From the moment that a message's lease is renewed; writing it is part of it. The rest of the lease is for noting.
DELIVERY_MOST_S = 240.0
#: A server that takes nothing is asked again after 10, 20, 40 … seconds, at most 10 minutes. No message suffers for it.
FIRST_SERVER_PAUSE = timedelta(seconds=10)
LONGEST_SERVER_PAUSE = timedelta(minutes=10)
_PAUSE = "ke_mail_pause"
FORGET_EVERY_S = 3600.0

assert timedelta(seconds=DELIVERY_MOST_S) < LEASE

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Pause:
    """The server took nothing, so many times in a row; it is left alone until then."""

    until: datetime
    times: int


def send_waiting() -> None:
    """Send what is due, the longest due first, over one connection. Nothing is claimed before the server is there."""
    pause: _Pause | None = current_app.extensions.get(_PAUSE)
    if (pause and now() < pause.until) or not is_any_due():
        return
    try:
        with opened() as way:
            way.make_ready()
            current_app.extensions[_PAUSE] = None
            _send_all(way)
    except Unready as error:
        current_app.extensions[_PAUSE] = _next_pause(pause)
        log.warning("the mail server takes nothing", extra={"reason": str(error)})


def _next_pause(before: _Pause | None) -> _Pause:
    times = before.times + 1 if before else 1
    # The power alone would grow beyond what a duration can hold.
    pause = FIRST_SERVER_PAUSE * 2 ** min(times - 1, 10)
    return _Pause(now() + min(pause, LONGEST_SERVER_PAUSE), times)


def _send_all(way: Way) -> None:
    for _batch in range(MOST_BATCHES):
        batch = claim(BATCH)
        if not batch:
            return
        _send_batch(way, batch)


def _send_batch(way: Way, batch: Sequence[Claimed]) -> None:
    for place, claimed in enumerate(batch):
        try:
            way.make_ready()
            _send(way, claimed)
        except Unready:
            release(batch[place:])
            raise


def _send(way: Way, claimed: Claimed) -> None:
    began = time.monotonic()
    held = _still_to_send(claimed)
    if held is None:
        return
    try:
        letter = _letter_of(held)
        if letter is None:
            drop(held)
            return
        if letter.recipient:
            held = replace(held, recipient=letter.recipient)
        content = compose(held.id, held.recipient, letter, changes=bool(held.writer))
        end_read()
        way.deliver(held.id, held.recipient, content, within_s=DELIVERY_MOST_S - (time.monotonic() - began))
    except Later as later:
        release([held], not_before=later.until)
    except Unsaid:
        note_sent(held)
    except Unready:
        release([held])
        raise
    except Refused as error:
        note_failure(held, str(error), final=error.final, of_recipient=error.of_recipient)
    except Exception as error:
        # A fault of ours, or of the disk: this message waits, the others go on.
        log.exception("a message could not be sent", extra={"writer": held.writer})
        note_failure(held, type(error).__name__, final=False)
    else:
        note_sent(held)


def _still_to_send(claimed: Claimed) -> Claimed | None:
    """The message with a fresh lease. None: it is gone, somebody else's, or its address refuses mail by now."""
    with unit_of_work():
        held = renew(claimed)
        if held is not None and not held.essential and refused_at(held.recipient):
            give_up(held, "the address refuses mail", REFUSED)
            return None
        return held


def _letter_of(held: Claimed) -> Letter | None:
    """What it says: as it was queued, or as its writer says now; None: nothing any more."""
    if not held.writer:
        return Letter(held.subject, held.text, held.html, json.loads(held.headers or "{}"))
    letter: Letter | None = hooks.call("write_mail", held.id)
    return letter


def forget_refusals() -> None:
    """Delete refusals that no longer count."""
    with unit_of_work():
        forget_old_refusals()
