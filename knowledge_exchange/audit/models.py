"""Who did what to whom: appended to, never changed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now, rounded_now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id, new_rounded_id


class AuditEntry(Base):
    """One act, its time and its own id rounded. Persons are numbers without foreign keys: it outlives what it tells of.

    Entries of before that was so keep their times to the microsecond, for they are sealed with them.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "subject_id", "id"),
        Index(None, "seal_id"),
        Index(
            "ix_audit_entry_unsealed",
            "id",
            sqlite_where=text("seal_id IS NULL"),
            postgresql_where=text("seal_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    at: Mapped[datetime] = mapped_column(default=rounded_now)
    actor_id: Mapped[int | None] = mapped_column(Id)  # None: the exchange itself, or the command line
    action: Mapped[str]
    subject_id: Mapped[int | None] = mapped_column(Id)  # a member, where it is about one
    note: Mapped[str] = mapped_column(default="")
    #: Keyed hashes of the two persons, set when the entry is sealed: the seal holds when their ids have been erased.
    actor_key: Mapped[str | None]
    subject_key: Mapped[str | None]
    seal_id: Mapped[int | None] = mapped_column(ForeignKey("audit_seal.id"))


class AuditSeal(Base):
    """A batch of entries under one keyed digest, which covers the digest of the batch before it.

    It names nobody, so its time is exact; its id gives the order of the chain, in which processes take turns.
    """

    __tablename__ = "audit_seal"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    at: Mapped[datetime] = mapped_column(default=now)
    #: Each seal has one successor: of two workers that seal at once, one fails and tries again.
    previous: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str]
    #: Under which of the hashing keys, counted from the first, the digest and the persons' keys are.
    generation: Mapped[int] = mapped_column(default=1)
    amount: Mapped[int]
