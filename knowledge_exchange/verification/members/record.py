"""What a membership officer sees of one member: what their membership goes by, and nothing of what they do here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from knowledge_exchange.audit.actions import record
from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth import factors
from knowledge_exchange.auth.models import Category, Member, SignIn, StandingChange
from knowledge_exchange.auth.sessions import still_good
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.mail.actions import refused_at
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.verification.models import Appeal, Claim, RollEntry

#: Of each kind of thing the latest.
MOST = 20
#: Pages of one record that follow each other are one look.
ONE_LOOK = timedelta(minutes=10)
OPENED = "member.opened"

_FACTS = (
    Member.id,
    Member.name,
    Member.email,
    Member.email_confirmed_at,
    Member.standing,
    Member.standing_since,
    Member.standing_cause,
    Member.role,
    Member.region,
    Member.created_at,
    Member.was_here_at,
    Member.organisation_code,
    Organisation.name.label("organisation"),
    func.coalesce(Category.name, Member.category).label("category"),
)


@dataclass(frozen=True, slots=True)
class Record:
    """One member's record."""

    member: AnyRow
    steps: Sequence[AnyRow]
    entries: Sequence[AnyRow]
    claims: Sequence[AnyRow]
    appeals: Sequence[AnyRow]
    has_factor: bool
    #: How many devices are signed in, and when one was last used.
    sign_ins: int
    seen_at: datetime | None
    mail_refused_at: datetime | None


def member(member_id: int) -> AnyRow | None:
    """Who it is, and how they stand."""
    query = select(*_FACTS).outerjoin(Organisation, Organisation.code == Member.organisation_code)
    query = query.outerjoin(Category, Category.slug == Member.category)
    return db.session.execute(query.where(Member.id == member_id)).first()


def record_of(found: AnyRow) -> Record:
    """All that an officer is shown of somebody (a row of :func:`member`). A fixed number of statements."""
    sign_ins, seen_at = _sign_ins(found.id)
    return Record(
        found,
        _steps(found.id),
        _entries(found.id),
        _claims(found.id),
        _appeals(found.id),
        factors.has_any(found.id),
        sign_ins,
        max((moment for moment in (seen_at, found.was_here_at) if moment), default=None),
        refused_at(found.email),
    )


def note_look(actor_id: int, member_id: int) -> None:
    """Put on the record that somebody looked, once for pages that follow each other (within five to ten minutes)."""
    mine = (AuditEntry.actor_id == actor_id, AuditEntry.subject_id == member_id, AuditEntry.action == OPENED)
    lately = select(AuditEntry.id).where(*mine, AuditEntry.at > now() - ONE_LOOK).limit(1)
    if db.session.scalar(lately) is None:
        record(OPENED, actor=actor_id, subject=member_id)


def _steps(member_id: int) -> Sequence[AnyRow]:
    who = aliased(Member)
    columns = (StandingChange.at, StandingChange.before, StandingChange.after, StandingChange.cause)
    query = select(*columns, StandingChange.actor_id, who.name.label("actor"))
    query = query.outerjoin(who, who.id == StandingChange.actor_id).where(StandingChange.member_id == member_id)
    return db.session.execute(query.order_by(StandingChange.id.desc()).limit(MOST)).all()


def _entries(member_id: int) -> Sequence[AnyRow]:
    columns = (RollEntry.source, RollEntry.number_tail, RollEntry.gone_at, RollEntry.paid_up_to)
    query = select(*columns).where(RollEntry.member_id == member_id)
    return db.session.execute(query.order_by(RollEntry.source, RollEntry.id).limit(MOST)).all()


def _claims(member_id: int) -> Sequence[AnyRow]:
    columns = (Claim.source, Claim.number_tail, Claim.made_at, Claim.decided_at, Claim.accepted)
    query = select(*columns).where(Claim.member_id == member_id)
    return db.session.execute(query.order_by(Claim.id.desc()).limit(MOST)).all()


def _appeals(member_id: int) -> Sequence[AnyRow]:
    columns = (Appeal.made_at, Appeal.decided_at, Appeal.upheld, Appeal.claim_id)
    query = select(*columns).where(Appeal.member_id == member_id)
    return db.session.execute(query.order_by(Appeal.id.desc()).limit(MOST)).all()


def _sign_ins(member_id: int) -> tuple[int, datetime | None]:
    query = select(func.count(), func.max(SignIn.seen_at)).join(Member, Member.id == SignIn.member_id)
    count, seen_at = db.session.execute(query.where(SignIn.member_id == member_id, *still_good())).one()
    return count, seen_at
