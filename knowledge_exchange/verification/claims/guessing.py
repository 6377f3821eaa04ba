"""Guessing at numbers: one that was tried by many brings no code by itself, and many that fit nobody raise an alarm.

The counts are kept where the limits are (``auth/limits.py``), under keyed hashes: no number and no address of anybody.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from flask import current_app
from flask_babel import gettext as _
from limits import RateLimitItemPerHour
from sqlalchemy import select

from knowledge_exchange.audit.actions import record
from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.limits import hidden, limiter, the_address
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import keyed_hash_at
from knowledge_exchange.core.db import AnyRow, db, end_read, unit_of_work
from knowledge_exchange.core.ids import floor_id
from knowledge_exchange.mail.actions import post_mail
from knowledge_exchange.verification.claims.queries import settlers

#: Claims of one number in an hour, on whichever roll and from wherever, after which those who try it again get no code.
TRIES_OF_A_NUMBER = 10
#: Claims in an hour that fit nobody, above which the alarm is raised: of one account, from one address, of one number,
#: of everybody.
MOST_BY_ACCOUNT = 5
MOST_BY_ADDRESS = 20
MOST_BY_NUMBER = 5
MOST_OF_ALL = 100
ALARM_EVERY = timedelta(hours=1)
#: So long the officers' queue shows it.
SHOWN_FOR = timedelta(days=1)
ALARM = "claim.guessing"

log = logging.getLogger(__name__)


def has_tried(member_id: int) -> bool:
    """Whether this account has claimed before in this hour. The first claim is held up by nobody else's tries."""
    return not _is_within(1, "tried", hidden(member_id, "claim"), count=False)


def note_try(member_id: int, normal: str) -> bool:
    """Count a claim before it is looked at. False where the number must bring no code by itself any more.

    That is never told, and never so with the account's first try of it: whoever tries a stranger's number over and
    over does not stop its owner.
    """
    number, member = _number_key(normal), hidden(member_id, "claim")
    _is_within(1, "tried", member)
    is_first = _is_within(1, "number", number, member)
    return _is_within(TRIES_OF_A_NUMBER, "number", number) or is_first


def note_miss(member_id: int, normal: str) -> None:
    """Count a claim that fitted nobody, and raise the alarm where those are too many."""
    counts = {
        "account": (MOST_BY_ACCOUNT, hidden(member_id, "claim")),
        "address": (MOST_BY_ADDRESS, the_address()),
        "number": (MOST_BY_NUMBER, _number_key(normal)),
        "all": (MOST_OF_ALL, ""),
    }
    over = [kind for kind, (most, key) in counts.items() if not _is_within(most, f"miss-{kind}", key)]
    # The count is shared by all processes: of two at once, one raises it.
    if over and _is_within(1, "alarm"):
        _raise_alarm(over)


def last_alarm() -> AnyRow | None:
    """The newest alarm of the last day: ``at``, and in ``note`` what the misses had in common."""
    return _alarm_since(now() - SHOWN_FOR)


def _alarm_since(moment: datetime) -> AnyRow | None:
    since = (AuditEntry.id >= floor_id(moment), AuditEntry.at >= moment)
    query = select(AuditEntry.at, AuditEntry.note).where(AuditEntry.action == ALARM, *since)
    return db.session.execute(query.order_by(AuditEntry.id.desc()).limit(1)).first()


def _raise_alarm(kinds: list[str]) -> None:
    """On the record, in the log, by mail; none of them says who was asked about. A failure changes no answer."""
    said = " ".join(kinds)
    log.warning("many claims fit nobody: somebody may be guessing", extra={"kinds": said})
    link = f"{current_app.config['KE_BASE_URL']}/admin"
    try:
        with unit_of_work():
            # The counts may have been lost with a restart; the record is not.
            if _alarm_since(now() - ALARM_EVERY) is None:
                record(ALARM, actor=None, note=said)
                for officer in settlers():
                    subject = _("Please look at something")
                    post_mail(officer.email, subject, "claim_guessing", member_id=officer.id, link=link)
    except Exception:
        log.exception("the alarm could not be put on record")
    end_read()


def _number_key(normal: str) -> str:
    """One for all rolls, and the same under every key: a new one must not set the count back."""
    return keyed_hash_at(1, "claim-guess", normal)


def _is_within(most: int, *key: str, count: bool = True) -> bool:
    """Whether there have been no more than ``most`` in this hour, this one included, which ``count`` adds.

    With the store of the counts gone nobody is held up.
    """
    if not current_app.config["KE_RATE_LIMITS"]:
        return True
    item = RateLimitItemPerHour(most)
    try:
        act = limiter.limiter.hit if count else limiter.limiter.test
        return act(item, "claims", *key)
    except Exception:
        log.warning("a claim was not counted: the store of the counts is gone")
        return True
