"""Named reads of accounts."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.models import Category, Member, SignIn, StandingChange
from knowledge_exchange.auth.policy import email_key
from knowledge_exchange.auth.sessions import still_good
from knowledge_exchange.core.clock import ROUNDED_TO, now, rounded
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import floor_id
from knowledge_exchange.mail.models import MailMessage


class Account(NamedTuple):
    """What the door needs to know of an account."""

    id: int
    email: str
    name: str
    handle: str | None
    handle_changed_at: datetime | None
    password_hash: str
    standing: str
    email_confirmed_at: datetime | None


_ACCOUNT = (
    Member.id,
    Member.email,
    Member.name,
    Member.handle,
    Member.handle_changed_at,
    Member.password_hash,
    Member.standing,
    Member.email_confirmed_at,
)


def account_of_email(email: str) -> Account | None:
    """The account with that address, if there is one."""
    row = db.session.execute(select(*_ACCOUNT).where(Member.email == email_key(email))).first()
    return Account(*row) if row else None


def account(member_id: int) -> Account | None:
    """The account with that id."""
    row = db.session.execute(select(*_ACCOUNT).where(Member.id == member_id)).first()
    return Account(*row) if row else None


class Device(NamedTuple):
    """One sign-in, for the list of one's own."""

    id: int
    device: str
    place: str
    way: str
    created_at: datetime
    seen_at: datetime


def sign_ins_of(member_id: int) -> list[Device]:
    """A member's sign-ins that are still good, the one used last first."""
    query = (
        select(SignIn.id, SignIn.device, SignIn.place, SignIn.way, SignIn.created_at, SignIn.seen_at)
        .join(Member, Member.id == SignIn.member_id)
        .where(SignIn.member_id == member_id, *still_good())
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    )
    return [Device(*row) for row in db.session.execute(query)]


#: Acts by which somebody sees what is on record about a person, without changing it.
LOOKS = ("appeal.opened", "claim.opened", "link_manager.sought", "member.opened", "member.shown", "roll.searched")
MOST_LOOKS = 50


class Look(NamedTuple):
    """Somebody looked at a person's record; ``name`` is None where it was done on the server."""

    at: datetime
    action: str
    name: str | None
    role: str | None


def looks_at(member_id: int) -> list[Look]:
    """Who looked at what is on record about a member, newest first, and (by the act) why; not they themselves."""
    someone_else = AuditEntry.actor_id.is_distinct_from(member_id)
    query = (
        select(AuditEntry.at, AuditEntry.action, Member.name, Member.role)
        .outerjoin(Member, Member.id == AuditEntry.actor_id)
        .where(AuditEntry.subject_id == member_id, AuditEntry.action.in_(LOOKS), someone_else)
        .order_by(AuditEntry.id.desc())
        .limit(MOST_LOOKS)
    )
    return [Look(*row) for row in db.session.execute(query)]


class Standing(NamedTuple):
    """Where somebody stands, since when, and why in words; the name of their category, if it is known."""

    standing: str
    since: datetime
    cause: str
    email: str
    category: str | None


def standing_of(member_id: int) -> Standing:
    """Where a member stands."""
    facts = (Member.standing, Member.standing_since, Member.standing_cause, Member.email, Category.name)
    query = select(*facts).outerjoin(Category, Category.slug == Member.category)
    return Standing(*db.session.execute(query.where(Member.id == member_id)).one())


class Step(NamedTuple):
    """One change of somebody's standing; ``by``: ``self``, ``team`` (an officer) or ``exchange``."""

    at: datetime
    before: str
    after: str
    cause: str
    by: str


def steps_of(member_id: int) -> list[Step]:
    """How a member's standing changed, the latest first. Which officer it was is the union's to answer for."""
    columns = (StandingChange.at, StandingChange.before, StandingChange.after, StandingChange.cause)
    query = (
        select(*columns, StandingChange.actor_id)
        .where(StandingChange.member_id == member_id)
        .order_by(StandingChange.id.desc())
    )
    rows = db.session.execute(query)
    return [Step(row.at, row.before, row.after, row.cause, _by(row.actor_id, member_id)) for row in rows]


def _by(actor_id: int | None, member_id: int) -> str:
    if actor_id is None:
        return "exchange"
    return "self" if actor_id == member_id else "team"


def messages_since(recipient: str, since: datetime) -> int:
    """How many messages were written to an address since then, or in the first full five minutes after that."""
    query = select(func.count()).select_from(MailMessage)
    first = floor_id(rounded(min(since, now())) + ROUNDED_TO)
    return db.session.scalar(query.where(MailMessage.recipient == recipient, MailMessage.id >= first)) or 0
