"""The union's rolls, and the claims to be on one of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, Id
from knowledge_exchange.core.ids import new_id

#: Where a file of a roll is: waiting to be read, being read, read and waiting for somebody's word, unusable, or over.
IMPORT_STATES = ("waiting", "reading", "ready", "failed", "applied", "dropped")
#: How it came: by command, by an officer's upload, or pulled from the union's own system.
IMPORT_ORIGINS = ("command", "upload", "pull")


class RollSource(Base):
    """What is remembered of one source of rolls: how its columns are called, where it can be pulled from."""

    __tablename__ = "roll_source"

    source: Mapped[str] = mapped_column(primary_key=True)
    #: For people: "UNISON".
    name: Mapped[str] = mapped_column(default="")
    #: JSON: our name of a column -> theirs, as :func:`core.csv_files.header_key` writes it. Empty: found by itself.
    columns: Mapped[str] = mapped_column(default="")
    #: Where its members renew, shown to those who have lapsed.
    renew_url: Mapped[str] = mapped_column(default="")
    #: The kind of registry that it is pulled from (a name among the registries); empty: files only.
    pull_kind: Mapped[str] = mapped_column(default="")
    pull_url: Mapped[str] = mapped_column(default="")
    pull_token: Mapped[bytes | None] = mapped_column(LargeBinary)  # sealed
    pull_every_hours: Mapped[int] = mapped_column(default=24)
    #: The newest file that was pulled and staged: what the other side calls that version (RFC 9110, 8.8.3), a keyed
    #: hash of its content, and the import that it became. It counts as known once that was applied or dropped.
    pull_etag: Mapped[str] = mapped_column(default="")
    pull_digest: Mapped[str] = mapped_column(default="")
    pull_import_id: Mapped[int | None] = mapped_column(Id)
    #: Not before then; empty: at once. How often it has failed since it last went well.
    pull_due_at: Mapped[datetime | None]
    pull_failures: Mapped[int] = mapped_column(default=0)
    #: When it was last tried, when it last went well, and what came of the last try, in words for the officers.
    pull_tried_at: Mapped[datetime | None]
    pulled_at: Mapped[datetime | None]
    pull_outcome: Mapped[str] = mapped_column(default="")
    changed_at: Mapped[datetime] = mapped_column(default=now)


class RollImport(Base):
    """One file of one source's roll: staged, until it is applied or dropped; what it changed, in numbers."""

    __tablename__ = "roll_import"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'reading', 'ready', 'failed', 'applied', 'dropped')", name="state"),
        CheckConstraint("origin IN ('command', 'upload', 'pull')", name="origin"),
        Index(None, "source", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    source: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    #: Empty while it is staged: nothing has been changed by it yet.
    applied_at: Mapped[datetime | None]
    added: Mapped[int]
    changed: Mapped[int]
    unreadable: Mapped[int]
    #: Entries that the file doesn't have any more, and such as it has again.
    gone: Mapped[int] = mapped_column(default=0)
    back: Mapped[int] = mapped_column(default=0)
    #: Columns that the file has, separated by spaces: the others stay as they are.
    columns: Mapped[str] = mapped_column(default="")
    #: The newest import of this source when it was staged (0: none): it was compared with what that left.
    base: Mapped[int] = mapped_column(Id, default=0)
    #: Its last row is broken off: most likely the rest is missing.
    cut: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(default="reading")
    origin: Mapped[str] = mapped_column(default="command")
    #: What the officer's file was called; the file itself is deleted as soon as it has been read.
    file_name: Mapped[str] = mapped_column(default="")
    #: How much of it has been read, in percent.
    progress: Mapped[int] = mapped_column(default=0)
    #: Why it can't be used as a whole, in words for the officer.
    problem: Mapped[str] = mapped_column(default="")
    #: Whoever reads it says so until then; after that it is taken for dead.
    reading_until: Mapped[datetime | None]
    #: How often it was begun to be read.
    tries: Mapped[int] = mapped_column(default=0)
    #: The officer's file in the data folder, by a random name; empty as soon as it is deleted.
    stored_as: Mapped[str] = mapped_column(default="")
    #: By which of the hashing keys its numbers were hashed: under another it can't be applied any more.
    generation: Mapped[int] = mapped_column(default=1)


class _Facts:
    """What a roll says of a person."""

    surname: Mapped[str] = mapped_column(default="")
    first_name: Mapped[str] = mapped_column(default="")
    email: Mapped[str] = mapped_column(default="")
    ods_code: Mapped[str] = mapped_column(default="")
    region: Mapped[str] = mapped_column(default="")  # slug of the regional network
    category: Mapped[str] = mapped_column(default="full")
    joined: Mapped[date | None]
    paid_up_to: Mapped[date | None]
    #: Earlier surnames, separated by semicolons.
    former_names: Mapped[str] = mapped_column(default="")


class RollRow(_Facts, Base):
    """A row of a file that is staged. Where ``fault`` is not empty it changes nobody.

    Rows with a negative ``line`` stand for entries that are not in the file.
    """

    __tablename__ = "roll_row"
    __table_args__ = (Index(None, "import_id", "number_hash"),)

    import_id: Mapped[int] = mapped_column(ForeignKey("roll_import.id", ondelete="CASCADE"), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number_hash: Mapped[str] = mapped_column(default="")
    number_tail: Mapped[str] = mapped_column(default="")
    fault: Mapped[str] = mapped_column(default="")
    #: What it is to the roll as that stood: ``new``, ``changed`` or ``same``; empty for faulty ones.
    step: Mapped[str] = mapped_column(default="")
    #: What becomes of its entry besides: ``gone``, ``back``, or (missing, but perhaps meant) ``spared``.
    turn: Mapped[str] = mapped_column(default="")
    entry_id: Mapped[int | None] = mapped_column(Id)


class RollEntry(_Facts, Base):
    """A person on a roll. The number is kept only as a keyed hash and its last two characters."""

    __tablename__ = "roll_entry"
    __table_args__ = (UniqueConstraint("source", "number_hash"),)

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    source: Mapped[str]
    number_hash: Mapped[str]
    number_tail: Mapped[str]
    #: Since when the roll hasn't had it any more, by the time of the import; empty while it holds.
    gone_at: Mapped[datetime | None]
    #: How often its owner has been written to since it is gone.
    warnings: Mapped[int] = mapped_column(default=0)
    #: Whose entry this turned out to be: at most one account, once.
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"), index=True)


class Claim(Base):
    """An account's request to be matched with a roll entry; open until ``decided_at``."""

    __tablename__ = "claim"
    __table_args__ = (
        Index(None, "member_id", "id"),
        Index(
            "ix_claim_waiting",
            "id",
            sqlite_where=text("decided_at IS NULL AND queued_at IS NOT NULL"),
            postgresql_where=text("decided_at IS NULL AND queued_at IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    source: Mapped[str]
    number_hash: Mapped[str]
    number_tail: Mapped[str]
    surname: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=now)
    #: Set when no code can settle it: it waits for a membership officer.
    queued_at: Mapped[datetime | None]
    queue_cause: Mapped[str] = mapped_column(default="")
    roll_entry_id: Mapped[int | None] = mapped_column(ForeignKey("roll_entry.id", ondelete="SET NULL"))
    code_hash: Mapped[str | None]
    code_expires_at: Mapped[datetime | None]
    code_tries: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    accepted: Mapped[bool | None]
    #: The officer's: what they saw that proves it, or why not.
    note: Mapped[str] = mapped_column(default="")
    #: Why it was refused: a word of ``policy.REFUSALS``.
    reason: Mapped[str] = mapped_column(default="")
    #: The claimant's own: what may help to find them.
    evidence: Mapped[str] = mapped_column(default="")
    #: When the claimant was last reminded of a code that waits.
    reminded_at: Mapped[datetime | None]


class Appeal(Base):
    """Somebody asks that another officer look again: at a refused claim, or at a step in their standing."""

    __tablename__ = "appeal"
    __table_args__ = (
        Index(
            "uq_appeal_open",
            "member_id",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
        Index(None, "member_id", "id"),
    )

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id", ondelete="CASCADE"))
    #: One of the two.
    claim_id: Mapped[int | None] = mapped_column(ForeignKey("claim.id", ondelete="CASCADE"))
    standing_change_id: Mapped[int | None] = mapped_column(ForeignKey("standing_change.id", ondelete="CASCADE"))
    #: Who decided what it is about: they can't decide again (None: the exchange itself, the command line).
    against_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    text: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(default=now)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    upheld: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(default="")


class InvitationRun(Base):
    """An officer's word to invite people on a roll who have no account yet; a job writes to them bit by bit."""

    __tablename__ = "invitation_run"

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    source: Mapped[str]
    at: Mapped[datetime] = mapped_column(default=now)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("member.id", ondelete="SET NULL"))
    #: Whom of that roll: a region's slug, a category; empty: all.
    region: Mapped[str] = mapped_column(default="")
    category: Mapped[str] = mapped_column(default="")
    wanted: Mapped[int]
    #: The roll's entries are gone through in the order of their ids: so far.
    done_to: Mapped[int] = mapped_column(Id, default=0)
    finished_at: Mapped[datetime | None]
    stopped_at: Mapped[datetime | None]


class RollInvitation(Base):
    """A link, mailed to the address on the roll: it proves whose entry it is. Good once, for a while."""

    __tablename__ = "roll_invitation"
    __table_args__ = (Index(None, "run_id"), Index(None, "entry_id"))

    id: Mapped[int] = mapped_column(Id, primary_key=True, autoincrement=False, default=new_id)
    run_id: Mapped[int] = mapped_column(ForeignKey("invitation_run.id", ondelete="CASCADE"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("roll_entry.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(unique=True)
    #: The message in the outbox, for as long as that keeps it.
    mail_id: Mapped[int | None] = mapped_column(Id)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
