"""Appending to the record."""

from __future__ import annotations

from sqlalchemy import or_, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.core.db import db


def record(action: str, *, actor: int | None, subject: int | None = None, note: str = "") -> None:
    """Append one entry, in the transaction of the act itself.

    ``action`` is a short fixed word such as ``claim.accepted``; ``actor`` is None for the exchange
    itself and the command line; ``subject`` is the member whom it is about.
    """
    entry = AuditEntry(action=action, actor_id=actor, subject_id=subject, note=note)
    db.session.add(entry)


def erase_person(member_id: int) -> None:
    """Take somebody's id out of what was done to them, and what they did to themselves; the seals hold.

    What they did to others stays theirs to answer for, under the id of an account that names nobody any more. What
    is not sealed yet stays until it is: an id alone is left in place of the key.
    """
    sealed = AuditEntry.seal_id.is_not(None)
    own = or_(AuditEntry.actor_id == member_id, AuditEntry.actor_id.is_(None))
    about = (AuditEntry.subject_id == member_id, sealed)
    db.session.execute(update(AuditEntry).where(*about, own).values(actor_id=None, subject_id=None))
    db.session.execute(update(AuditEntry).where(*about).values(subject_id=None))
