"""What moderators did: the log of acts, with what is needed to undo them; sanctions; appeals against either."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import rounded_now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_rounded_id

#: As what somebody acted.
ACTING = ("author", "moderator", "lead", "officer", "administrator", "exchange")


class ModerationAct(Base):
    """One act on a thread, a post or a person: the row of the log, the ground of an appeal, and how to undo it."""

    __tablename__ = "moderation_act"
    __table_args__ = (
        Index(None, "network_id", "id"),
        Index(None, "thread_id", "id"),
        Index(None, "post_id"),
        Index(
            "ix_moderation_act_final",
            "final_at",
            sqlite_where=text("final_at IS NOT NULL"),
            postgresql_where=text("final_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    at: Mapped[datetime] = mapped_column(default=rounded_now)
    #: A word of ``moderation/words.py: acts()``: ``pin``, ``lock``, ``move``, ``remove``, ``mute``…
    action: Mapped[str]
    #: Where it happened: of a move, the network that it was moved from. Empty: the whole exchange.
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id", ondelete="SET NULL"))
    thread_id: Mapped[int | None] = mapped_column(ForeignKey("thread.id", ondelete="SET NULL"))
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"))
    #: Whose post or thread it was: the participant, plain or sealed (as ``notification.by_participant_id``).
    #: Never set where the act is aimed at a person through a pseudonym.
    participant_id: Mapped[int | None] = mapped_column(Id)
    sanction_id: Mapped[int | None] = mapped_column(ForeignKey("sanction.id", ondelete="SET NULL"))
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    acted_as: Mapped[str]
    #: The rule that it rests on, in words as they were ("2 · Patients stay private"); empty where none was chosen.
    rule: Mapped[str] = mapped_column(default="")
    #: In the actor's words; the author reads them, the log does not show them.
    reason: Mapped[str] = mapped_column(default="")
    #: Facts for words, as JSON, without text of posts: ids, slugs, kinds, numbers.
    details: Mapped[str] = mapped_column(default="")
    #: What undoes it, under seal: earlier state, and what a removed or redacted post said.
    kept: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: From then on it is final, and ``kept`` is gone (redaction and removal: seven days).
    final_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    #: Acts of one bulk form share this.
    batch_id: Mapped[int | None] = mapped_column(Id, index=True)


class Sanction(Base):
    """What was imposed on a member. Days, no times: one that was aimed through a pseudonym must tell no more.

    Of such a one ``actor_id`` and ``reason`` are empty, and no act leads here.
    """

    __tablename__ = "sanction"
    __table_args__ = (
        CheckConstraint("kind IN ('warning', 'mute', 'removal', 'suspension')", name="kind"),
        Index(None, "member_id", "since"),
        Index(
            "ix_sanction_ends",
            "ends_on",
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
    )

    #: By the day: ``ids.floor_id`` of midnight and chance.
    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    kind: Mapped[str]
    network_id: Mapped[int | None] = mapped_column(ForeignKey("network.id", ondelete="SET NULL"))
    #: A word of ``networks/removals.causes`` (the sentence that the member reads).
    cause: Mapped[str]
    rule: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    since: Mapped[date]
    #: The first day on which it holds no more; empty: until it is lifted.
    ends_on: Mapped[date | None]
    #: When it was over: by its end, lifted, or overturned.
    ended_on: Mapped[date | None]
    ended_cause: Mapped[str] = mapped_column(default="")


class ActAppeal(Base):
    """Somebody asks that another looks at an act or a sanction: a moderator without part in it, then an officer."""

    __tablename__ = "act_appeal"
    __table_args__ = (
        CheckConstraint("(act_id IS NULL) <> (sanction_id IS NULL)", name="one"),
        Index(None, "act_id"),
        Index(None, "sanction_id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_rounded_id)
    act_id: Mapped[int | None] = mapped_column(ForeignKey("moderation_act.id", ondelete="CASCADE"))
    sanction_id: Mapped[int | None] = mapped_column(ForeignKey("sanction.id", ondelete="CASCADE"))
    #: Who appeals: a member; or, of an act on what was written under a pseudonym, the sealed participant alone.
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    participant_id: Mapped[int | None] = mapped_column(Id)
    #: 1: a moderator who had no part; 2: an officer, also where its clock brought it there.
    step: Mapped[int] = mapped_column(default=1)
    text: Mapped[str]
    asked_at: Mapped[datetime] = mapped_column(default=rounded_now)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    #: ``upheld`` (the act stands), ``overturned`` (it is undone), ``moot`` (it was undone before anybody decided).
    outcome: Mapped[str] = mapped_column(default="")
    answer: Mapped[str] = mapped_column(default="")
