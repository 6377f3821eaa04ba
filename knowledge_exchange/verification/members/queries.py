"""Finding one member among all, and the lists of those whom somebody should look after. Never all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, false, func, or_, select

from knowledge_exchange.auth.models import STANDINGS, Member
from knowledge_exchange.auth.policy import email_key
from knowledge_exchange.core.db import AnyRow, AnySelect, db
from knowledge_exchange.core.text import one_line
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.verification.claims import queries
from knowledge_exchange.verification.matching import is_number, normal_number, number_hashes
from knowledge_exchange.verification.models import Claim, RollEntry
from knowledge_exchange.verification.rolls import leaving

MOST_FOUND = 20
LIST_PAGE = 20
MIN_CHARS = 2
#: How somebody was looked for: all that is put on the record of it.
BY_ADDRESS, BY_NUMBER, BY_NAME = "address", "number", "name"

_HIT = (Member.id, Member.name, Member.email, Member.standing, Member.role, Organisation.name.label("organisation"))


class Found(NamedTuple):
    """Who fits, at most :data:`MOST_FOUND`; whether there are more; by what it was looked for."""

    hits: Sequence[AnyRow]
    more: bool
    by: str


def counts() -> dict[str, int]:
    """How many there are of each standing."""
    query = select(Member.standing, func.count().label("amount")).group_by(Member.standing)
    found = {row.standing: row.amount for row in db.session.execute(query)}
    return {standing: found.get(standing, 0) for standing in STANDINGS}


def find(text: str, source: str = "") -> Found:
    """Members by the beginning of their address, by a whole number on a roll (``source``; empty: on any), or by name.

    An address has an ``@``, a number a digit and no space between words; everything else is a name, of which each
    word can be the beginning. What has no ``@`` may be the beginning of an address as well.
    """
    text = one_line(text)
    if len(text) < MIN_CHARS:
        return Found([], False, BY_NAME)
    by, fits = _condition(text, source)
    query = select(*_HIT).outerjoin(Organisation, Organisation.code == Member.organisation_code).where(fits)
    rows = db.session.execute(query.order_by(Member.name, Member.id).limit(MOST_FOUND + 1)).all()
    return Found(rows[:MOST_FOUND], len(rows) > MOST_FOUND, by)


def _condition(text: str, source: str) -> tuple[str, ColumnElement[bool]]:
    address = Member.email.startswith(email_key(text), autoescape=True)
    if "@" in text:
        return BY_ADDRESS, address
    normal = normal_number(text)
    if is_number(normal) and any(letter.isdigit() for letter in normal):
        return BY_NUMBER, or_(address, _has_number(normal, [source] if source else list(queries.sources())))
    begins = Member.name.istartswith(text, autoescape=True)
    return BY_NAME, or_(address, begins, Member.name.icontains(f" {text}", autoescape=True))


def _has_number(normal: str, sources: list[str]) -> ColumnElement[bool]:
    """Whose entry has that number, and who claims or claimed it."""
    found: ColumnElement[bool] = false()
    for source in sources:
        hashed = number_hashes(source, normal)
        for table in (RollEntry, Claim):
            mine = and_(table.source == source, table.number_hash.in_(hashed), table.member_id.is_not(None))
            found = or_(found, Member.id.in_(select(table.member_id).where(mine)))
    return found


def suspended(after: int | None) -> Sequence[AnyRow]:
    """Who is suspended, the latest first; one more than a page. ``after``: with whom the page before ended."""
    query = select(Member.id, Member.name, Member.standing_since.label("at"), Member.standing_cause.label("cause"))
    query = query.where(Member.standing == "suspended")
    if after is not None:
        since = select(Member.standing_since).where(Member.id == after).scalar_subquery()
        same = and_(Member.standing_since == since, Member.id < after)
        query = query.where(or_(Member.standing_since < since, same))
    return db.session.execute(query.order_by(Member.standing_since.desc(), Member.id.desc()).limit(LIST_PAGE + 1)).all()


def ending(after: int | None) -> Sequence[AnyRow]:
    """Active members whom no roll has any more (``gone_at``: since when), the first to lapse first; as above."""
    losing = leaving.losing().subquery()
    query: AnySelect = select(Member.id, Member.name, losing.c.gone_at).join(losing, losing.c.id == Member.id)
    if after is not None:
        since = select(func.max(RollEntry.gone_at)).where(RollEntry.member_id == after).scalar_subquery()
        query = query.where(or_(losing.c.gone_at > since, and_(losing.c.gone_at == since, Member.id > after)))
    return db.session.execute(query.order_by(losing.c.gone_at, Member.id).limit(LIST_PAGE + 1)).all()


def ending_count() -> int:
    """How many active members no roll has any more."""
    return db.session.scalar(select(func.count()).select_from(leaving.losing().subquery())) or 0
