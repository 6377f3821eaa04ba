"""Members whose roll says another region or organisation than before: they move, networks and all."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import and_, or_, select, update

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.networks.actions import join_automatically, leave
from knowledge_exchange.networks.models import Network, NetworkMembership, Organisation
from knowledge_exchange.verification.models import RollEntry, RollRow


def find(import_id: int) -> Sequence[AnyRow]:
    """Members of whom a row says another region, organisation or category than their entry does until now.

    An empty cell says nothing.
    """
    region = and_(RollRow.region != "", RollRow.region != RollEntry.region)
    organisation = and_(RollRow.ods_code != "", RollRow.ods_code != RollEntry.ods_code)
    category = RollRow.category != RollEntry.category
    query = (
        select(RollEntry.member_id, RollRow.region, Organisation.code, RollRow.category)
        .join(RollRow, and_(RollRow.import_id == import_id, RollRow.entry_id == RollEntry.id))
        .outerjoin(Organisation, Organisation.code == RollRow.ods_code)
        .where(RollRow.step == "changed", RollEntry.member_id.is_not(None), or_(region, organisation, category))
    )
    return db.session.execute(query).all()


def run(members: Sequence[AnyRow]) -> None:
    """Move them; in the unit of work of the import."""
    for row in members:
        said = {"region": row.region, "organisation_code": row.code, "category": row.category}
        known = {name: value for name, value in said.items() if value}
        db.session.execute(update(Member).where(Member.id == row.member_id).values(known))
        _change_region(row.member_id)


def _change_region(member_id: int) -> None:
    """Out of the regional networks that the roll put them into once, into the one where it has them now."""
    member = db.session.execute(select(Member.region, Member.standing).where(Member.id == member_id)).one()
    if member.standing != "active" or not member.region:
        return
    others = (
        select(Network.id)
        .join(NetworkMembership, NetworkMembership.network_id == Network.id)
        .where(NetworkMembership.member_id == member_id, NetworkMembership.origin == "automatic")
        .where(Network.kind == "regional", Network.slug != member.region)
    )
    for network_id in db.session.scalars(others).all():
        leave(member_id, network_id)
    join_automatically(member_id)
