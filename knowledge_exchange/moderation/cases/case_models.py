"""What waits for moderators: cases and the reports that make them, claims on them, notes."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now, rounded_now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id, new_rounded_id

#: What a case is about. Requests to join have a table of their own and join the queue from there.
CASES = ("report", "held", "appeal", "stale", "official")
#: With whom it is: the network's moderators, lead moderators, national officers.
WITH = ("moderators", "leads", "officers")


class ModerationCase(Base):
    """Something to decide. It names no reporter, no author and no appellant: ids of posts, held posts and appeals."""

    __tablename__ = "moderation_case"
    __table_args__ = (
        CheckConstraint("kind IN ('report', 'held', 'appeal', 'stale', 'official')", name="kind"),
        CheckConstraint("held_by IN ('moderators', 'leads', 'officers')", name="held_by"),
        Index(
            "uq_case_open_post",
            "kind",
            "post_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL AND post_id IS NOT NULL"),
            postgresql_where=text("decided_at IS NULL AND post_id IS NOT NULL"),
        ),
        Index(
            "ix_case_open",
            "network_id",
            "due_at",
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index(None, "thread_id"),
        Index(None, "decided_at"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    kind: Mapped[str]
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    held_id: Mapped[int | None] = mapped_column(ForeignKey("held_post.id", ondelete="CASCADE"))
    appeal_id: Mapped[int | None] = mapped_column(ForeignKey("act_appeal.id", ondelete="CASCADE"))
    held_by: Mapped[str] = mapped_column(default="moderators")
    opened_at: Mapped[datetime] = mapped_column(default=rounded_now)
    #: The clock: when it goes a step up if nobody has decided.
    due_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    decision: Mapped[str] = mapped_column(default="")
    #: What was done about it, where something was.
    act_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_act.id", ondelete="SET NULL"))


class Report(Base):
    """One member's report of a post. Moderators are told how many there are and what they say, never who wrote them."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("member_id IS NULL OR participant_id IS NULL", name="one"),
        UniqueConstraint("case_id", "member_id"),
        UniqueConstraint("case_id", "participant_id"),
        Index(None, "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"))
    #: Who reports: a member; or, where they write in that thread under a pseudonym, their sealed place there alone.
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    participant_id: Mapped[int | None] = mapped_column(Id)
    category: Mapped[str]
    note: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=rounded_now)


class QueueClaim(Base):
    """Somebody works on an item of the queue just now: others are told, and leave it alone."""

    __tablename__ = "queue_claim"

    #: ``case:<id>`` or ``request:<id>``.
    item: Mapped[str] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime]


class CaseNote(Base):
    """What one moderator tells the others about a case."""

    __tablename__ = "case_note"
    __table_args__ = (Index(None, "case_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    text: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=rounded_now)


class MemberNote(Base):
    """What a network's moderators keep about a member, who reads it in their own data. Never by pseudonym."""

    __tablename__ = "member_note"
    __table_args__ = (Index(None, "network_id", "member_id"), Index(None, "member_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    written_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    text: Mapped[str]
    on: Mapped[date]


class NetworkMonth(Base):
    """A month in a network (none: the whole exchange), worked out by a job. Hidden threads don't count."""

    __tablename__ = "network_month"
    __table_args__ = (UniqueConstraint("network_id", "month"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    #: Its first day.
    month: Mapped[date]
    problems: Mapped[int]
    replied: Mapped[int]
    answered_in_a_day: Mapped[int]
    #: Half of those with a reply had the first within so long, in seconds.
    median_first_reply_s: Mapped[int | None]
    #: Members who wrote there under their own name: below ten nothing of the month is shown.
    people: Mapped[int]
    #: What was asked most often: tags, and threads that others are duplicates of, with their numbers, as JSON.
    asked: Mapped[str] = mapped_column(default="")
    worked_out_at: Mapped[datetime] = mapped_column(default=now)
