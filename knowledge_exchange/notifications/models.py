"""A member's place in a thread, and what they are told about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id, random_id

#: From quiet to loud; automatic changes only go up, and never over a choice.
LEVELS = ("muted", "normal", "tracking", "watching")
_LEVEL_CHECK = "level IN ('muted', 'normal', 'tracking', 'watching')"


class Participant(Base):
    """A member's place in one thread: all that is personal about it hangs here.

    ``member_id`` is empty for a sealed one (a pseudonym's): only ``sealed`` then tells whose it
    is, to whoever holds the key file.
    """

    __tablename__ = "participant"
    __table_args__ = (
        UniqueConstraint("member_id", "thread_id"),
        CheckConstraint(_LEVEL_CHECK, name="level"),
        Index(
            "ix_participant_watching",
            "thread_id",
            sqlite_where=text("level = 'watching'"),
            postgresql_where=text("level = 'watching'"),
        ),
        Index(None, "thread_id"),
        Index(
            "ix_participant_sealed",
            "thread_id",
            sqlite_where=text("member_id IS NULL"),
            postgresql_where=text("member_id IS NULL"),
        ),
    )

    #: By chance alone: an id that held a time would say when its member first came, or wrote under a pseudonym.
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=random_id)
    thread_id: Mapped[int] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    level: Mapped[str] = mapped_column(default="normal")
    #: When the member chose the level themselves; automatic changes then leave it alone.
    level_chosen_at: Mapped[datetime | None]
    last_read_id: Mapped[int] = mapped_column(Id, default=0)


class NetworkLevel(Base):
    """What a member chose for a network as a whole; without a row the level is normal and nothing is marked.

    ``read_up_to``: everything in the network up to and with that post's id counts as read.
    """

    __tablename__ = "network_level"
    __table_args__ = (
        CheckConstraint(_LEVEL_CHECK, name="level"),
        Index(None, "network_id", "level"),
    )

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    network_id: Mapped[int] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"), primary_key=True)
    level: Mapped[str] = mapped_column(default="normal")
    read_up_to: Mapped[int] = mapped_column(Id, default=0)


class LevelChange(Base):
    """What a member's level in a thread, or in a network, became, and when: append-only, for the ledger.

    ``chosen``: they chose it themselves; else it was raised for them. The id holds the time.
    """

    __tablename__ = "level_change"
    __table_args__ = (Index(None, "member_id", "thread_id", "network_id"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    #: Of the one or the other. No foreign keys: nobody looks for these rows from there.
    thread_id: Mapped[int | None] = mapped_column(Id)
    network_id: Mapped[int | None] = mapped_column(Id)
    level: Mapped[str]
    chosen: Mapped[bool] = mapped_column(default=False)


class NoticeSettings(Base):
    """When a member wishes to be left in peace, and how e-mail goes to them; without a row, the defaults.

    Nothing here keeps a notice from the list or the badge: it only says what hurries it along.
    """

    __tablename__ = "notice_settings"
    __table_args__ = (CheckConstraint("digest IN ('off', 'daily', 'weekly')", name="digest"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    #: Nothing hurries anything along before this moment.
    paused_until: Mapped[datetime | None]
    #: Do not disturb, every day: minutes after midnight in the member's zone, from the one up to the other, which
    #: may be the smaller (over midnight). Both or neither are set.
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    digest: Mapped[str] = mapped_column(default="weekly")
    #: Hour of the day in the member's zone, 0 to 23; day of the week, 0 is Monday (weekly digests only).
    digest_hour: Mapped[int] = mapped_column(default=8)
    digest_weekday: Mapped[int] = mapped_column(default=0)
    #: When a digest was last sent, or found not to be needed.
    digest_at: Mapped[datetime | None]
    #: E-mail of notices may name people and titles, and quote; off: nobody who sees it learns what it is about.
    mail_details: Mapped[bool] = mapped_column(default=False)
    #: All e-mail of notices, digests too, stopped by the member.
    mail_stopped_at: Mapped[datetime | None]


class NoticeChoice(Base):
    """What a member chose for one kind of notice; without a row, what ``kinds.py`` says."""

    __tablename__ = "notice_choice"
    __table_args__ = (CheckConstraint("mail IN ('soon', 'digest', 'never')", name="mail"),)

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    #: A short message on the open page (the badge counts it anyway).
    toast: Mapped[bool] = mapped_column(default=True)
    mail: Mapped[str] = mapped_column(default="soon")


class Notification(Base):
    """Something one participant is told, durably; the socket only hurries it along.

    ``member_id`` repeats the participant's, so that the unread ones are one index away; it is
    empty where the participant is sealed. Notices outside any thread have the member alone, and so
    have those of a network that somebody watches, in threads in which they have no place.
    """

    __tablename__ = "notification"
    __table_args__ = (
        # The only one by member, for each costs a page of its own for each of the thousands who are told of one post:
        # the unread ones, and all. Those of one member are few enough to be put in order.
        Index(None, "member_id", "read_at"),
        Index(
            "uq_notification_post",
            "post_id",
            "participant_id",
            unique=True,
            sqlite_where=text("post_id IS NOT NULL AND member_id IS NULL"),
            postgresql_where=text("post_id IS NOT NULL AND member_id IS NULL"),
        ),
        # At most one for a member and post, also where somebody has no place in the thread yet.
        Index("uq_notification_member_post", "post_id", "member_id", unique=True),
        # Those of sealed places are found by the place alone.
        Index(
            "ix_notification_sealed",
            "participant_id",
            sqlite_where=text("member_id IS NULL"),
            postgresql_where=text("member_id IS NULL"),
        ),
        # Those of a case are found by its address, whoever they went to.
        Index(
            "ix_notification_case",
            "url",
            sqlite_where=text("kind = 'case'"),
            postgresql_where=text("kind = 'case'"),
        ),
        Index(
            "ix_notification_mail_undecided",
            "id",
            sqlite_where=text("mail IS NULL"),
            postgresql_where=text("mail IS NULL"),
        ),
        Index(
            "ix_notification_mail",
            "member_id",
            "thread_id",
            sqlite_where=text("mail IN ('waiting', 'digest')"),
            postgresql_where=text("mail IN ('waiting', 'digest')"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    #: No foreign key: member and thread take their notices along, and no index need lead from here to them.
    participant_id: Mapped[int | None] = mapped_column(Id)
    #: Whose post it tells of, as a participant: what one wrote under a pseudonym is told to one's own place, too,
    #: as to everybody's, for its absence would name one; it is shown to everybody else.
    by_participant_id: Mapped[int | None] = mapped_column(Id)
    kind: Mapped[str]
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id", ondelete="CASCADE"))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id", ondelete="CASCADE"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    text: Mapped[str]
    url: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    read_at: Mapped[datetime | None]
    #: What became of it by e-mail (``fates.STATES``); empty until a job has looked, after which it is never empty.
    mail: Mapped[str | None]
    #: Since when; of one that waits, when it is due.
    mail_at: Mapped[datetime | None]
    #: The message in the outbox that is to carry it, or has.
    mail_id: Mapped[int | None] = mapped_column(Id)
