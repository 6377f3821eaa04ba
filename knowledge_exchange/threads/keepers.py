"""Who may act on a thread as one of its keepers: the one answer, for whatever asks a moderator to look at something.

The moderators of its network, and where none of them may see it, officers, and last administrators; of each those
alone who may see it. Whom it is hidden from is passed by, whatever their office, and so is its author where it is
hidden from their colleagues: of all the keepers there they alone would be asked.
"""

from __future__ import annotations

from sqlalchemy import Select, and_, case, exists, func, select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.models import Member
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.networks.queries import readable_by
from knowledge_exchange.networks.shield import thread_told_to
from knowledge_exchange.threads.models import Thread

_Keeper = aliased(Member)
_Duty = aliased(NetworkMembership)
_MODERATOR, _OFFICER, _ADMINISTRATOR = 1, 2, 3


def keepers_of(thread_id: int) -> Select[int]:
    """The ids of active members who may act on a thread."""
    may = _candidates(thread_id).subquery()
    nearest = select(func.min(may.c.turn)).scalar_subquery()
    return select(may.c.id).where(may.c.turn == nearest)


def _candidates(thread_id: int) -> Select[int, int]:
    """Everybody who might, with the number of their turn."""
    moderates = exists().where(_Duty.member_id == _Keeper.id, _Duty.network_id == Network.id, _Duty.role == "moderator")
    turn = case(
        (moderates.correlate_except(_Duty), _MODERATOR),
        (_Keeper.role == "officer", _OFFICER),
        (_Keeper.role == "administrator", _ADMINISTRATOR),
    )
    may_see = and_(readable_by(_Keeper.id), thread_told_to(Thread.id, _Keeper.id, Thread.is_shielded))
    return (
        select(_Keeper.id, turn.label("turn"))
        .select_from(Thread)
        .join(Network, Network.id == Thread.network_id)
        .join(_Keeper, and_(_Keeper.standing == "active", turn.is_not(None)))
        .where(Thread.id == thread_id, Thread.deleted_at.is_(None), may_see)
    )
