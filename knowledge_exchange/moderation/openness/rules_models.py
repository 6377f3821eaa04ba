"""House rules: of the whole exchange and of networks, in versions, and who accepted which."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id


class RulesVersion(Base):
    """One version of the rules of a network, or (no network) of the whole exchange. The newest holds."""

    __tablename__ = "rules_version"
    __table_args__ = (
        Index("uq_rules_version_network", "network_id", "number", unique=True),
        Index(
            "uq_rules_version_overall",
            "number",
            unique=True,
            sqlite_where=text("network_id IS NULL"),
            postgresql_where=text("network_id IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    number: Mapped[int]
    #: What changed, in a sentence or two; members read it when they are asked to accept.
    changes: Mapped[str] = mapped_column(default="")
    published_at: Mapped[datetime] = mapped_column(default=now)


class HouseRule(Base):
    """One rule of a version: acts name it."""

    __tablename__ = "house_rule"

    version_id: Mapped[int] = mapped_column(ForeignKey("rules_version.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    body: Mapped[str] = mapped_column(default="")
    html: Mapped[str] = mapped_column(default="")


class RulesAcceptance(Base):
    """A member accepted a version, on that day."""

    __tablename__ = "rules_acceptance"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("rules_version.id", ondelete="CASCADE"), primary_key=True)
    accepted_on: Mapped[date]
