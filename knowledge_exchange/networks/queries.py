"""Named reads of networks. Who may see what is a condition in SQL, built here and nowhere else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from sqlalchemy import ColumnElement, and_, bindparam, column, exists, or_, select, table
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, Id, IdColumn, db
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.care_models import Collection, NetworkMute, NetworkTag
from knowledge_exchange.networks.models import JoinRequest, Network, NetworkInvitation, NetworkMembership
from knowledge_exchange.notifications.models import NetworkLevel

#: A member's id, or a bound parameter or column that stands for one.
Whom = int | IdColumn


# Aliases of their own: in a statement that joins these tables too, the conditions must not take
# those for theirs. And correlated by word: left to itself SQLAlchemy looks one level up only, puts
# the member of two levels up into the inner FROM, and the condition holds for everybody.
_Inside = aliased(NetworkMembership)
_Named = aliased(Network)
_Invited = aliased(NetworkInvitation)


def is_in(member_id: Whom, network: type[Network] = Network) -> ColumnElement[bool]:
    """Condition on Network: this member belongs to it."""
    mine = (_Inside.member_id == member_id, _Inside.network_id == network.id)
    return exists().where(*mine).correlate_except(_Inside)


def moderates_some(member_id: Whom) -> ColumnElement[bool]:
    """Condition on any row that names a member: they moderate a network (hook)."""
    mine = (_Inside.member_id == member_id, _Inside.role == "moderator")
    return exists().where(*mine).correlate_except(_Inside)


def readable_by(member_id: Whom, network: type[Network] = Network) -> ColumnElement[bool]:
    """Condition on Network: this (active) member may read its threads."""
    return or_(network.visibility == "open", is_in(member_id, network))


def network_readable(network_id: ColumnElement[int], member_id: Whom) -> ColumnElement[bool]:
    """Condition on any row that names a network: that member may read it (hook)."""
    named = exists().where(_Named.id == network_id, readable_by(member_id, _Named))
    return named.correlate_except(_Named)


def visible_to(member_id: Whom, network: type[Network] = Network) -> ColumnElement[bool]:
    """Condition on Network: this (active) member may know that it exists.

    Open and closed ones are listed; a private one exists only for those inside.
    """
    return or_(network.visibility != "private", is_in(member_id, network))


def network_known(network_id: ColumnElement[int], member_id: Whom) -> ColumnElement[bool]:
    """Condition on any row that names a network: that member may know of it (hook).

    Whoever is invited may, as long as they have not answered.
    """
    waits = exists().where(
        _Invited.network_id == _Named.id, _Invited.member_id == member_id, _Invited.answered_at.is_(None)
    )
    invited = waits.correlate_except(_Invited)
    known = exists().where(_Named.id == network_id, or_(visible_to(member_id, _Named), invited))
    return known.correlate_except(_Named)


_me = bindparam("me", type_=Id)
# Of a room above this one: that there are none saves the page a look.
_Trace = table("thread_trace", column("network_id", Id))
_PAGE = Read(
    select(
        Network.id,
        Network.slug,
        Network.name,
        Network.description,
        Network.kind,
        Network.visibility,
        NetworkMembership.role.label("my_role"),
        NetworkMembership.is_lead.label("i_lead"),
        NetworkMute.until.label("muted_until"),
        JoinRequest.id.label("my_request_id"),
        readable_by(_me).label("may_read"),
        NetworkLevel.level,
        exists().where(NetworkTag.network_id == Network.id).label("has_tags"),
        exists().where(Collection.network_id == Network.id).label("has_collections"),
        exists().where(_Trace.c.network_id == Network.id).correlate_except(_Trace).label("has_traces"),
    )
    .outerjoin(NetworkLevel, and_(NetworkLevel.network_id == Network.id, NetworkLevel.member_id == _me))
    .outerjoin(NetworkMute, and_(NetworkMute.network_id == Network.id, NetworkMute.member_id == _me))
    .outerjoin(
        NetworkMembership,
        and_(NetworkMembership.network_id == Network.id, NetworkMembership.member_id == _me),
    )
    .outerjoin(
        JoinRequest,
        and_(
            JoinRequest.network_id == Network.id,
            JoinRequest.member_id == _me,
            JoinRequest.decided_at.is_(None),
        ),
    )
    .where(Network.slug == bindparam("slug"), visible_to(_me))
)


def network_page(me: Me, slug: str) -> AnyRow | None:
    """A network with this member's place in it, or None where it doesn't exist for them."""
    return cast("AnyRow | None", _PAGE.first(me=me.id, slug=slug))


def moderated_by(member_id: int) -> Sequence[AnyRow]:
    """Networks in which the member is a moderator, by name: slug and name."""
    query = (
        select(Network.slug, Network.name)
        .join(NetworkMembership, NetworkMembership.network_id == Network.id)
        .where(NetworkMembership.member_id == member_id, NetworkMembership.role == "moderator")
        .order_by(Network.name)
    )
    return db.session.execute(query).all()
