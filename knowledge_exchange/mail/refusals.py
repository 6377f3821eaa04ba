"""Addresses at which mail is refused for good: who says so, and until when it counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, insert_of_dialect
from knowledge_exchange.mail.models import MailRefusal

#: A refusal is believed for so long; then mail is tried again, and an address without an account is forgotten.
REFUSAL_KEPT = timedelta(days=180)
#: How the reason of a refusal begins that the mail server gave in answer to us; others were told of later.
ANSWERED = "SMTP "


def refused_at(address: str) -> datetime | None:
    """When mail to this address was last refused for good; None: it isn't."""
    query = select(MailRefusal.at).where(MailRefusal.address == _key(address), MailRefusal.at > now() - REFUSAL_KEPT)
    return db.session.scalar(query)


def note_refusal(address: str, reason: str) -> None:
    """Note that mail to this address is refused: nothing goes there but what is essential."""
    row = {"address": _key(address), "reason": reason, "at": now()}
    insert = insert_of_dialect(MailRefusal).values(row)
    again = {"reason": reason, "at": row["at"]}
    db.session.execute(insert.on_conflict_do_update(index_elements=["address"], set_=again))


def forget_refusal(address: str) -> bool:
    """Let mail go to this address again: its owner has shown that it arrives. False: it was not refused."""
    return _forget(MailRefusal.address == _key(address))


def note_arrival(address: str) -> None:
    """The mail server has taken a message for this address, so that its own refusal no longer holds.

    A bounce stays noted: a server that passes mail on takes all of it, and tells later what became of it.
    """
    _forget((MailRefusal.address == _key(address)) & MailRefusal.reason.startswith(ANSWERED))


def forget_old_refusals() -> None:
    """Delete what no longer counts (of a job)."""
    _forget(MailRefusal.at <= now() - REFUSAL_KEPT)


def _forget(which: ColumnElement[bool]) -> bool:
    return db.session.execute(delete(MailRefusal).where(which).returning(MailRefusal.address)).first() is not None


def _key(address: str) -> str:
    return address.strip().lower()
