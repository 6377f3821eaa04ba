"""The union's rolls, and the claims to be on one of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id


class RollImport(Base):
    """One file of one source's roll: staged, until it is applied or dropped; what it changed, in numbers."""

    __tablename__ = "roll_import"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    source: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    #: Empty while it is staged: nothing has been changed by it yet.
    applied_at: Mapped[datetime | None]
    added: Mapped[int]
    changed: Mapped[int]
    unreadable: Mapped[int]
    #: Entries that the file doesn't have any more, and such as it has again.
    gone: Mapped[int] = mapped_column(default=0)
    back: Mapped[int] = mapped_column(default=0)
    #: Columns that the file has, separated by spaces: the others stay as they are.
    columns: Mapped[str] = mapped_column(default="")
    #: The newest import of this source when it was staged (0: none): it was compared with what that left.
    base: Mapped[int] = mapped_column(Id, default=0)
    #: Its last row is broken off: most likely the rest is missing.
    cut: Mapped[bool] = mapped_column(default=False)


class _Facts:
    """What a roll says of a person."""

    surname: Mapped[str] = mapped_column(default="")
    first_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    ods_code: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")  # slug of the regional network
    category: Mapped[str] = mapped_column(default="full")
    joined: Mapped[date | None]
    paid_up_to: Mapped[date | None]


class RollRow(_Facts, Base):
    """A row of a file that is staged. Where ``fault`` is not empty it changes nobody.

    Rows with a negative ``line`` stand for entries that are not in the file.
    """

    __tablename__ = "roll_row"
    __table_args__ = (Index(None, "import_id", "number_hash"),)

    import_id: Mapped[int] = mapped_column(ForeignKey("roll_import.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number_hash: Mapped[str] = mapped_column(default="")
    number_tail: Mapped[str] = mapped_column(default="")
    fault: Mapped[str] = mapped_column(default="")
    #: What it is to the roll as that stood: ``new``, ``changed`` or ``same``; empty for faulty ones.
    step: Mapped[str] = mapped_column(default="")
    #: What becomes of its entry besides: ``gone``, ``back``, or (missing, but perhaps meant) ``spared``.
    turn: Mapped[str] = mapped_column(default="")
    entry_id: Mapped[int | None] = mapped_column(Id)


class RollEntry(_Facts, Base):
    """A person on a roll. The number is kept only as a keyed hash and its last two characters."""

    __tablename__ = "roll_entry"
    __table_args__ = (UniqueConstraint("source", "number_hash"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    source: Mapped[str]
    number_hash: Mapped[str]
    number_tail: Mapped[str]
    #: Since when the roll hasn't had it any more, by the time of the import; empty while it holds.
    gone_at: Mapped[datetime | None]
    #: How often its owner has been written to since it is gone.
    warnings: Mapped[int] = mapped_column(default=0)
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
