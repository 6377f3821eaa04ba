"""Named reads of claims and rolls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import format_timedelta, ngettext
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, AnySelect, db
from knowledge_exchange.verification.matching import normal_number, number_hashes
from knowledge_exchange.verification.models import Claim, RollEntry, RollImport, RollSource
from knowledge_exchange.verification.policy import CLAIMANTS, SETTLERS
from knowledge_exchange.verification.rolls.rekeyed import hashes_alike

#: The parent unions' rolls, offered before either was imported.
USUAL_SOURCES = {"unison": "UNISON", "fda": "FDA"}
QUEUE_PAGE = 20
MAX_FOUND = 20
MIN_SEARCH_CHARS = 2

# What a claimant's own page shows: the same for every claim that is open, whatever was found.
NONE, WAITING, REFUSED = "none", "waiting", "refused"


@dataclass(frozen=True, slots=True)
class ClaimState:
    """What a claimant may know of their claim."""

    stage: str
    note: str = ""
    at: datetime | None = None
    #: Of a refusal: a word of ``policy.REFUSALS``.
    reason: str = ""
    #: Of one that waits: what the claimant wrote for whoever looks.
    evidence: str = ""


def claim_state(member_id: int) -> ClaimState:
    """Where the account's latest claim stands. One statement."""
    facts = (Claim.made_at, Claim.decided_at, Claim.accepted, Claim.note, Claim.reason, Claim.evidence)
    latest = select(*facts).where(Claim.member_id == member_id).order_by(Claim.id.desc()).limit(1)
    claim = db.session.execute(latest).first()
    if claim is None:
        return ClaimState(NONE)
    if claim.decided_at is None:
        return ClaimState(WAITING, at=claim.made_at, evidence=claim.evidence)
    if claim.accepted is False:
        return ClaimState(REFUSED, note=claim.note, at=claim.decided_at, reason=claim.reason)
    return ClaimState(NONE)


def sources() -> dict[str, str]:
    """The rolls that somebody can be on: name in the database, name for people, as officers have given it."""
    applied = select(RollImport.source, RollSource.name).outerjoin(RollSource, RollSource.source == RollImport.source)
    # A file that nobody has applied makes no roll yet.
    imported = db.session.execute(applied.where(RollImport.applied_at.is_not(None)).distinct())
    names = {row.source: row.name or source_name(row.source) for row in imported}
    return USUAL_SOURCES | dict(sorted(names.items()))


def source_name(source: str) -> str:
    """A source in words."""
    return USUAL_SOURCES.get(source, source.upper())


def waiting_claims(after: int | None = None) -> Sequence[AnyRow]:
    """The queue, longest waiting first; one more than a page, to tell whether there is another.

    ``after`` is the claim that the page before ended with.
    """
    query = _waiting().order_by(Claim.queued_at, Claim.id).limit(QUEUE_PAGE + 1)
    if after is not None:
        last = aliased(Claim)
        since = select(last.queued_at).where(last.id == after).scalar_subquery()
        query = query.where(or_(Claim.queued_at > since, and_(Claim.queued_at == since, Claim.id > after)))
    return db.session.execute(query).all()


def claims_waiting_since(moment: datetime) -> int:
    """How many claims have waited for an officer since then or longer."""
    old = _waiting().where(Claim.queued_at <= moment).subquery()
    return db.session.scalar(select(func.count()).select_from(old)) or 0


def settlers() -> Sequence[AnyRow]:
    """Who may settle claims and appeals now: id, address and role of each."""
    facts = (Member.id, Member.email, Member.role)
    query = select(*facts).where(Member.role.in_(SETTLERS), Member.standing == "active")
    return db.session.execute(query.order_by(Member.id)).all()


def claims_in_words(_me: Me) -> str:
    """How many claims wait, and since when; empty where none does."""
    waiting = _waiting().subquery()
    amount, oldest = db.session.execute(select(func.count(), func.min(waiting.c.queued_at))).one()
    if not amount:
        return ""
    waited = format_timedelta(now() - oldest, granularity="minute")
    return str(ngettext("One waits, for %(time)s.", "%(num)s wait, the oldest for %(time)s.", amount, time=waited))


def waiting_claim(claim_id: int) -> AnyRow | None:
    """One claim of the queue, or None when it is settled, replaced, not due, or never was."""
    return db.session.execute(_waiting().where(Claim.id == claim_id)).first()


def _waiting() -> AnySelect:
    """What waits, each with the last refusal of the same person's earlier claims."""
    refused, refuser = aliased(Claim), aliased(Member)
    before = aliased(Claim)
    last = select(func.max(before.id)).where(before.member_id == Claim.member_id, before.accepted.is_(False))
    facts = (
        Claim.id,
        Claim.member_id,
        Claim.source,
        Claim.number_tail,
        Claim.number_hash,
        Claim.surname,
        Claim.made_at,
        Claim.queued_at,
        Claim.queue_cause,
        Claim.evidence,
        Claim.reminded_at,
        Member.name,
        Member.email,
        Member.standing,
        refused.decided_at.label("refused_at"),
        refused.reason.label("refused_reason"),
        refused.note.label("refused_note"),
        refuser.name.label("refused_by"),
    )
    open_now = (Claim.decided_at.is_(None), Claim.queued_at <= now(), Member.standing.in_(CLAIMANTS))
    query = select(*facts).join(Member, Member.id == Claim.member_id)
    query = query.outerjoin(refused, refused.id == last.correlate(Claim).scalar_subquery())
    return query.outerjoin(refuser, refuser.id == refused.decided_by).where(*open_now)


_ENTRY = (
    RollEntry.id,
    RollEntry.source,
    RollEntry.number_tail,
    RollEntry.surname,
    RollEntry.first_name,
    RollEntry.region,
    RollEntry.ods_code,
    RollEntry.email,
    RollEntry.former_names,
    RollEntry.gone_at,
    RollEntry.member_id,
)


def entry_with_number(source: str, hashed: str) -> Sequence[AnyRow]:
    """The roll entry with that number: one or none."""
    where = (RollEntry.source == source, RollEntry.number_hash.in_(hashes_alike(source, hashed)))
    return db.session.execute(select(*_ENTRY).where(*where)).all()


def search_roll(source: str, text: str) -> Sequence[AnyRow]:
    """Entries of one roll with this number, or of whom a surname begins like this; the first twenty."""
    text = text.strip()
    if len(text) < MIN_SEARCH_CHARS:
        return []
    hashes = number_hashes(source, normal_number(text))
    like = or_(
        RollEntry.number_hash.in_(hashes),
        RollEntry.surname.istartswith(text, autoescape=True),
        RollEntry.former_names.istartswith(text, autoescape=True),
        RollEntry.former_names.icontains(f";{text}", autoescape=True),
    )
    query = select(*_ENTRY).where(RollEntry.source == source, like)
    return db.session.execute(query.order_by(RollEntry.surname, RollEntry.id).limit(MAX_FOUND)).all()


def closed_to(entries: Sequence[AnyRow], member_id: int) -> dict[int, str]:
    """Which of these entries can't be made this account's, and why: ``taken`` or ``gone``."""
    why = {entry.id: "gone" for entry in entries if entry.gone_at is not None}
    return why | {entry.id: "taken" for entry in entries if entry.member_id not in (None, member_id)}
