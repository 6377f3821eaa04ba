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
from knowledge_exchange.verification.models import Claim, RollEntry, RollImport

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


def claim_state(member_id: int) -> ClaimState:
    """Where the account's latest claim stands. One statement."""
    facts = (Claim.made_at, Claim.decided_at, Claim.accepted, Claim.note)
    latest = select(*facts).where(Claim.member_id == member_id).order_by(Claim.id.desc()).limit(1)
    claim = db.session.execute(latest).first()
    if claim is None:
        return ClaimState(NONE)
    if claim.decided_at is None:
        return ClaimState(WAITING, at=claim.made_at)
    if claim.accepted is False:
        return ClaimState(REFUSED, note=claim.note, at=claim.decided_at)
    return ClaimState(NONE)


def sources() -> dict[str, str]:
    """The rolls that somebody can be on: name in the database, name for people."""
    imported = db.session.scalars(select(RollImport.source).distinct().order_by(RollImport.source))
    return USUAL_SOURCES | {name: source_name(name) for name in imported}


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
    facts = (
        Claim.id,
        Claim.member_id,
        Claim.source,
        Claim.number_tail,
        Claim.number_hash,
        Claim.surname,
        Claim.queued_at,
        Claim.queue_cause,
        Member.name,
        Member.email,
    )
    open_now = (Claim.decided_at.is_(None), Claim.queued_at <= now(), Member.standing == "pending")
    return select(*facts).join(Member, Member.id == Claim.member_id).where(*open_now)


_ENTRY = (
    RollEntry.id,
    RollEntry.source,
    RollEntry.number_tail,
    RollEntry.surname,
    RollEntry.first_name,
    RollEntry.region,
    RollEntry.ods_code,
    RollEntry.email,
    RollEntry.member_id.is_not(None).label("taken"),
)


def entry_with_number(source: str, hashed: str) -> Sequence[AnyRow]:
    """The roll entry with that number: one or none."""
    where = (RollEntry.source == source, RollEntry.number_hash == hashed)
    return db.session.execute(select(*_ENTRY).where(*where)).all()


def search_roll(source: str, text: str) -> Sequence[AnyRow]:
    """Entries of one roll with this number, or whose surname begins like this; the first twenty."""
    text = text.strip()
    if len(text) < MIN_SEARCH_CHARS:
        return []
    hashes = number_hashes(source, normal_number(text))
    like = or_(RollEntry.number_hash.in_(hashes), RollEntry.surname.istartswith(text, autoescape=True))
    query = select(*_ENTRY).where(RollEntry.source == source, like)
    return db.session.execute(query.order_by(RollEntry.surname, RollEntry.id).limit(MAX_FOUND)).all()
