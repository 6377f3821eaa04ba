"""A membership number that the union's own identity provider vouches for: no code is needed. Nothing here commits."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.claims.actions import make_member, take_entry
from knowledge_exchange.verification.matching import is_number, normal_number, number_hashes
from knowledge_exchange.verification.models import Claim, RollEntry
from knowledge_exchange.verification.policy import is_outside


def holder_of_number(source: str, number: str) -> int | None:
    """The account that this entry of the roll turned out to be, if it is anybody's yet."""
    normal = normal_number(number)
    if not is_number(normal):
        return None
    entry = (RollEntry.source == source, RollEntry.number_hash.in_(number_hashes(source, normal)))
    return db.session.scalar(select(RollEntry.member_id).where(*entry))


def admit_by_number(member_id: int, source: str, number: str) -> bool:
    """Make a pending account the member whose entry this is; False where it is another's, gone, or not there."""
    normal = normal_number(number)
    standing = db.session.scalar(select(Member.standing).where(Member.id == member_id).with_for_update())
    if not is_number(normal) or standing is None or not is_outside(standing):
        return False
    holds = (RollEntry.number_hash.in_(number_hashes(source, normal)), RollEntry.gone_at.is_(None))
    entry_id = db.session.scalar(select(RollEntry.id).where(RollEntry.source == source, *holds))
    entry = take_entry(entry_id, member_id)
    if entry is None:
        return False
    waiting = (Claim.member_id == member_id, Claim.decided_at.is_(None))
    db.session.execute(update(Claim).where(*waiting).values(decided_at=now(), code_hash=None))
    record("claim.vouched", actor=member_id, subject=member_id, note=source)
    make_member(member_id, entry, _("The union’s own sign-in showed your membership number."), actor=None)
    return True
