"""Named reads of sanctions: whom one would meet, what was imposed on somebody, and what holds in a network."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, and_, exists, literal, or_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.own_data import Rows, rows_of
from knowledge_exchange.core.db import AnyRow, AnySelect, Id, db
from knowledge_exchange.moderation.acts.act_models import ModerationAct, Sanction
from knowledge_exchange.moderation.sanctions.sanction_policy import Target
from knowledge_exchange.networks.models import Network, NetworkMembership, NetworkRemoval
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.models import Thread

#: Sanctions of one member that their own page shows; of a network, that its moderators see.
MOST_SHOWN = 50


def target_of(participant_id: int | None, network_id: int) -> Target | None:
    """Whoever wrote as that participant under their name; None of imported words and of pseudonyms."""
    there = and_(NetworkMembership.member_id == Member.id, NetworkMembership.network_id == network_id)
    columns = (Member.id, Member.role, Member.standing, NetworkMembership.role.label("there"))
    query = select(*columns, NetworkMembership.is_lead).select_from(Participant)
    query = query.join(Member, Member.id == Participant.member_id).outerjoin(NetworkMembership, there)
    row = db.session.execute(query.where(Participant.id == participant_id)).first()
    return None if row is None else Target(row.id, row.role, row.standing, row.there, bool(row.is_lead))


def _sanctions() -> AnySelect:
    columns = (
        Sanction.id,
        Sanction.member_id,
        Sanction.kind,
        Sanction.network_id,
        Sanction.cause,
        Sanction.rule,
        Sanction.reason,
        Sanction.actor_id,
        Sanction.since,
        Sanction.ends_on,
        Sanction.ended_on,
        Sanction.ended_cause,
        Network.name.label("network"),
        ModerationAct.id.label("act_id"),
        ModerationAct.thread_id,
        ModerationAct.post_id,
        ModerationAct.acted_as,
    )
    query = select(*columns).outerjoin(Network, Network.id == Sanction.network_id)
    return query.outerjoin(ModerationAct, ModerationAct.sanction_id == Sanction.id)


def sanctions_of(member_id: int) -> Sequence[AnyRow]:
    """What was imposed on somebody, the latest first: what holds and what is over."""
    query = _sanctions().where(Sanction.member_id == member_id)
    return db.session.execute(query.order_by(Sanction.id.desc()).limit(MOST_SHOWN)).all()


def sanction_by_id(sanction_id: int | None) -> AnyRow | None:
    """One, whosever it is; whose it is to see is asked by the caller."""
    return db.session.execute(_sanctions().where(Sanction.id == sanction_id)).first()


def in_force(me: Me, network_id: int) -> Sequence[AnyRow]:
    """Mutes and removals that hold in a network and were imposed under somebody's name, the latest first.

    What was aimed through a pseudonym is in nobody's list: it would say whom it met. What was imposed over a post in a
    hidden thread is not there for those from whom that is hidden.
    """
    query = _sanctions().join(Member, Member.id == Sanction.member_id).add_columns(Member.name.label("member"))
    query = query.outerjoin(Thread, Thread.id == ModerationAct.thread_id)
    holds = (Sanction.network_id == network_id, Sanction.ended_on.is_(None), Sanction.kind != "warning")
    may_see = or_(Thread.id.is_(None), thread_open_to(Thread.id, literal(me.id, Id), Thread.is_shielded))
    known = query.where(*holds, ModerationAct.id.is_not(None), may_see)
    return db.session.execute(known.order_by(Sanction.id.desc()).limit(MOST_SHOWN)).all()


def older_removals(member_id: int) -> Sequence[AnyRow]:
    """Where somebody was removed before there were sanctions: network, day, cause; the latest first."""
    told = exists().where(
        Sanction.member_id == NetworkRemoval.member_id,
        Sanction.network_id == NetworkRemoval.network_id,
        Sanction.kind == "removal",
        Sanction.ended_on.is_(None),
    )
    columns = (Network.name, NetworkRemoval.removed_on, NetworkRemoval.cause)
    query = select(*columns).join(Network, Network.id == NetworkRemoval.network_id)
    mine = query.where(NetworkRemoval.member_id == member_id, ~told)
    return db.session.execute(mine.order_by(NetworkRemoval.removed_on.desc())).all()


def over_elsewhere() -> Select[int]:
    """The ids of sanctions that another way has ended: the membership office, or being let in again."""
    out = exists().where(
        NetworkRemoval.member_id == Sanction.member_id, NetworkRemoval.network_id == Sanction.network_id
    )
    free = exists().where(Member.id == Sanction.member_id, Member.standing != "suspended")
    ended = or_(
        and_(Sanction.kind == "removal", ~out.correlate(Sanction)),
        and_(Sanction.kind == "suspension", free.correlate(Sanction)),
    )
    return select(Sanction.id).where(Sanction.ended_on.is_(None), ended).order_by(Sanction.id)


def own_sanctions(member_id: int) -> Rows:
    """A member's part of what the exchange holds about them; who imposed it is the union's to answer for."""
    columns = (Sanction.kind, Network.slug, Sanction.cause, Sanction.rule, Sanction.reason, Sanction.since)
    times = (Sanction.ends_on, Sanction.ended_on, Sanction.ended_cause)
    query = select(*columns, *times).outerjoin(Network, Network.id == Sanction.network_id)
    return rows_of(query.where(Sanction.member_id == member_id).order_by(Sanction.id))
