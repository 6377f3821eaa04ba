"""Named reads of organisations. How many of its members are here is told in round numbers, and of few not at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.policy import email_key
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.networks.models import Network, Organisation
from knowledge_exchange.networks.queries import visible_to

MOST_FOUND = 30
MOST_ORPHANS = 100
#: Of fewer members not even a round number is told.
FEWEST_TOLD = 10
_Successor = aliased(Organisation)
_FACTS = (
    Organisation.code,
    Organisation.name,
    Organisation.region,
    Organisation.closed_on,
    Organisation.successor_code,
    Organisation.domains,
    _Successor.name.label("successor_name"),
)


def _facts() -> Any:
    return select(*_FACTS).outerjoin(_Successor, _Successor.code == Organisation.successor_code)


def organisation(code: str) -> AnyRow | None:
    """One by its code, with its successor's name."""
    row: AnyRow | None = db.session.execute(_facts().where(Organisation.code == code)).first()
    return row


def search(text: str) -> Sequence[AnyRow]:
    """Those with that code, or all of whose words stand in the name; one more than is shown."""
    name = func.lower(Organisation.name)
    named = and_(*(name.contains(word, autoescape=True) for word in text.lower().split()))
    query = _facts().where(or_(Organisation.code == text.strip().upper(), named))
    rows: Sequence[AnyRow] = db.session.execute(query.order_by(Organisation.name).limit(MOST_FOUND + 1)).all()
    return rows


def orphans() -> Sequence[AnyRow]:
    """Those that have closed, as far as is known without a successor: somebody should say whereto."""
    where = (Organisation.closed_on <= now().date(), Organisation.successor_code.is_(None))
    rows: Sequence[AnyRow] = db.session.execute(
        _facts().where(*where).order_by(Organisation.closed_on.desc(), Organisation.code).limit(MOST_ORPHANS)
    ).all()
    return rows


def members_told(code: str) -> int:
    """About how many active members it has; 0 for few or none, so that nobody learns of one who works there."""
    counted = select(func.count()).select_from(Member)
    found = db.session.scalar(counted.where(Member.organisation_code == code, Member.standing == "active")) or 0
    if found < FEWEST_TOLD:
        return 0
    step = 10 if found < 20 * FEWEST_TOLD else 100
    return found // step * step


class Candidate(NamedTuple):
    """Somebody whom an officer would like to appoint."""

    id: int
    standing: str
    organisation_code: str | None


def candidate(email: str) -> Candidate | None:
    """The account with that address."""
    query = select(Member.id, Member.standing, Member.organisation_code).where(Member.email == email_key(email))
    row = db.session.execute(query).first()
    return Candidate(*row) if row else None


def networks_of(code: str, me: Me) -> Sequence[AnyRow]:
    """The organisation's networks that this member may know of: slug and name."""
    query = select(Network.slug, Network.name).where(Network.organisation_code == code, visible_to(me.id))
    return db.session.execute(query.order_by(Network.name)).all()


def is_closed(closed_on: date | None) -> bool:
    """Whether that day has come."""
    return closed_on is not None and closed_on <= now().date()
