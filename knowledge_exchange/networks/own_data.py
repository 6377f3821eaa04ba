"""A member's part of what the exchange holds about them: their networks, wishes and invitations."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.networks.models import JoinRequest, Network, NetworkInvitation, NetworkMembership

Rows = list[dict[str, Any]]


def _rows(query: Any) -> Rows:
    return [dict(row._mapping) for row in db.session.execute(query)]


def networks_of(member_id: int) -> Rows:
    """Where they belong, and since when."""
    columns = (Network.slug, NetworkMembership.role, NetworkMembership.origin, NetworkMembership.joined_at)
    query = select(*columns).join(Network, Network.id == NetworkMembership.network_id)
    return _rows(query.where(NetworkMembership.member_id == member_id).order_by(Network.slug))


def requests_of(member_id: int) -> Rows:
    """Where they asked to join, and what came of it."""
    columns = (Network.slug, JoinRequest.note, JoinRequest.asked_at, JoinRequest.accepted, JoinRequest.reason)
    query = select(*columns).join(Network, Network.id == JoinRequest.network_id)
    return _rows(query.where(JoinRequest.member_id == member_id).order_by(JoinRequest.id))


def invitations_of(member_id: int) -> Rows:
    """Where they were invited."""
    columns = (Network.slug, NetworkInvitation.invited_at, NetworkInvitation.accepted)
    query = select(*columns).join(Network, Network.id == NetworkInvitation.network_id)
    return _rows(query.where(NetworkInvitation.member_id == member_id).order_by(NetworkInvitation.id))
