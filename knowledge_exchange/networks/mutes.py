"""Who may read in a network and not write there, until a midnight. Nothing here commits.

What is kept tells the day on which it began, and no more: one that is aimed at a pseudonym must not be laid beside
whom it met (as with ``removals.py``). Reads of threads and networks bring ``muted_until`` with them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from sqlalchemy import delete, select

from knowledge_exchange.auth.own_data import Rows, rows_of
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, insert_of_dialect
from knowledge_exchange.networks.care_models import NetworkMute
from knowledge_exchange.networks.models import Network


def mute(member_id: int, network_id: int, until: date, cause: str) -> None:
    """Let somebody read only until that day begins; in place of what held there before."""
    moment = datetime.combine(until, time(), UTC)
    insert = insert_of_dialect(NetworkMute).values(
        member_id=member_id, network_id=network_id, muted_on=now().date(), until=moment, cause=cause
    )
    key = [NetworkMute.member_id, NetworkMute.network_id]
    db.session.execute(insert.on_conflict_do_update(index_elements=key, set_={"until": moment, "cause": cause}))


def unmute(member_id: int, network_id: int) -> None:
    """Let them write again; nothing for who may."""
    mine = (NetworkMute.member_id == member_id, NetworkMute.network_id == network_id)
    db.session.execute(delete(NetworkMute).where(*mine))


def own_mutes(member_id: int) -> Rows:
    """A member's part of what the exchange holds about them."""
    columns = (Network.slug, NetworkMute.muted_on, NetworkMute.until, NetworkMute.cause)
    query = select(*columns).join(Network, Network.id == NetworkMute.network_id)
    return rows_of(query.where(NetworkMute.member_id == member_id).order_by(Network.slug))
