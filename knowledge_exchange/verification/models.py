"""The union's rolls, and the claims to be on one of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id


class RollImport(Base):
    """One import of one source's roll: what it changed, in numbers."""

    __tablename__ = "roll_import"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    source: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    added: Mapped[int]
    changed: Mapped[int]
    unreadable: Mapped[int]


class RollEntry(Base):
    """A person on a roll. The number is kept only as a keyed hash and its last two characters."""

    __tablename__ = "roll_entry"
    __table_args__ = (UniqueConstraint("source", "number_hash"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    source: Mapped[str]
    number_hash: Mapped[str]
    number_tail: Mapped[str]
    surname: Mapped[str]
    first_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    ods_code: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")  # slug of the regional network
    category: Mapped[str] = mapped_column(default="full")
    joined: Mapped[date | None]
    paid_up_to: Mapped[date | None]
    #: Whose entry this turned out to be: at most one account, once.
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"), index=True)


class Claim(Base):
    """An account's request to be matched with a roll entry; open until ``decided_at``."""

    __tablename__ = "claim"
    __table_args__ = (
        Index(None, "member_id", "id"),
        Index(
            "ix_claim_waiting",
            "id",
            sqlite_where=text("decided_at IS NULL AND queued_at IS NOT NULL"),
            postgresql_where=text("decided_at IS NULL AND queued_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    source: Mapped[str]
    number_hash: Mapped[str]
    number_tail: Mapped[str]
    surname: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=now)
    #: Set when no code can settle it: it waits for a membership officer.
    queued_at: Mapped[datetime | None]
    queue_cause: Mapped[str] = mapped_column(default="")
    roll_entry_id: Mapped[int | None] = mapped_column(ForeignKey("roll_entry.id", ondelete="SET NULL"))
    code_hash: Mapped[str | None]
    code_expires_at: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    accepted: Mapped[bool | None]
    note: Mapped[str] = mapped_column(default="")
