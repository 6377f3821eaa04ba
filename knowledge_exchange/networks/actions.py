"""Making networks, coming into them and leaving them. Nothing here commits."""

from __future__ import annotations

import re

from sqlalchemy import and_, delete, literal, or_, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import UtcDateTime, db, insert_of_dialect
from knowledge_exchange.networks.models import (
    KINDS,
    ROLES,
    VISIBILITIES,
    JoinRequest,
    Network,
    NetworkInvitation,
    NetworkMembership,
)
from knowledge_exchange.notifications.actions import forget_network

#: Beside their region's, everybody active belongs to these.
EVERYBODYS = ("national", "ask-an-officer")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_SLUG = 60


def create_network(
    slug: str,
    name: str,
    *,
    kind: str,
    visibility: str,
    description: str = "",
    actor: int | None = None,
) -> Network:
    """Make a network; ``actor`` is None for the command line.

    Raises ``ValueError`` for a slug that can't stand in an address, or an unknown kind or
    visibility.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > MAX_SLUG:
        raise ValueError(f"slug {slug!r}: small letters, digits and single hyphens only")
    if kind not in KINDS or visibility not in VISIBILITIES:
        raise ValueError(f"no such kind or visibility: {kind!r}, {visibility!r}")
    network = Network(slug=slug, name=name, description=description, kind=kind, visibility=visibility)
    db.session.add(network)
    db.session.flush()
    record("network.created", actor=actor, note=slug)
    return network


def add_member(member_id: int, network_id: int, *, origin: str = "joined", role: str = "member") -> bool:
    """Put somebody in, once; False if they were in already (their role then stays as it was)."""
    values = {
        "member_id": member_id,
        "network_id": network_id,
        "origin": origin,
        "role": role,
        "joined_at": now(),
    }
    statement = insert_of_dialect(NetworkMembership).values(**values).on_conflict_do_nothing()
    fresh = db.session.execute(statement.returning(NetworkMembership.member_id)).first()
    _settle_waiting([network_id], member_id)
    return fresh is not None


def join_automatically(member_id: int) -> None:
    """Put a member into their region's network and those of everybody; once, in one statement.

    A region without a network of its own is no fault: it may be set up later.
    """
    region = select(Member.region).where(Member.id == member_id).scalar_subquery()
    regional = and_(Network.kind == "regional", Network.slug == region)
    where = or_(regional, Network.slug.in_(EVERYBODYS))
    wanted = select(
        literal(member_id),
        Network.id,
        literal("member"),
        literal("automatic"),
        literal(now(), UtcDateTime()),
    ).where(where)
    columns = ["member_id", "network_id", "role", "origin", "joined_at"]
    statement = insert_of_dialect(NetworkMembership).from_select(columns, wanted).on_conflict_do_nothing()
    db.session.execute(statement)
    ids = db.session.scalars(select(Network.id).where(where)).all()
    _settle_waiting(list(ids), member_id)


def leave(member_id: int, network_id: int) -> bool:
    """Take somebody out at their own wish, with what they were told there; False if they were not in."""
    mine = (
        NetworkMembership.member_id == member_id,
        NetworkMembership.network_id == network_id,
    )
    gone = delete(NetworkMembership).where(*mine).returning(NetworkMembership.member_id)
    if db.session.execute(gone).first() is None:
        return False
    forget_network(member_id, network_id)
    visibility = select(Network.visibility).where(Network.id == network_id)
    if db.session.scalar(visibility) != "open":
        hooks.call("network_left", member_id, network_id)
    return True


def remove_member(member_id: int, network_id: int, *, actor: int | None, reason: str) -> bool:
    """Take somebody out for a reason, on the record; False if they were not in."""
    if not leave(member_id, network_id):
        return False
    record("network.member_removed", actor=actor, subject=member_id, note=f"{network_id}: {reason}")
    return True


def set_role(member_id: int, network_id: int, role: str, *, actor: int | None = None) -> None:
    """Make somebody a moderator of a network, or a plain member again.

    Who was not in comes in by it. Raises ``ValueError`` for an unknown role.
    """
    if role not in ROLES:
        raise ValueError(f"no such role in a network: {role!r}")
    if not add_member(member_id, network_id, role=role):
        mine = (
            NetworkMembership.member_id == member_id,
            NetworkMembership.network_id == network_id,
        )
        db.session.execute(update(NetworkMembership).where(*mine).values(role=role))
    record(f"network.role.{role}", actor=actor, subject=member_id, note=str(network_id))


def _settle_waiting(network_ids: list[int], member_id: int) -> None:
    """Whoever is in has nothing left to ask for and nothing to answer."""
    db.session.execute(
        update(JoinRequest)
        .where(
            JoinRequest.member_id == member_id,
            JoinRequest.network_id.in_(network_ids),
            JoinRequest.decided_at.is_(None),
        )
        .values(decided_at=now(), accepted=True)
    )
    db.session.execute(
        update(NetworkInvitation)
        .where(
            NetworkInvitation.member_id == member_id,
            NetworkInvitation.network_id.in_(network_ids),
            NetworkInvitation.answered_at.is_(None),
        )
        .values(answered_at=now(), accepted=True)
    )
