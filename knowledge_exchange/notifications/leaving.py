"""Many members have left networks at once: what they were told there goes, by a few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select

from knowledge_exchange.core.db import db, table_of
from knowledge_exchange.core.ids import new_ids
from knowledge_exchange.core.reads import Write
from knowledge_exchange.notifications.models import LevelChange, NetworkLevel, Notification
from knowledge_exchange.realtime import push

#: Members of one statement.
_CHUNK = 2000
_NOTE = Write(insert(table_of(LevelChange)))


def forget_networks(left: Mapping[int, Sequence[int]]) -> None:
    """Networks and who has left each: see :func:`notifications.actions.forget_network`, which does it for one."""
    counted: set[int] = set()
    for network_id, members in left.items():
        for begin in range(0, len(members), _CHUNK):
            counted |= _forget(network_id, members[begin : begin + _CHUNK])
    if counted:
        push.tell_counts(sorted(counted))


def _forget(network_id: int, members: Sequence[int]) -> set[int]:
    """Those whose badge may show another number now: who was told of the network itself, or of a thread in it."""
    levels, notices = table_of(NetworkLevel).c, table_of(Notification).c
    named = select(notices.member_id).where(notices.network_id == network_id, notices.member_id.in_(members))
    counted = set(db.session.scalars(named.distinct()))
    chosen = (levels.network_id == network_id, levels.member_id.in_(members))
    gone = delete(table_of(NetworkLevel)).where(*chosen).returning(levels.member_id, levels.level)
    noted = {row.member_id for row in db.session.execute(gone) if row.level != "normal"}
    told = (notices.network_id == network_id, notices.member_id.in_(members), notices.thread_id.is_not(None))
    gone = delete(table_of(Notification)).where(*told).returning(notices.member_id)
    noted.update(db.session.scalars(gone))
    of_network = {"network_id": network_id, "level": "normal", "chosen": False}
    ids = new_ids(len(noted))
    _NOTE.many([{"id": id_, "member_id": who, **of_network} for id_, who in zip(ids, sorted(noted), strict=True)])
    return counted
