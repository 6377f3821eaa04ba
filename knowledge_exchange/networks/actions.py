"""Making networks, coming into them and leaving them. Nothing here commits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlalchemy import delete, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, insert_of_dialect
from knowledge_exchange.networks import automatic, removals
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
from knowledge_exchange.realtime.push import tell_queue

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
MAX_SLUG = 60
#: The way into a network (``origin``) that nobody else has a hand in.
BY_THEMSELVES = "joined"


def create_network(
    slug: str,
    name: str,
    *,
    kind: str,
    visibility: str,
    description: str = "",
    organisation_code: str | None = None,
    actor: int | None = None,
) -> Network:
    """Make a network, with nobody in it; ``actor`` is None for the command line.

    ``organisation_code``: whose people join it by themselves. Who is a member already is put in by
    :func:`automatic.join_of_network`.

    Raises ``ValueError`` for a slug that can't stand in an address, or an unknown kind or
    visibility.
    """
    if not _SLUG.fullmatch(slug) or len(slug) > MAX_SLUG:
        raise ValueError(f"slug {slug!r}: small letters, digits and single hyphens only")
    if kind not in KINDS or visibility not in VISIBILITIES:
        raise ValueError(f"no such kind or visibility: {kind!r}, {visibility!r}")
    facts = {"description": description, "kind": kind, "visibility": visibility}
    network = Network(slug=slug, name=name, organisation_code=organisation_code, **facts)
    db.session.add(network)
    db.session.flush()
    record("network.created", actor=actor, note=slug)
    return network


def add_member(member_id: int, network_id: int, *, origin: str = BY_THEMSELVES, role: str = "member") -> bool:
    """Put somebody in, once; False if they were in already (their role then stays as it was).

    Whoever was removed does not come back by themselves (``joined``: then False, too); any other way lifts that.
    """
    if origin == BY_THEMSELVES and removals.is_removed(member_id, network_id):
        return False
    removals.lift(member_id, network_id)
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
    """Put a member where their category, region and organisation want them; see :mod:`networks.automatic`.

    A region without a network of its own is no fault: it may be set up later.
    """
    automatic.join_of_members([member_id])


def leave(member_id: int, network_id: int, *, apart_from_act: bool = False) -> bool:
    """Take somebody out at their own wish, with what they were told there; False if they were not in.

    ``apart_from_act``: no row tells when, but for the day; for a removal that is aimed at a pseudonym.
    """
    mine = (
        NetworkMembership.member_id == member_id,
        NetworkMembership.network_id == network_id,
    )
    role = db.session.scalar(delete(NetworkMembership).where(*mine).returning(NetworkMembership.role))
    if role is None:
        return False
    if role == "moderator" and not apart_from_act:
        tell_queue([member_id])
    forget_network(member_id, network_id, apart_from_act=apart_from_act)
    visibility = select(Network.visibility).where(Network.id == network_id)
    if db.session.scalar(visibility) != "open":
        hooks.call("network_removed" if apart_from_act else "network_left", member_id, network_id)
    return True


def remove_member(member_id: int, network_id: int, *, actor: int | None, reason: str) -> bool:
    """Take somebody out for a reason, on the record; False if they were not in."""
    if not leave(member_id, network_id):
        return False
    record("network.member_removed", actor=actor, subject=member_id, note=f"{network_id}: {reason}")
    return True


def keep_out(member_id: int, network_id: int, cause: str) -> None:
    """Take somebody out, and keep them from coming back by themselves (``removals.py``); whether they were in or not.

    Nothing goes on record: whoever asks for it says what is to stand there. What is written tells the day, no more.
    """
    leave(member_id, network_id, apart_from_act=True)
    removals.note(member_id, network_id, cause)


def set_role(member_id: int, network_id: int, role: str, *, actor: int | None = None) -> None:
    """Make somebody a moderator of a network, or a plain member again.

    Who was not in comes in by it. Raises ``ValueError`` for an unknown role.
    """
    if role not in ROLES:
        raise ValueError(f"no such role in a network: {role!r}")
    removals.lift(member_id, network_id)
    if not add_member(member_id, network_id, role=role):
        mine = (
            NetworkMembership.member_id == member_id,
            NetworkMembership.network_id == network_id,
        )
        values = {"role": role} if role == "moderator" else {"role": role, "is_lead": False}
        db.session.execute(update(NetworkMembership).where(*mine).values(**values))
    tell_queue([member_id])
    record(f"network.role.{role}", actor=actor, subject=member_id, note=str(network_id))


def moderator_ids(network_id: int) -> Sequence[int]:
    """The active members who moderate a network."""
    where = (
        NetworkMembership.network_id == network_id,
        NetworkMembership.role == "moderator",
        Member.standing == "active",
    )
    query = select(Member.id).join(NetworkMembership, NetworkMembership.member_id == Member.id)
    return db.session.scalars(query.where(*where)).all()


def _settle_waiting(network_ids: list[int], member_id: int) -> None:
    """Whoever is in has nothing left to ask for and nothing to answer."""
    asked = (
        JoinRequest.member_id == member_id,
        JoinRequest.network_id.in_(network_ids),
        JoinRequest.decided_at.is_(None),
    )
    settled = update(JoinRequest).where(*asked).values(decided_at=now(), accepted=True)
    for network_id in db.session.scalars(settled.returning(JoinRequest.network_id)).all():
        tell_queue(moderator_ids(network_id))
    db.session.execute(
        update(NetworkInvitation)
        .where(
            NetworkInvitation.member_id == member_id,
            NetworkInvitation.network_id.in_(network_ids),
            NetworkInvitation.answered_at.is_(None),
        )
        .values(answered_at=now(), accepted=True)
    )
