"""A member's part of what the exchange holds about them: their networks, wishes and invitations."""

from __future__ import annotations

from sqlalchemy import select

from knowledge_exchange.auth.own_data import Rows, columns_of, rows_of
from knowledge_exchange.core.db import db
from knowledge_exchange.networks.models import JoinRequest, LinkManager, Network, NetworkInvitation, NetworkMembership
from knowledge_exchange.notifications.models import NetworkLevel


def networks_of(member_id: int) -> Rows:
    """Where they belong, as what, and since when."""
    place = (NetworkMembership.role, NetworkMembership.is_lead, NetworkMembership.origin, NetworkMembership.joined_at)
    query = select(Network.slug, *place).join(Network, Network.id == NetworkMembership.network_id)
    return rows_of(query.where(NetworkMembership.member_id == member_id).order_by(Network.slug))


def requests_of(member_id: int) -> Rows:
    """Where they asked to join, and what came of it."""
    columns = (Network.slug, JoinRequest.note, JoinRequest.asked_at, JoinRequest.accepted, JoinRequest.reason)
    query = select(*columns).join(Network, Network.id == JoinRequest.network_id)
    return rows_of(query.where(JoinRequest.member_id == member_id).order_by(JoinRequest.id))


def invitations_of(member_id: int) -> Rows:
    """Where they were invited."""
    columns = (Network.slug, NetworkInvitation.invited_at, NetworkInvitation.accepted)
    query = select(*columns).join(Network, Network.id == NetworkInvitation.network_id)
    return rows_of(query.where(NetworkInvitation.member_id == member_id).order_by(NetworkInvitation.id))


def levels_of(member_id: int) -> Rows:
    """How loud they chose networks to be, and up to where they marked them read."""
    query = select(Network.slug, NetworkLevel.level, NetworkLevel.read_up_to)
    query = query.join(Network, Network.id == NetworkLevel.network_id)
    return rows_of(query.where(NetworkLevel.member_id == member_id).order_by(Network.slug))


def link_manager_of(member_id: int) -> Rows:
    """Where they were asked to be link manager, and what came of it. Who asked is the union's to answer for."""
    query = select(LinkManager).where(LinkManager.member_id == member_id).order_by(LinkManager.id)
    return [columns_of(row, without=("appointed_by",)) for row in db.session.scalars(query)]
