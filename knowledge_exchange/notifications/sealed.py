"""Sealed places: a pseudonym's place in a thread, and the one step from there to a member.

The place says whose it is in one sealed column; the member's own list (``auth/sealed_list.py``) leads back. There is
no other link. Nothing that a member does in a thread in which they hold one writes anything that names them.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from knowledge_exchange.auth import sealed_list
from knowledge_exchange.core import crypto
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import random_id
from knowledge_exchange.notifications.models import Participant

_ID_BYTES = 8
#: In place of a member whose account was erased.
NOBODY = 0


def new_sealed_place(member_id: int, thread_id: int) -> int:
    """Make a member's sealed place in a thread, watching it; returns the participant's id."""
    place_id = random_id()
    db.session.add(Participant(id=place_id, thread_id=thread_id, sealed=_sealed(member_id), level="watching"))
    db.session.flush()
    sealed_list.add_place(member_id, thread_id, place_id)
    return place_id


def _sealed(member_id: int) -> bytes:
    return crypto.seal(member_id.to_bytes(_ID_BYTES, "big"))


def owner_in(sealed: bytes | None) -> int | None:
    """Whose a sealed place is, by what stands in it: the one step from a participant to a member.

    None of a plain place, of one whose owner was erased, and of one that another key file sealed.
    """
    if sealed is None:
        return None
    try:
        return int.from_bytes(crypto.unseal(sealed), "big") or None
    except ValueError:
        return None


def owners_of(participant_ids: Sequence[int]) -> dict[int, int]:
    """Whose these sealed places are; plain ones, and those of nobody any more, are left out. One statement."""
    if not participant_ids:
        return {}
    query = select(Participant.id, Participant.sealed).where(
        Participant.id.in_(participant_ids), Participant.member_id.is_(None)
    )
    found = {row.id: owner_in(row.sealed) for row in db.session.execute(query)}
    return {place_id: owner for place_id, owner in found.items() if owner is not None}


def forget_owner(member_id: int) -> None:
    """Somebody is erased: their pseudonyms stay, and are nobody's from now on."""
    for place_id in sealed_list.places_of(member_id).values():
        place = db.session.get(Participant, place_id)
        if place is not None:
            place.sealed = _sealed(NOBODY)
