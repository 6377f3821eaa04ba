"""Named reads of networks. Who may see what is a condition in SQL, built here and nowhere else."""

from __future__ import annotations

from sqlalchemy import ColumnElement, exists, or_

from knowledge_exchange.networks.models import Network, NetworkMembership


def is_in(member_id: int) -> ColumnElement[bool]:
    """Condition on Network: this member belongs to it."""
    return exists().where(
        NetworkMembership.member_id == member_id, NetworkMembership.network_id == Network.id
    )


def readable_by(member_id: int) -> ColumnElement[bool]:
    """Condition on Network: this (active) member may read its threads."""
    return or_(Network.visibility == "open", is_in(member_id))


def visible_to(member_id: int) -> ColumnElement[bool]:
    """Condition on Network: this (active) member may know that it exists.

    Open and closed ones are listed; a private one exists only for those inside.
    """
    return or_(Network.visibility != "private", is_in(member_id))
