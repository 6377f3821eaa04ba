"""A member's part of what the exchange holds about them: their claims and their entries on the rolls."""

from __future__ import annotations

from sqlalchemy import select

from knowledge_exchange.auth.own_data import Rows, rows_of
from knowledge_exchange.verification.models import Claim, RollEntry


def claims_of(member_id: int) -> Rows:
    """What they claimed, and what was decided; of the number only its end is kept readable."""
    columns = (Claim.source, Claim.number_tail, Claim.surname, Claim.made_at, Claim.decided_at, Claim.accepted)
    query = select(*columns).where(Claim.member_id == member_id).order_by(Claim.id)
    return rows_of(query)


def roll_entries_of(member_id: int) -> Rows:
    """What the union's rolls say of them, once an entry is known to be theirs."""
    columns = [column for column in RollEntry.__table__.columns if column.key not in ("id", "number_hash", "member_id")]
    query = select(*columns).where(RollEntry.member_id == member_id)
    return rows_of(query)
