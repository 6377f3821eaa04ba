"""Held posts as cases: a hook opens one, another ends it where the author takes the post back. Nothing here commits."""

from __future__ import annotations

from sqlalchemy import select, update

from knowledge_exchange.core.db import db
from knowledge_exchange.moderation.cases import cases
from knowledge_exchange.moderation.cases.case_models import ModerationCase

#: The decision that its author made.
TAKEN_BACK = "taken_back"


def post_held(held_id: int, network_id: int, thread_id: int | None) -> None:
    """A post is held: its network's moderators are told (hook)."""
    cases.open_case("held", network_id=network_id, thread_id=thread_id, held_id=held_id)


def held_taken_back(held_id: int) -> None:
    """Its author has taken it back: nothing is left to decide, and no case leads to it (hook)."""
    for case_id in db.session.scalars(select(ModerationCase.id).where(ModerationCase.held_id == held_id)).all():
        cases.close_case(None, case_id, TAKEN_BACK)
        part_from(case_id)


def part_from(case_id: int) -> None:
    """The held post goes and the case stays: its row leads nowhere from now on."""
    db.session.execute(update(ModerationCase).where(ModerationCase.id == case_id).values(held_id=None))
