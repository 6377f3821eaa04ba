"""Named reads of appeals: what somebody may appeal against, what became of it, and what waits for an officer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import ngettext
from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member, StandingChange
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, AnySelect, db
from knowledge_exchange.verification import policy
from knowledge_exchange.verification.claims import wording
from knowledge_exchange.verification.models import Appeal, Claim

APPEALS_PAGE = 20
#: So long somebody who is in again reads what was said of their appeal.
UPHELD_SHOWN_FOR = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be appealed against: a refused claim, or a step in one's standing."""

    at: datetime
    by: int | None
    claim_id: int | None = None
    standing_change_id: int | None = None


@dataclass(frozen=True, slots=True)
class AppealState:
    """What an appellant may know: the newest appeal, and whether another can be made."""

    may_appeal: bool
    latest: AnyRow | None

    @property
    def is_open(self) -> bool:
        """Whether the newest still waits for an answer."""
        return self.latest is not None and self.latest.decided_at is None


def appeal_state(member_id: int, standing: str) -> AppealState:
    """Where somebody stands with their appeals."""
    facts = (Appeal.text, Appeal.made_at, Appeal.decided_at, Appeal.upheld, Appeal.answer, Appeal.claim_id)
    counts = or_(_is_current(), Appeal.upheld.is_not(None))
    query = select(*facts).join(Member, Member.id == Appeal.member_id).where(Appeal.member_id == member_id, counts)
    latest = db.session.execute(query.order_by(Appeal.id.desc()).limit(1)).first()
    if standing == "active":
        is_news = latest is not None and latest.upheld and latest.decided_at > now() - UPHELD_SHOWN_FOR
        return AppealState(False, latest if is_news else None)
    may = (latest is None or latest.decided_at is not None) and decision_about(member_id, standing) is not None
    return AppealState(may, latest)


def decision_about(member_id: int, standing: str) -> Decision | None:
    """The newest decision about somebody of that standing which they have not appealed against yet."""
    found = [_refused_claim(member_id)] if standing in policy.OUTSIDE else []
    found += [_step(member_id, standing)] if standing in policy.APPEALABLE else []
    return max((one for one in found if one is not None), key=lambda one: one.at, default=None)


def _refused_claim(member_id: int) -> Decision | None:
    """The last claim, where it was refused."""
    appealed = exists().where(Appeal.claim_id == Claim.id)
    query = select(Claim.id, Claim.accepted, Claim.decided_at, Claim.decided_by, appealed.label("appealed"))
    row = db.session.execute(query.where(Claim.member_id == member_id).order_by(Claim.id.desc()).limit(1)).first()
    if row is None or row.accepted is not False or row.appealed:
        return None
    return Decision(row.decided_at, row.decided_by, claim_id=row.id)


def _step(member_id: int, standing: str) -> Decision | None:
    """The step that led to where they stand."""
    if standing == "suspended" and hooks.call("suspended_by_moderation", member_id):
        return None  # that is appealed where it was imposed: two doors would give two answers
    appealed = exists().where(Appeal.standing_change_id == StandingChange.id)
    facts = (StandingChange.id, StandingChange.at, StandingChange.actor_id, appealed.label("appealed"))
    mine = (StandingChange.member_id == member_id, StandingChange.after == standing)
    row = db.session.execute(select(*facts).where(*mine).order_by(StandingChange.id.desc()).limit(1)).first()
    return None if row is None or row.appealed else Decision(row.at, row.actor_id, standing_change_id=row.id)


def _is_current() -> ColumnElement[bool]:
    """Open, and about how they stand today: whoever was let in since, or put out, has another thing to ask."""
    return and_(
        Appeal.decided_at.is_(None),
        Appeal.made_at >= Member.standing_since,
        or_(
            and_(Appeal.claim_id.is_not(None), Member.standing.in_(policy.OUTSIDE)),
            and_(Appeal.standing_change_id.is_not(None), Member.standing.in_(policy.APPEALABLE)),
        ),
    )


def open_appeals(after: int | None = None) -> Sequence[AnyRow]:
    """What waits, longest first, one more than a page; ``after``: the appeal that the page before ended with."""
    query = _open().order_by(Appeal.id).limit(APPEALS_PAGE + 1)
    return db.session.execute(query if after is None else query.where(Appeal.id > after)).all()


def open_appeal(appeal_id: int) -> AnyRow | None:
    """One of those that wait, or None when it is decided, over, or never was."""
    return db.session.execute(_open().where(Appeal.id == appeal_id)).first()


def appeals_waiting_since(moment: datetime) -> Sequence[AnyRow]:
    """Of those that have waited since then or longer: whose they are, and against whom."""
    facts = (Appeal.member_id, Appeal.against_id, Member.role)
    query = select(*facts).join(Member, Member.id == Appeal.member_id)
    return db.session.execute(query.where(_is_current(), Appeal.made_at <= moment)).all()


def appeals_in_words(_me: Me) -> str:
    """How many appeals wait, and since when; empty where none does."""
    waiting = _open().subquery()
    amount, oldest = db.session.execute(select(func.count(), func.min(waiting.c.made_at))).one()
    if not amount:
        return ""
    waited = wording.waited(oldest)
    return str(ngettext("One waits, for %(time)s.", "%(num)s wait, the oldest for %(time)s.", amount, time=waited))


def _open() -> AnySelect:
    """With the person, what it is about, and who decided that."""
    against = aliased(Member)
    facts = (
        Appeal.id,
        Appeal.member_id,
        Appeal.claim_id,
        Appeal.standing_change_id,
        Appeal.against_id,
        Appeal.text,
        Appeal.made_at,
        Member.name,
        Member.email,
        Member.standing,
        Member.role,
        Claim.source,
        Claim.number_tail,
        Claim.number_hash,
        Claim.surname,
        Claim.evidence,
        Claim.reason,
        Claim.note,
        Claim.decided_at,
        StandingChange.before,
        StandingChange.after,
        StandingChange.cause,
        StandingChange.at.label("stepped_at"),
        against.name.label("against"),
    )
    query = select(*facts).join(Member, Member.id == Appeal.member_id)
    query = query.outerjoin(Claim, Claim.id == Appeal.claim_id)
    query = query.outerjoin(StandingChange, StandingChange.id == Appeal.standing_change_id)
    return query.outerjoin(against, against.id == Appeal.against_id).where(_is_current())
