"""Who was removed from a network, and does not come back by themselves. Nothing here commits.

The day is all that is kept, and a word that says why: who removed them stands on record, and not beside their name.
Nor does any other row tell more than the day (``actions.keep_out``): sockets are put out by what stands here.
An invitation, or a moderator's decision on a request, lifts it (``actions.add_member``).
"""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import InstrumentedAttribute

from knowledge_exchange.auth.own_data import Rows, rows_of
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, insert_or_ignore
from knowledge_exchange.networks.models import Network, NetworkRemoval
from knowledge_exchange.networks.queries import network_readable

Column = ColumnElement[int] | InstrumentedAttribute[int]


def causes() -> dict[str, str]:
    """Why somebody may be removed, as whoever does it chooses and the member reads."""
    return {
        "people": _("A post attacked or mocked somebody."),
        "private": _("A post gave away what has to stay private: a patient, a colleague, or a thread of others."),
        "rules": _("A post broke the house rules in another way."),
        "again": _("Posts broke the house rules again and again."),
    }


def removed(member_id: Column, network_id: Column) -> ColumnElement[bool]:
    """Condition on any row that names both: that member was removed from that network."""
    where = (NetworkRemoval.member_id == member_id, NetworkRemoval.network_id == network_id)
    return exists().where(*where).correlate_except(NetworkRemoval)


def is_removed(member_id: int, network_id: int) -> bool:
    """Whether this member was removed from there."""
    mine = (NetworkRemoval.member_id == member_id, NetworkRemoval.network_id == network_id)
    return db.session.scalar(select(NetworkRemoval.member_id).where(*mine)) is not None


def removed_lately() -> list[tuple[int, int]]:
    """Who was removed from which network today or yesterday, and may not read it (hook)."""
    out = ~network_readable(NetworkRemoval.network_id.expression, NetworkRemoval.member_id.expression)
    query = select(NetworkRemoval.member_id, NetworkRemoval.network_id)
    since = now().date() - timedelta(days=1)
    found = db.session.execute(query.where(NetworkRemoval.removed_on >= since, out))
    return [(row.member_id, row.network_id) for row in found]


def note(member_id: int, network_id: int, cause: str) -> None:
    """Keep them from coming back by themselves from today on; who is kept out already stays so, as it was."""
    row = {"member_id": member_id, "network_id": network_id, "removed_on": now().date(), "cause": cause}
    insert_or_ignore(NetworkRemoval, row)


def lift(member_id: int, network_id: int) -> bool:
    """Let them come back; False if nothing kept them out."""
    mine = (NetworkRemoval.member_id == member_id, NetworkRemoval.network_id == network_id)
    gone = delete(NetworkRemoval).where(*mine).returning(NetworkRemoval.member_id)
    return db.session.execute(gone, execution_options={"synchronize_session": False}).first() is not None


def own_removals(member_id: int) -> Rows:
    """A member's part of what the exchange holds about them."""
    columns = (Network.slug, NetworkRemoval.removed_on, NetworkRemoval.cause)
    query = select(*columns).join(Network, Network.id == NetworkRemoval.network_id)
    return rows_of(query.where(NetworkRemoval.member_id == member_id).order_by(Network.slug))
