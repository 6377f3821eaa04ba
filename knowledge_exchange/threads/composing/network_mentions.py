"""``@network``: a mention of everybody in a network, if they are few."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import db
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.networks.queries import is_in
from knowledge_exchange.threads.models import Thread

#: A network with more members is not told by naming it.
MOST_MENTIONED = 50


def mentioned_members(me: Me, words: Sequence[str], within: int | None = None) -> set[int]:
    """Members of the small networks among what is mentioned; of those alone that ``me`` belongs to.

    ``within``: the one network that counts, where ``me`` speaks under a pseudonym. Any other, once told, would say
    that its author belongs there.
    """
    found = _named(me, words, within)
    return {member_id for _name, members in found if len(members) <= MOST_MENTIONED for member_id in members}


def too_large(me: Me, words: Sequence[str]) -> list[str]:
    """Names of mentioned networks that are too large for anybody to be told."""
    return [name for name, members in _named(me, words) if len(members) > MOST_MENTIONED]


def elsewhere(me: Me, words: Sequence[str], thread_id: int) -> list[str]:
    """Names of the small networks among what is mentioned that are not the thread's own: a pseudonym tells none."""
    own = db.session.scalar(select(Thread.network_id).where(Thread.id == thread_id))
    inside = {name for name, _people in _named(me, words, own)}
    return [name for name, members in _named(me, words) if len(members) <= MOST_MENTIONED and name not in inside]


def _named(me: Me, words: Sequence[str], within: int | None = None) -> list[tuple[str, Sequence[int]]]:
    """Networks by name, each with its members, up to one more than may be told."""
    if not words:
        return []
    found = select(Network.id, Network.name).where(Network.slug.in_(words), is_in(me.id)).order_by(Network.name)
    if within is not None:
        found = found.where(Network.id == within)
    return [(row.name, _members(row.id)) for row in db.session.execute(found)]


def _members(network_id: int) -> Sequence[int]:
    query = select(NetworkMembership.member_id).where(NetworkMembership.network_id == network_id)
    return db.session.scalars(query.limit(MOST_MENTIONED + 1)).all()
