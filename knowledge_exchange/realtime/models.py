"""What happened, in the order in which browsers are told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id


class LiveEvent(Base):
    """One event of one stream: a member's (``member_id``) or a thread's (``thread_id`` alone).

    A notice is its own event, under its own id, and has none here.
    It refers to what it is about and carries no text: a replay shows what is true by then, to
    those who may see it by then. Written in the transaction of what it tells of.
    """

    __tablename__ = "live_event"
    __table_args__ = (Index(None, "member_id", "id"), Index(None, "thread_id", "id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    kind: Mapped[str]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    reason: Mapped[str] = mapped_column(default="")
    at: Mapped[datetime] = mapped_column(default=now)
