"""What officers and moderators decide about people and posts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id

#: Why a pseudonym may be opened at all.
GROUNDS = ("safety", "law")
#: What became of a request.
OPENED, DECLINED, WITHDRAWN, LAPSED = "opened", "declined", "withdrawn", "lapsed"


class Unsealing(Base):
    """One officer asks to open one pseudonym, a second agrees; it is opened once. It never names whose it is."""

    __tablename__ = "unsealing"
    __table_args__ = (
        CheckConstraint("ground IN ('safety', 'law')", name="ground"),
        Index(
            "uq_unsealing_open",
            "voice_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    voice_id: Mapped[int] = mapped_column(ForeignKey("voice.id", ondelete="CASCADE"))
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    ground: Mapped[str]
    reason: Mapped[str]
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    agreed_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    #: When it was opened, which is when the second officer agreed.
    opened_at: Mapped[datetime | None]
    #: Opened, declined, withdrawn, or lapsed because nobody agreed in time.
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    #: Why it was declined, in the second officer's words.
    answer: Mapped[str] = mapped_column(default="")
    #: The law that asks for a delay, in words; empty where its author is told at once.
    legal_basis: Mapped[str] = mapped_column(default="")
    #: When its author is to be told: once it is opened, or after the delay that the law asks for.
    tell_at: Mapped[datetime | None] = mapped_column(index=True)
    told_at: Mapped[datetime | None]
