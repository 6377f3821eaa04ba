"""For how long the record of acts is kept, and how a part of it goes without breaking the chain.

Entries go by whole seals, the oldest first. The seals stay: their digests hold the chain together and name nobody.
What was forgotten is itself on record, and so under a later seal: a part that is missing without that was taken out.
"""

from __future__ import annotations

import time
from datetime import datetime

from flask import Flask
from sqlalchemy import delete, select

from knowledge_exchange.audit.actions import record
from knowledge_exchange.audit.models import AuditEntry, AuditSeal
from knowledge_exchange.audit.sealing import FORGOTTEN
from knowledge_exchange.core import keeping
from knowledge_exchange.core.db import db, end_read, unit_of_work


def init_app(app: Flask) -> None:
    """Register it."""
    keeping.register(app, "KE_KEEP_RECORD_DAYS", forget_entries, AuditEntry)


def forget_entries(before: datetime) -> None:
    """Delete what was sealed before that moment, seal by seal."""
    full = select(AuditEntry.id).where(AuditEntry.seal_id == AuditSeal.id).exists()
    oldest = select(AuditSeal.id).where(AuditSeal.at < before, full).order_by(AuditSeal.id).limit(1)
    while (seal_id := db.session.scalar(oldest)) is not None:
        end_read()
        with unit_of_work() as work:
            work.execute(delete(AuditEntry).where(AuditEntry.seal_id == seal_id))
            record(FORGOTTEN, actor=None, note=str(seal_id))
        time.sleep(keeping.PAUSE_S)
    end_read()
