"""How a network is cared for: what its moderators set, its tags and collections, and who may not write there."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id


class NetworkCare(Base):
    """What the moderators of a network chose; without a row, the defaults: nothing is held."""

    __tablename__ = "network_care"

    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), primary_key=True)
    hold_first: Mapped[bool] = mapped_column(default=False)
    hold_links: Mapped[bool] = mapped_column(default=False)
    #: One word or phrase a line.
    watched_words: Mapped[str] = mapped_column(default="")
    #: An accepted answer older than so many months asks whether it still holds; 0: never.
    stale_months: Mapped[int] = mapped_column(default=18)


class NetworkTag(Base):
    """One word of the short controlled list with which threads of a network are sorted."""

    __tablename__ = "network_tag"
    __table_args__ = (UniqueConstraint("network_id", "slug"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    slug: Mapped[str]
    name: Mapped[str]


class Collection(Base):
    """Threads that belong together, in an order: "Start here", "Consultations 2026"."""

    __tablename__ = "collection"
    __table_args__ = (Index(None, "network_id", "place"), UniqueConstraint("network_id", "slug"))

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    slug: Mapped[str]
    title: Mapped[str]
    about: Mapped[str] = mapped_column(default="")
    place: Mapped[int] = mapped_column(default=0)


class CollectionItem(Base):
    """A thread in a collection; shown to whoever may read the thread."""

    __tablename__ = "collection_item"

    collection_id: Mapped[int] = mapped_column(ForeignKey("collection.id", ondelete="CASCADE"), primary_key=True)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"), primary_key=True, index=True)
    place: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(default="")


class NetworkMute(Base):
    """Somebody may read in a network and not write there, until a moment. The day it began, no more (see removals)."""

    __tablename__ = "network_mute"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), primary_key=True)
    muted_on: Mapped[date]
    #: Midnight UTC, so that it tells no time.
    until: Mapped[datetime]
    #: Why: a word of ``networks/removals.causes``.
    cause: Mapped[str]


class TagFollow(Base):
    """A member follows one tag of a network: threads that bear it are theirs to see first."""

    __tablename__ = "tag_follow"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("network_tag.id", ondelete="CASCADE"), primary_key=True, index=True)
