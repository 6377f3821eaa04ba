"""What moderators, officers and askers add to threads so that they stay useful: summaries, official answers, ends."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now, rounded_now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id, new_rounded_id, random_id


class ThreadTrace(Base):
    """A thread stood in this network before it was moved or merged: a link for those who may follow it.

    It holds no word of the thread; a list shows it to whoever may read the thread where it stands now.
    """

    __tablename__ = "thread_trace"
    __table_args__ = (UniqueConstraint("network_id", "thread_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    #: Where it stands now: the thread itself, or the one that it was merged into.
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)


class ThreadSummary(Base):
    """One version of the summary at the top of a long thread; the newest holds, the others are its history."""

    __tablename__ = "thread_summary"
    __table_args__ = (Index(None, "thread_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    #: Who wrote this version, and how they are named: by their own name.
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    name: Mapped[str]
    body: Mapped[str]
    html: Mapped[str]
    renderer: Mapped[int]
    #: Up to which post it was written.
    upto_post_id: Mapped[int] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(default=rounded_now)


class SummaryAsk(Base):
    """A moderator asked somebody who wrote in a thread to summarise it; gone once they have, or declined."""

    __tablename__ = "summary_ask"

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    asked_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    asked_on: Mapped[date]


class ThreadTag(Base):
    """A thread bears a tag of its network's list. ``thread.tags`` repeats them, so that lists read only threads."""

    __tablename__ = "thread_tag"

    tag_id: Mapped[int] = mapped_column(ForeignKey("network_tag.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True, index=True)


class ThreadOutcome(Base):
    """What happened in the end, in the words of whoever asked, under the voice in which they asked."""

    __tablename__ = "thread_outcome"

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True)
    #: When they were asked (a job); and when they answered.
    asked_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    body: Mapped[str] = mapped_column(default="")
    html: Mapped[str] = mapped_column(default="")
    renderer: Mapped[int] = mapped_column(default=0)


class OfficialAnswer(Base):
    """A post that is the union's answer: where and how long it holds, and where it stands written."""

    __tablename__ = "official_answer"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), index=True)
    #: Codes of ``official.NATIONS``, separated by spaces.
    nations: Mapped[str]
    dated: Mapped[date]
    #: From the day after this one it says "under review" wherever it is shown.
    review_on: Mapped[date] = mapped_column(index=True)
    sources: Mapped[str] = mapped_column(default="")  # Markdown, as typed
    sources_html: Mapped[str] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")


class OfficialVersion(Base):
    """What an official answer said before it was changed."""

    __tablename__ = "official_version"
    __table_args__ = (UniqueConstraint("post_id", "version"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    version: Mapped[int]
    nations: Mapped[str]
    dated: Mapped[date]
    review_on: Mapped[date]
    body: Mapped[str]
    html: Mapped[str]
    sources: Mapped[str]
    sources_html: Mapped[str]
    replaced_at: Mapped[datetime] = mapped_column(default=now)


class HeldPost(Base):
    """A thread or reply that waits for a moderator's approval: what it says and whose it is, under seal.

    Like a waiting post it gets its ids and times when it is published; no column says whose it is.
    """

    __tablename__ = "held_post"

    #: By chance alone, and of no time.
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=random_id)
    key_hash: Mapped[str | None] = mapped_column(unique=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), index=True)
    #: Of a reply, the thread that it is for: whoever may not see that, does not see this.
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    #: Why it is held: ``first``, ``link``, ``word``.
    why: Mapped[str]
    held_on: Mapped[date]
    #: ``refused`` or ``failed`` once it was decided and is there for its author to take back; empty while it waits.
    outcome: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
