"""Sealed places: a pseudonym's place in a thread, and the one step from there to a member.

The place says whose it is in one sealed column; the member's own list (``auth/sealed_list.py``) leads back. There is
no other link. Nothing that a member does in a thread in which they hold one writes anything that names them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from sqlalchemy import select

from knowledge_exchange.auth import sealed_list
from knowledge_exchange.auth.erasing import NOWHERE as ERASED
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import crypto
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import random_id
from knowledge_exchange.notifications.models import Participant

_ID_BYTES = 8
#: Places whose owners each process remembers, about 0.2 kB each: those of a busy thread are asked with every post.
_MOST_KEPT = 4096


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

    None of a plain place, and of one that another key file sealed. Of one whose owner was erased it is what leads to
    nobody any more: ask :func:`owners_of`.
    """
    if sealed is None:
        return None
    try:
        return _opened(bytes(sealed))
    except ValueError:
        return None


@lru_cache(maxsize=_MOST_KEPT)
def _opened(sealed: bytes) -> int:
    """Who is sealed there. What fails is tried again each time: the right key file may be put back."""
    return int.from_bytes(crypto.unseal(sealed), "big")


def owners_of(participant_ids: Sequence[int]) -> dict[int, int]:
    """Whose these sealed places are; plain ones, and those of nobody any more, are left out. Two statements."""
    if not participant_ids:
        return {}
    query = select(Participant.id, Participant.sealed).where(
        Participant.id.in_(participant_ids), Participant.member_id.is_(None)
    )
    found = {row.id: owner_in(row.sealed) for row in db.session.execute(query)}
    there = not_erased({owner for owner in found.values() if owner is not None})
    return {place_id: owner for place_id, owner in found.items() if owner in there}


def not_erased(member_ids: Collection[int]) -> set[int]:
    """Who of them is still anybody.

    What is sealed in the places of somebody who is erased stays as it is: to seal it anew would show in two copies of
    the database which pseudonyms were theirs, all of them at once.
    """
    if not member_ids:
        return set()
    anybody = select(Member.id).where(Member.id.in_(member_ids), ~Member.email.endswith(ERASED))
    return set(db.session.scalars(anybody))
