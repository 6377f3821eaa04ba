"""What the tests of pages share: the writes that there are, and who is where."""

from __future__ import annotations

import re

from sqlalchemy import func, select

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.models import JoinRequest, Network, NetworkInvitation, NetworkMembership
from tests.support.persons import Person

Networks = dict[str, int]

WRITES = [
    ("/n/{}/join", {}),
    ("/n/{}/leave", {}),
    ("/n/{}/ask", {"note": "Please."}),
    ("/n/{}/invitations", {"who": "ann.member@people.example"}),
    ("/n/{}/requests/1", {"decision": "accept"}),
]


def inside(member_id: int) -> set[str]:
    query = select(Network.slug).join(NetworkMembership, NetworkMembership.network_id == Network.id)
    return set(db.session.scalars(query.where(NetworkMembership.member_id == member_id)))


def ask(who: Person, slug: str = "board-directors", note: str = "I chair one.") -> str:
    assert who.post(f"/n/{slug}/ask", note=note).status_code == 303
    return str(db.session.scalar(select(func.max(JoinRequest.id))))


def invited(who: Person, networks: Networks, slug: str = "north-west-reps") -> str:
    with unit_of_work():
        db.session.add(NetworkInvitation(network_id=networks[slug], member_id=who.id))
    return str(db.session.scalar(select(func.max(NetworkInvitation.id))))


def lasting(page: str) -> str:
    """The page without tokens and the cursor, which differ each time."""
    plain = re.sub(r"\d{15,}", "", page)
    return "\n".join(line for line in plain.splitlines() if "csrf" not in line)
