"""Who did what to whom: appended to, never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id


class AuditEntry(Base):
    """One act. Ids are plain numbers without foreign keys: the entry outlives what it tells of."""

    __tablename__ = "audit_entry"
    __table_args__ = (Index(None, "subject_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column(Id)  # None: the exchange itself, or the command line
    action: Mapped[str]
    subject_id: Mapped[int | None] = mapped_column(Id)  # a member, where it is about one
    note: Mapped[str] = mapped_column(default="")
