"""What a network's moderators chose for its care. Without a row, the defaults. Nothing here commits."""

from __future__ import annotations

from sqlalchemy import select, update

from knowledge_exchange.core.db import db, insert_or_ignore, table_of
from knowledge_exchange.networks.care_models import NetworkCare
from knowledge_exchange.networks.models import Network

#: Months, where nobody chose.
STALE_MONTHS = 18


def take_turn(network_id: int) -> None:
    """Wait until nobody else changes a network's lists (tags, collections, pins), and keep others waiting likewise."""
    db.session.execute(select(Network.id).where(Network.id == network_id).with_for_update(key_share=True))


def stale_months(network_id: int) -> int:
    """After how many months accepted answers are asked about; 0: never."""
    found = db.session.scalar(select(NetworkCare.stale_months).where(NetworkCare.network_id == network_id))
    return STALE_MONTHS if found is None else found


def set_stale_months(network_id: int, months: int) -> None:
    """Choose it."""
    defaults = {"hold_first": False, "hold_links": False, "watched_words": "", "stale_months": STALE_MONTHS}
    insert_or_ignore(NetworkCare, {"network_id": network_id, **defaults})
    here = update(table_of(NetworkCare)).where(NetworkCare.network_id == network_id)
    db.session.execute(here.values(stale_months=months))
