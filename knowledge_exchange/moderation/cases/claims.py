"""Who works on which item of the queue just now: others are told, and leave it alone. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, insert_of_dialect
from knowledge_exchange.moderation.cases.case_models import QueueClaim

#: So long an item is left to whoever took it up, unless they decide, move on, or somebody takes it over.
HELD_FOR = timedelta(minutes=10)


def take(me: Me, item: str, *, over: bool = False) -> bool:
    """Take an item up, and let go of any other; False where somebody else works on it (``over``: take it from them)."""
    moment = now()
    db.session.execute(delete(QueueClaim).where(QueueClaim.member_id == me.id, QueueClaim.item != item))
    values = {"member_id": me.id, "until": moment + HELD_FOR}
    free = None if over else (QueueClaim.member_id == me.id) | (QueueClaim.until <= moment)
    statement = insert_of_dialect(QueueClaim).values(item=item, **values)
    taken = statement.on_conflict_do_update(index_elements=["item"], set_=values, where=free)
    return db.session.execute(taken.returning(QueueClaim.item)).first() is not None


def held_by_others(me: Me, items: Collection[str]) -> frozenset[str]:
    """Which of these items somebody else works on. One statement."""
    if not items:
        return frozenset()
    others = (QueueClaim.item.in_(items), QueueClaim.member_id != me.id, QueueClaim.until > now())
    return frozenset(db.session.scalars(select(QueueClaim.item).where(*others)))


def drop(item: str) -> None:
    """Nobody works on it any more: it is decided. What ran out goes by the way."""
    db.session.execute(delete(QueueClaim).where((QueueClaim.item == item) | (QueueClaim.until <= now())))
