"""What members' levels became, and when: written beside every change, for the ledger alone.

Rows are only added. Places made before this was kept, or by a seed, have none; then the level of today holds.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, insert, select

from knowledge_exchange.core.clock import start_of_day
from knowledge_exchange.core.db import db, table_of
from knowledge_exchange.core.ids import new_id, new_ids
from knowledge_exchange.core.reads import Write
from knowledge_exchange.notifications.models import LevelChange

_NOTE = Write(insert(table_of(LevelChange)))


def note_thread_level(member_id: int, thread_id: int, level: str, *, chosen: bool) -> None:
    """A member's level in a thread is this from now on; ``chosen``: they said so themselves."""
    _NOTE.run(id=new_id(), member_id=member_id, thread_id=thread_id, level=level, chosen=chosen)


def note_thread_levels(levels: Mapping[int, str], thread_id: int) -> None:
    """Likewise of many members at once, raised for them, by one statement."""
    ids = new_ids(len(levels))
    about = {"thread_id": thread_id, "chosen": False}
    _NOTE.many(
        [
            {"id": id_, "member_id": who, "level": levels[who], **about}
            for id_, who in zip(ids, sorted(levels), strict=True)
        ]
    )


def note_network_level(member_id: int, network_id: int, level: str, *, chosen: bool) -> None:
    """Likewise in a network. Not chosen: they left it, and what they had been told there went along."""
    _NOTE.run(id=new_id(), member_id=member_id, network_id=network_id, level=level, chosen=chosen)


def note_left(member_id: int, network_id: int, *, apart_from_act: bool) -> None:
    """They left a network. ``apart_from_act``: the id says the day, and that it came after their other steps there."""
    if not apart_from_act:
        note_network_level(member_id, network_id, "normal", chosen=False)
        return
    theirs = (LevelChange.member_id == member_id, LevelChange.network_id == network_id)
    latest = db.session.scalar(select(func.max(LevelChange.id)).where(*theirs)) or 0
    id_ = max(new_id(start_of_day()), latest + 1)
    _NOTE.run(id=id_, member_id=member_id, network_id=network_id, level="normal", chosen=False)
