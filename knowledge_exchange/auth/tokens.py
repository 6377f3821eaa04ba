"""Links that are mailed: good once, for one purpose, for a while. Only their hash is stored."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, insert, literal, select, update

from knowledge_exchange.auth.models import EmailToken, Member
from knowledge_exchange.core.clock import ROUNDED_TO, now, rounded_now
from knowledge_exchange.core.crypto import new_token, token_hash
from knowledge_exchange.core.db import UtcDateTime, db
from knowledge_exchange.core.ids import new_rounded_id

CONFIRM = "confirm"
RESET = "reset"
EMAIL = "email"
#: A mail may wait for a weekend; a key to an account may not.
LIFE = {CONFIRM: timedelta(days=3), RESET: timedelta(hours=2), EMAIL: timedelta(days=1)}


def issue(member_id: int, purpose: str, *, life: timedelta | None = None, email: str = "") -> str:
    """A fresh link's secret. Earlier ones stay good until one of them is used. ``email``: the address it confirms."""
    token = new_token()
    db.session.execute(
        insert(EmailToken).values(
            id=new_rounded_id(),
            token_hash=token_hash(token),
            purpose=purpose,
            member_id=member_id,
            expires_at=_end_of(life or LIFE[purpose]),
            email=email,
        )
    )
    return token


def _end_of(life: timedelta) -> datetime:
    """When a link ends: rounded, for it says when its owner asked; never before the end that they were told."""
    return rounded_now() + ROUNDED_TO + life


def issue_in_vain(purpose: str) -> None:
    """The work of :func:`issue` for nobody: no row comes of it, and a busy server's answer takes as long."""
    columns = (EmailToken.id, EmailToken.token_hash, EmailToken.purpose, EmailToken.member_id, EmailToken.expires_at)
    values = (literal(new_rounded_id()), literal(token_hash(new_token())), literal(purpose), Member.id)
    nobody = select(*values, literal(_end_of(LIFE[purpose]), UtcDateTime()), literal("")).where(Member.id == 0)
    db.session.execute(insert(EmailToken).from_select([*columns, EmailToken.email], nobody))


class NewAddress(NamedTuple):
    """What a link confirms: that this address is that member's."""

    member_id: int
    email: str


def address_of(token: str) -> NewAddress | None:
    """What a link of the purpose :data:`EMAIL` confirms, without using it up."""
    row = db.session.execute(select(EmailToken.member_id, EmailToken.email).where(*_good(token, EMAIL))).first()
    return None if row is None else NewAddress(*row)


def holder(token: str, purpose: str) -> int | None:
    """Whose link it is, without using it up; None when it is unknown, used or too old."""
    return db.session.scalar(select(EmailToken.member_id).where(*_good(token, purpose)))


def spend(token: str, purpose: str) -> int | None:
    """Use the link up and say whose it was; of two at the same moment only one is told."""
    use = update(EmailToken).where(*_good(token, purpose)).values(used_at=rounded_now())
    return db.session.scalar(use.returning(EmailToken.member_id))


def void(member_id: int, purpose: str) -> None:
    """Make every unused link of that purpose worthless."""
    mine = (EmailToken.member_id == member_id, EmailToken.purpose == purpose)
    db.session.execute(update(EmailToken).where(*mine, EmailToken.used_at.is_(None)).values(used_at=rounded_now()))


def _good(token: str, purpose: str) -> tuple[ColumnElement[bool], ...]:
    return (
        EmailToken.token_hash == token_hash(token),
        EmailToken.purpose == purpose,
        EmailToken.used_at.is_(None),
        EmailToken.expires_at > now(),
    )
