"""Changing somebody's standing by hand, on a page or by command, with all that hangs on it. Nothing here commits."""

from __future__ import annotations

from sqlalchemy import select

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.models import StandingChange
from knowledge_exchange.core.db import db
from knowledge_exchange.networks.actions import join_automatically
from knowledge_exchange.verification.rolls import leaving


class OnARoll(Exception):
    """A roll has this member: their membership can't be ended against it, it would open again at once."""


def change_by_hand(member_id: int, after: str, cause: str, actor_id: int | None) -> bool:
    """Move somebody to another standing; False when they are there already.

    Who is let in again comes into their networks, and where no roll has them, has the whole grace to put that
    right. Who goes back to ``pending`` can claim their entry again. Raises :class:`OnARoll`,
    :class:`auth.standing.Impossible`, and ``ValueError`` for a standing that does not exist.
    """
    if after == "lapsed" and leaving.is_on_a_roll(member_id):
        raise OnARoll
    if not change_standing(member_id, after, cause, actor_id):
        return False
    if after == "active":
        join_automatically(member_id)
        leaving.begin_grace_again(member_id)
    elif after == "pending":
        leaving.free_entries(member_id)
    return True


def end_suspension(member_id: int, cause: str, actor_id: int | None) -> bool:
    """Let somebody stand as before their suspension; False when they are active already.

    Who had not shown their membership has not shown it now, and who had lapsed is let in only if a roll has them.
    Raises :class:`auth.standing.Impossible`.
    """
    return change_by_hand(member_id, standing_before_suspension(member_id), cause, actor_id)


def standing_before_suspension(member_id: int) -> str:
    """What the latest suspension of this member ended; ``active`` where that is to be again, or none is known."""
    steps = select(StandingChange.before).where(
        StandingChange.member_id == member_id, StandingChange.after == "suspended"
    )
    before = db.session.scalar(steps.order_by(StandingChange.id.desc()).limit(1))
    if before == "pending" or (before == "lapsed" and not leaving.is_on_a_roll(member_id)):
        return before
    return "active"
