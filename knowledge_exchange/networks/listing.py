"""Lists around networks: mine, the others, who waits to come in. A fixed number of statements each."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ScalarSelect, and_, func, literal, select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.networks.models import JoinRequest, Network, NetworkInvitation, NetworkMembership
from knowledge_exchange.networks.queries import is_in, visible_to

#: Networks on a page of those that one is not in.
OTHERS_PAGE = 40
REQUESTS_PAGE = 20
#: People are counted no further: a list of networks costs the same with a million members.
COUNTED_MOST = 1000
_FEW = 20

_FACTS = (Network.id, Network.slug, Network.name, Network.description, Network.kind, Network.visibility)


def my_networks(me: Me) -> Sequence[AnyRow]:
    """Those that this member is in, by name, with their role."""
    query = (
        select(*_FACTS, NetworkMembership.role.label("my_role"), _size().label("size"))
        .join(NetworkMembership, NetworkMembership.network_id == Network.id)
        .where(NetworkMembership.member_id == me.id)
    )
    return db.session.execute(query.order_by(Network.name, Network.id)).all()


def my_network_ids(me: Me) -> list[int]:
    """Those that this member is in."""
    query = select(NetworkMembership.network_id).where(NetworkMembership.member_id == me.id)
    return list(db.session.scalars(query))


def other_networks(me: Me, after: str = "") -> Sequence[AnyRow]:
    """Those that this member may see and is not in, by slug; one more than a page, to tell whether there is another.

    ``after`` is the slug that the page before ended with.
    """
    mine = and_(JoinRequest.network_id == Network.id, JoinRequest.member_id == me.id, JoinRequest.decided_at.is_(None))
    query = (
        select(*_FACTS, JoinRequest.id.label("my_request_id"), literal(None).label("my_role"), _size().label("size"))
        .outerjoin(JoinRequest, mine)
        .where(visible_to(me.id), ~is_in(me.id), Network.slug > after)
    )
    return db.session.execute(query.order_by(Network.slug).limit(OTHERS_PAGE + 1)).all()


def _size() -> ScalarSelect[int]:
    """How many are in it, counted up to a bound."""
    counted = aliased(NetworkMembership)
    some = select(literal(1)).where(counted.network_id == Network.id).correlate(Network).limit(COUNTED_MOST)
    return select(func.count()).select_from(some.subquery()).scalar_subquery()


def rounded(size: int) -> int:
    """How many people a network has, told so that one coming or going can't be seen; 0 for only a few."""
    if size < _FEW:
        return 0
    step = 10 if size < 10 * _FEW else 100
    return size // step * step


def my_invitations(me: Me) -> Sequence[AnyRow]:
    """Invitations that wait for this member's answer, newest first."""
    query = (
        select(*_FACTS, NetworkInvitation.id.label("invitation_id"), NetworkInvitation.invited_at)
        .join(NetworkInvitation, NetworkInvitation.network_id == Network.id)
        .where(NetworkInvitation.member_id == me.id, NetworkInvitation.answered_at.is_(None))
    )
    return db.session.execute(query.order_by(NetworkInvitation.id.desc())).all()


def open_requests(network_id: int, after: int = 0) -> Sequence[AnyRow]:
    """Who asks to come in, oldest first; one more than a page. For the network's moderators alone."""
    query = (
        select(JoinRequest.id, JoinRequest.note, JoinRequest.asked_at, Member.name, Member.title)
        .join(Member, Member.id == JoinRequest.member_id)
        .where(
            JoinRequest.network_id == network_id,
            JoinRequest.decided_at.is_(None),
            JoinRequest.id > after,
            Member.standing == "active",
        )
    )
    return db.session.execute(query.order_by(JoinRequest.id).limit(REQUESTS_PAGE + 1)).all()


def moderators(network_id: int) -> Sequence[AnyRow]:
    """The network's moderators by name. Its other members are listed nowhere."""
    query = (
        select(Member.name, Member.title)
        .join(NetworkMembership, NetworkMembership.member_id == Member.id)
        .where(
            NetworkMembership.network_id == network_id,
            NetworkMembership.role == "moderator",
            Member.standing == "active",
        )
    )
    return db.session.execute(query.order_by(Member.name, Member.id)).all()
