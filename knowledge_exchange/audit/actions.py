"""Appending to the record."""

from __future__ import annotations

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.core.db import db


def record(action: str, *, actor: int | None, subject: int | None = None, note: str = "") -> None:
    """Append one entry, in the transaction of the act itself.

    ``action`` is a short fixed word such as ``claim.accepted``; ``actor`` is None for the exchange
    itself and the command line; ``subject`` is the member whom it is about.
    """
    entry = AuditEntry(action=action, actor_id=actor, subject_id=subject, note=note)
    db.session.add(entry)
