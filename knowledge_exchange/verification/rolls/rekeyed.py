"""Numbers whose hashes are being lifted to new keys: what one stored hash may be stored as elsewhere."""

from __future__ import annotations

from sqlalchemy import select

from knowledge_exchange.core import crypto
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.models import RollEntry


def hashes_alike(source: str, stored: str) -> list[str]:
    """All under which a roll may hold the number of that hash.

    Later generations are worked out. Earlier ones can't be: the roll's own are lifted and compared, which takes a
    tenth of a second for 50,000 entries, and only for the minute after a rotation are there any.
    """
    goal, later = crypto.generation_of(stored), crypto.every_lift(stored)
    if goal == 1:
        return later
    others = (RollEntry.source == source, RollEntry.number_hash.not_like(f"{goal}:%"))
    found = list(db.session.scalars(select(RollEntry.number_hash).where(*others)))
    behind = (hashed for hashed in found if crypto.generation_of(hashed) < goal)
    return [*later, *(hashed for hashed in behind if crypto.lift(hashed, goal) == stored)]


def has_others(source: str, keys: int) -> bool:
    """Whether some entry of that roll is hashed under another generation of keys: it can't be compared with a file."""
    other = RollEntry.number_hash.like("%:%") if keys == 1 else RollEntry.number_hash.not_like(f"{keys}:%")
    query = select(RollEntry.id).where(RollEntry.source == source, other).limit(1)
    return db.session.scalar(query) is not None
