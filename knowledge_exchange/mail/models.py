"""Mail that waits to be sent: a row first, so that nothing is lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id

#: The writer of messages whose row says neither to whom they go nor what about: the address comes with the letter, and
#: once it is over nothing of the row stays.
SEALED = "sealed"
_WAITING = text("sent_at IS NULL AND failed_at IS NULL")


class MailMessage(Base):
    """One message. A worker claims it by lease; kill -9 in between sends it when the lease ends.

    Once sent, subject and text are emptied: links in them are keys.
    """

    __tablename__ = "mail_message"
    __table_args__ = (Index("ix_mail_waiting", "not_before", sqlite_where=_WAITING, postgresql_where=_WAITING),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    #: Empty where only the letter says it (:data:`SEALED`).
    recipient: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    #: Further headers, a JSON object: List-Unsubscribe and the like.
    headers: Mapped[str] = mapped_column(default="")
    #: Who writes it at the moment of sending, from what is true then ("notices", "digest", "sealed"); else empty.
    writer: Mapped[str] = mapped_column(default="")
    #: The thread whose notices it carries: later ones join it while it waits.
    thread_id: Mapped[int | None] = mapped_column(Id)
    #: Dropped unsent with the account, and when the member loses standing (unless ``essential``).
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), index=True)
    essential: Mapped[bool] = mapped_column(default=False)
    not_before: Mapped[datetime] = mapped_column(default=now)
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(default="")
    sent_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]


#: Neither sent nor given up: a condition on messages.
WAITING = MailMessage.sent_at.is_(None) & MailMessage.failed_at.is_(None)


class MailRefusal(Base):
    """An address at which mail is refused for good: nothing goes there but what is essential, until it is mended."""

    __tablename__ = "mail_refusal"

    address: Mapped[str] = mapped_column(primary_key=True)  # in small letters
    reason: Mapped[str]  # "SMTP 550"
    at: Mapped[datetime] = mapped_column(default=now)
