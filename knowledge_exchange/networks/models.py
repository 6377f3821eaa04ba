"""Networks, who belongs to them, who asked to, who was invited; and organisations."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, false, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id

KINDS = ("regional", "organisation", "interest", "national")
VISIBILITIES = ("open", "closed", "private")
ROLES = ("member", "moderator")
#: How somebody came in: by region or organisation, by themselves, let in, or invited.
ORIGINS = ("automatic", "joined", "approved", "invited")


class Organisation(Base):
    """An employer, by its ODS code (NHS Organisation Data Service)."""

    __tablename__ = "organisation"

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    region: Mapped[str | None]
    closed_on: Mapped[date | None]
    #: Into which it was merged; its members belong there.
    successor_code: Mapped[str | None] = mapped_column(ForeignKey("organisation.code", ondelete="SET NULL"))
    #: Domains of its e-mail addresses, separated by spaces: the employer may read what is sent there.
    domains: Mapped[str] = mapped_column(default="")


class LinkManager(Base):
    """The union's contact in one organisation: appointed, and named to its members once they have consented."""

    __tablename__ = "link_manager"
    __table_args__ = (
        Index(
            "uq_link_manager_current",
            "organisation_code",
            "member_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(None, "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    organisation_code: Mapped[str] = mapped_column(ForeignKey("organisation.code"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    appointed_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    appointed_at: Mapped[datetime] = mapped_column(default=now)
    #: When they agreed to be named; empty while they are asked.
    consented_at: Mapped[datetime | None]
    #: Declined, given up, dismissed, or moved to another organisation.
    ended_at: Mapped[datetime | None]
    ended_cause: Mapped[str] = mapped_column(default="")


class CategoryNetwork(Base):
    """A network that everybody of a category joins by itself; by name, for it may be made later."""

    __tablename__ = "category_network"

    category: Mapped[str] = mapped_column(ForeignKey("category.slug", ondelete="CASCADE"), primary_key=True)
    network_slug: Mapped[str] = mapped_column(primary_key=True)


class Network(Base):
    """A subforum with its own members and moderators."""

    __tablename__ = "network"
    __table_args__ = (
        CheckConstraint("kind IN ('regional', 'organisation', 'interest', 'national')", name="kind"),
        CheckConstraint("visibility IN ('open', 'closed', 'private')", name="visibility"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    kind: Mapped[str]
    visibility: Mapped[str]
    #: Of an organisation's network: whose people join it by themselves.
    organisation_code: Mapped[str | None] = mapped_column(ForeignKey("organisation.code"), index=True)
    created_at: Mapped[datetime] = mapped_column(default=now)


class NetworkMembership(Base):
    """Somebody's place in a network. Leaving deletes it."""

    __tablename__ = "network_membership"
    __table_args__ = (
        CheckConstraint("role IN ('member', 'moderator')", name="role"),
        Index(None, "network_id"),
        Index(
            "ix_network_membership_moderator",
            "network_id",
            "member_id",
            sqlite_where=text("role = 'moderator'"),
            postgresql_where=text("role = 'moderator'"),
        ),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(default="member")
    #: Of a moderator: they appoint the others.
    is_lead: Mapped[bool] = mapped_column(default=False, server_default=false())
    origin: Mapped[str] = mapped_column(default="joined")
    joined_at: Mapped[datetime] = mapped_column(default=now)


class JoinRequest(Base):
    """A wish to join a closed network, open until ``decided_at``."""

    __tablename__ = "join_request"
    __table_args__ = (
        Index(
            "uq_join_request_open",
            "network_id",
            "member_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    note: Mapped[str] = mapped_column(default="")
    asked_at: Mapped[datetime] = mapped_column(default=now)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    accepted: Mapped[bool | None]
    reason: Mapped[str] = mapped_column(default="")


class NetworkInvitation(Base):
    """An invitation into a private or closed network, open until ``answered_at``."""

    __tablename__ = "network_invitation"
    __table_args__ = (
        Index(
            "uq_network_invitation_open",
            "network_id",
            "member_id",
            unique=True,
            sqlite_where=text("answered_at IS NULL"),
            postgresql_where=text("answered_at IS NULL"),
        ),
        Index(None, "member_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    invited_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    invited_at: Mapped[datetime] = mapped_column(default=now)
    answered_at: Mapped[datetime | None]
    accepted: Mapped[bool | None]


class Shield(Base):
    """From whom a thread is hidden, readable with the key file alone (``networks/shield.py``)."""

    __tablename__ = "shield"

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True)
    #: Organisations and members, sealed, padded.
    content: Mapped[bytes] = mapped_column(LargeBinary)
    #: Under which of the hashing keys, counted from the first, its tags are.
    generation: Mapped[int]


class ShieldTag(Base):
    """One of those from whom a thread is hidden, or its author, from whom it is not: as the database can ask.

    A keyed hash of thread and organisation, or of thread and member; of no use for another thread, and padded with
    hashes of nothing to a round number.
    """

    __tablename__ = "shield_tag"

    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)


class NetworkRemoval(Base):
    """Somebody was removed from a network, and does not come back by themselves. The day, no more."""

    __tablename__ = "network_removal"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), primary_key=True)
    removed_on: Mapped[date]
    #: Why: a word of ``networks/removals.py``.
    cause: Mapped[str]
