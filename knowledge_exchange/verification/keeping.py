"""What the room keeps under keys, and for how long it keeps what."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import keeping, rekeying
from knowledge_exchange.verification.models import (
    Appeal,
    Claim,
    InvitationRun,
    RollEntry,
    RollImport,
    RollInvitation,
    RollRow,
    RollSource,
)
from knowledge_exchange.verification.rolls.expiring import close_lapsed, close_pending

#: Nothing comes of an import in these states any more.
_OVER = ("applied", "failed", "dropped")


def init_app(app: Flask) -> None:
    """Register both."""
    # The roll first: claims are compared with it, and a hash can be lifted, but not taken down.
    rekeying.register(app, RollEntry.number_hash)
    rekeying.register(app, Claim.number_hash)
    rekeying.register(app, Claim.code_hash)
    rekeying.register(app, RollSource.pull_digest)
    rekeying.register(app, RollSource.pull_token, rekeying.SEAL)
    keeping.register(app, "KE_KEEP_GONE_ENTRIES_DAYS", forget_entries, RollEntry)
    keeping.register(app, "KE_KEEP_CLAIMS_DAYS", forget_claims, Claim, Appeal)
    keeping.register(app, "KE_KEEP_IMPORTS_DAYS", forget_imports, RollImport, RollRow)
    keeping.register(app, "KE_KEEP_INVITATIONS_DAYS", forget_invitations, RollInvitation, InvitationRun)
    keeping.register(app, "KE_KEEP_PENDING_DAYS", close_pending, Member)
    keeping.register(app, "KE_KEEP_LAPSED_DAYS", close_lapsed, Member)


def forget_entries(before: datetime) -> None:
    """Delete entries that their roll has not had since then, and that are no account's."""
    keeping.delete_all(RollEntry, RollEntry.gone_at < before, RollEntry.member_id.is_(None))


def forget_claims(before: datetime) -> None:
    """Delete what was decided before that moment; not a claim of which an appeal is younger, or open."""
    keeping.delete_all(Appeal, Appeal.decided_at < before)
    appealed = select(Appeal.id).where(Appeal.claim_id == Claim.id)
    keeping.delete_all(Claim, Claim.decided_at < before, ~appealed.exists())


def forget_imports(before: datetime) -> None:
    """Delete imports that are over; each roll's newest stays, for the next is compared with what it left."""
    other = aliased(RollImport)
    newest = select(func.max(other.id)).where(other.applied_at.is_not(None)).group_by(other.source)
    keeping.delete_all(RollImport, RollImport.state.in_(_OVER), RollImport.at < before, RollImport.id.not_in(newest))


def forget_invitations(before: datetime) -> None:
    """Delete links that were used or have run out before that moment, and the runs that sent nothing else."""
    ended = func.coalesce(RollInvitation.used_at, RollInvitation.expires_at)
    keeping.delete_all(RollInvitation, ended < before)
    left = select(RollInvitation.id).where(RollInvitation.run_id == InvitationRun.id)
    over = or_(InvitationRun.finished_at < before, InvitationRun.stopped_at < before)
    keeping.delete_all(InvitationRun, over, ~left.exists())
