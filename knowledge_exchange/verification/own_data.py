"""A member's part of what the exchange holds about them: their claims, their appeals and their entries on the rolls."""

from __future__ import annotations

from sqlalchemy import select

from knowledge_exchange.auth.own_data import Rows, rows_of
from knowledge_exchange.verification.models import Appeal, Claim, InvitationRun, RollEntry, RollInvitation


def claims_of(member_id: int) -> Rows:
    """What they claimed, and what was decided; of the number only its end is kept readable.

    Without what was found: since when a claim waits for an officer, and why, would tell a match from a miss.
    """
    columns = (
        Claim.source,
        Claim.number_tail,
        Claim.surname,
        Claim.evidence,
        Claim.made_at,
        Claim.reminded_at,
        Claim.decided_at,
        Claim.accepted,
        Claim.reason,
        Claim.note,
    )
    query = select(*columns).where(Claim.member_id == member_id).order_by(Claim.id)
    return rows_of(query)


def appeals_of(member_id: int) -> Rows:
    """What they asked to have looked at again, and the answers."""
    columns = (Appeal.text, Appeal.made_at, Appeal.decided_at, Appeal.upheld, Appeal.answer)
    query = select(*columns).where(Appeal.member_id == member_id).order_by(Appeal.id)
    return rows_of(query)


def roll_entries_of(member_id: int) -> Rows:
    """What the union's rolls say of them, once an entry is known to be theirs."""
    columns = [column for column in RollEntry.__table__.columns if column.key not in ("id", "number_hash", "member_id")]
    query = select(*columns).where(RollEntry.member_id == member_id)
    return rows_of(query)


def letters_of_invitation_to(member_id: int) -> Rows:
    """When they were invited by mail to take their place on a roll, and when they did."""
    columns = (RollEntry.source, InvitationRun.at, RollInvitation.expires_at, RollInvitation.used_at)
    query = (
        select(*columns)
        .join(RollInvitation, RollInvitation.entry_id == RollEntry.id)
        .join(InvitationRun, InvitationRun.id == RollInvitation.run_id)
        .where(RollEntry.member_id == member_id)
    )
    return rows_of(query.order_by(RollInvitation.id))
