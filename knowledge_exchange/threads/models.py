"""Threads, posts, and the voices in which they are written."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, Bytewise, Id
from knowledge_exchange.core.ids import new_id, random_id

KINDS = ("problem", "advice", "case_study", "discussion", "announcement")
VOICE_KINDS = ("own", "pseudonym", "role", "imported")


class Voice(Base):
    """How somebody appears in a thread. Pages, sockets, mails and feeds know voices only."""

    __tablename__ = "voice"
    __table_args__ = (
        CheckConstraint("kind IN ('own', 'pseudonym', 'role', 'imported')", name="kind"),
        UniqueConstraint("participant_id", "kind"),
        # A pseudonym is never given twice.
        Index(
            "uq_voice_pseudonym",
            "name",
            unique=True,
            sqlite_where=text("kind = 'pseudonym'"),
            postgresql_where=text("kind = 'pseudonym'"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    participant_id: Mapped[int | None] = mapped_column(ForeignKey("participant.id", ondelete="SET NULL"))
    kind: Mapped[str]
    name: Mapped[str]
    handle: Mapped[str | None]
    title: Mapped[str] = mapped_column(default="")  # role in words
    #: Where imported words come from, with their licence: named wherever they are shown.
    source: Mapped[str] = mapped_column(default="")
    external_key: Mapped[str | None] = mapped_column(unique=True)


class Thread(Base):
    """A question, advice, case study, discussion or announcement, and the talk under it."""

    __tablename__ = "thread"
    __table_args__ = (
        CheckConstraint("kind IN ('problem', 'advice', 'case_study', 'discussion', 'announcement')", name="kind"),
        Index(
            "ix_thread_network_latest",
            "network_id",
            "last_post_id",
            "is_shielded",
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_thread_unanswered",
            "network_id",
            "last_post_id",
            "is_shielded",
            sqlite_where=text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"),
            postgresql_where=text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"),
        ),
        Index("ix_thread_kind", "network_id", "kind", "last_post_id", "is_shielded"),
        Index(
            "ix_thread_archived",
            "network_id",
            "last_post_id",
            "is_shielded",
            sqlite_where=text("archived_at IS NOT NULL AND deleted_at IS NULL"),
            postgresql_where=text("archived_at IS NOT NULL AND deleted_at IS NULL"),
        ),
        Index(
            "ix_thread_pinned",
            "network_id",
            "pinned_until",
            sqlite_where=text("pinned_until IS NOT NULL"),
            postgresql_where=text("pinned_until IS NOT NULL"),
        ),
        Index(
            "ix_thread_answered_at",
            "answered_at",
            sqlite_where=text("answered_at IS NOT NULL"),
            postgresql_where=text("answered_at IS NOT NULL"),
        ),
        Index(
            "ix_thread_oldest_unanswered",
            "network_id",
            "id",
            "is_shielded",
            sqlite_where=text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"),
            postgresql_where=text("kind = 'problem' AND answer_id IS NULL AND deleted_at IS NULL"),
        ),
        Index(
            "ix_thread_answer_by",
            "network_id",
            "answer_by",
            sqlite_where=text("answer_by IS NOT NULL AND answer_id IS NULL AND deleted_at IS NULL"),
            postgresql_where=text("answer_by IS NOT NULL AND answer_id IS NULL AND deleted_at IS NULL"),
        ),
        # For lists in other orders than by their last post: newest question first, and what most share.
        Index(
            "ix_thread_network_newest",
            "network_id",
            "id",
            "is_shielded",
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(
            "ix_thread_network_too",
            "network_id",
            "too",
            "id",
            sqlite_where=text("too > 0 AND deleted_at IS NULL"),
            postgresql_where=text("too > 0 AND deleted_at IS NULL"),
        ),
        Index(
            "ix_thread_answer_asked",
            "answer_asked_at",
            sqlite_where=text("answer_asked_at IS NOT NULL"),
            postgresql_where=text("answer_asked_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    kind: Mapped[str]
    title: Mapped[str]
    # voice_id, opening_post_id, last_post_id and answer_id repeat what the posts say, so that a list reads threads
    # alone. No foreign keys: they would run in a circle. `knowledge-exchange check` compares them.
    voice_id: Mapped[int] = mapped_column(Id)
    created_at: Mapped[datetime] = mapped_column(default=now)
    opening_post_id: Mapped[int] = mapped_column(Id)
    #: Id of the newest post: by its making also the time of the last activity.
    last_post_id: Mapped[int] = mapped_column(Id)
    reply_count: Mapped[int] = mapped_column(default=0)
    answer_id: Mapped[int | None] = mapped_column(Id)
    answered_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    #: Stands above the list until then.
    pinned_until: Mapped[datetime | None]
    #: Out of the list, to be read only.
    archived_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    #: By whom it was taken away: empty by its author; ``hidden``, ``removed`` or ``merged`` by a moderator.
    gone: Mapped[str] = mapped_column(default="", server_default="")
    merged_into: Mapped[int | None] = mapped_column(Id)
    split_from: Mapped[int | None] = mapped_column(Id, index=True)
    duplicate_of: Mapped[int | None] = mapped_column(Id, index=True)
    #: How many acts of moderators it has seen: a form says which was the last that its reader knew.
    acts: Mapped[int] = mapped_column(default=0, server_default="0")
    #: The newest summary, the official answer and its review date, tags by name: so that pages need not look.
    summary_id: Mapped[int | None] = mapped_column(Id)
    official_id: Mapped[int | None] = mapped_column(Id)
    official_review_on: Mapped[date | None]
    official_withdrawn_at: Mapped[datetime | None]
    has_outcome: Mapped[bool] = mapped_column(default=False, server_default=false())
    #: Slugs, separated by spaces.
    tags: Mapped[str] = mapped_column(default="", server_default="")
    #: When it was last said that the accepted answer still holds.
    answer_checked_at: Mapped[datetime | None]
    #: When its asker was asked whether it does; empty once somebody has said, and while nobody has been asked.
    answer_asked_at: Mapped[datetime | None]
    #: By when its asker needs an answer; raises it in the feeds of those who can help until it is answered or past.
    answer_by: Mapped[date | None]
    #: How many members said "I have this too" (``mark``).
    too: Mapped[int] = mapped_column(default=0, server_default="0")
    #: Whether it is hidden from somebody: of all others the shield's tables need not be asked.
    is_shielded: Mapped[bool] = mapped_column(default=False)
    #: Goes up with every change that shows on the page: cached bodies are kept under it.
    version: Mapped[int] = mapped_column(default=1)
    #: Goes up when some who could follow it may no longer: names the socket room.
    epoch: Mapped[int] = mapped_column(default=1)
    external_key: Mapped[str | None] = mapped_column(unique=True)


class Post(Base):
    """The opening post (no parent) or a reply, with its HTML as rendered when it was written.

    ``position`` orders a thread's posts as the tree is read; see ``core/order.py``.
    """

    __tablename__ = "post"
    __table_args__ = (
        Index("ix_post_tree", "thread_id", "position", unique=True),
        Index("ix_post_time", "thread_id", "id"),
        Index(
            "ix_post_standing",
            "thread_id",
            "id",
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
        Index(None, "parent_id"),
        Index(None, "renderer"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    voice_id: Mapped[int] = mapped_column(ForeignKey("voice.id"), index=True)
    position: Mapped[str] = mapped_column(Bytewise)
    depth: Mapped[int] = mapped_column(default=0)
    body: Mapped[str]  # Markdown, as typed
    html: Mapped[str]
    renderer: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)
    edited_at: Mapped[datetime | None]
    #: When a moderator last edited it or took a passage out: said beside it.
    moderated_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    #: By whom it was taken away: empty by its author; ``hidden`` or ``removed`` by a moderator.
    gone: Mapped[str] = mapped_column(server_default="")
    #: How many members found it helpful (``mark``).
    helpful: Mapped[int] = mapped_column(server_default="0")
    external_key: Mapped[str | None] = mapped_column(unique=True)


class PostRevision(Base):
    """What a post said before an edit."""

    __tablename__ = "post_revision"
    __table_args__ = (Index(None, "post_id", "id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    title: Mapped[str | None]  # of the thread, where the opening post's edit changed it
    body: Mapped[str]
    html: Mapped[str]
    #: Where a moderator edited: as what, and why; empty where its author did.
    edited_as: Mapped[str] = mapped_column(default="", server_default="")
    reason: Mapped[str] = mapped_column(default="", server_default="")
    replaced_at: Mapped[datetime] = mapped_column(default=now)


class WaitingPost(Base):
    """A thread or a reply that waits for its hour: what it says, and whose it is, readable with the key file alone."""

    __tablename__ = "waiting_post"

    #: By chance alone, and of no time: post and thread get their ids when they are published.
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=random_id)
    #: Of the form that made it, as in :class:`Submission`.
    key_hash: Mapped[str | None] = mapped_column(unique=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    due_at: Mapped[datetime] = mapped_column(index=True)
    #: Why it could not be published (a word of ``threads/holding/waiting.py``); empty while it waits.
    failed: Mapped[str] = mapped_column(default="")


class Submission(Base):
    """A form that was already taken: sending it twice posts once.

    Keyed by a keyed hash of the member and the form's key, so the row names nobody.
    """

    __tablename__ = "submission"

    key_hash: Mapped[str] = mapped_column(primary_key=True)
    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(default=now)
