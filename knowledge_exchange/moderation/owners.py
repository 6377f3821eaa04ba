"""Whose a pseudonym is: the one way from a voice to a member in this room.

What it finds is used where it is asked, told to the second officer once, and kept nowhere.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db
from knowledge_exchange.networks.models import Organisation
from knowledge_exchange.notifications import sealed


class Owner(NamedTuple):
    """Who is behind a pseudonym."""

    id: int
    name: str
    role: str
    standing: str
    organisation_code: str | None
    organisation: str | None


def owners_of(place_ids: Collection[int]) -> dict[int, Owner]:
    """Whose these sealed places are; those of nobody any more are left out. Three statements."""
    whose = sealed.owners_of(list(place_ids))
    columns = (Member.id, Member.name, Member.role, Member.standing, Member.organisation_code)
    query = select(*columns, Organisation.name.label("organisation"))
    query = query.outerjoin(Organisation, Organisation.code == Member.organisation_code)
    rows = db.session.execute(query.where(Member.id.in_(set(whose.values())))) if whose else ()
    people = {row.id: Owner(*row) for row in rows}
    return {place_id: people[member_id] for place_id, member_id in whose.items() if member_id in people}


def owner_of(place_id: int) -> Owner | None:
    """Whose a sealed place is; None where it is nobody's any more."""
    return owners_of([place_id]).get(place_id)
