"""Acts aimed at a pseudonym: they meet whoever is behind it, and tell nobody whom. Nothing here commits.

Whether anything happened is told to nobody either: not to who acts, and not by what is kept. On record stands that
somebody acted, at which pseudonym under seal; with the member stands that something happened, on which day.
"""

from __future__ import annotations

import base64
import json

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.standing import is_possible
from knowledge_exchange.core import crypto
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation import policy
from knowledge_exchange.moderation.limits import NOTE_BYTES
from knowledge_exchange.moderation.owners import Owner, owner_of
from knowledge_exchange.moderation.words import suspension_cause
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.models import NetworkMembership

SUSPENDED, REMOVED = "pseudonym.suspended", "pseudonym.removed"


def suspend(me: Me, post: AnyRow, cause: str, reason: str) -> None:
    """Suspend whoever wrote this post (a row of ``threads.queries.post_by_id``) under a pseudonym.

    ``cause``: a word of ``words.suspensions``, for the member; ``reason``: the officer's own words, for the record.
    """
    record(SUSPENDED, actor=me.id, note=_sealed_note(post, cause, reason))
    owner = owner_of(post.participant_id)
    if owner is not None and policy.is_met(me, owner) and is_possible(owner.standing, "suspended"):
        change_standing(owner.id, "suspended", suspension_cause(cause), None, apart_from_act=True)


def remove(me: Me, post: AnyRow, network_id: int, cause: str, reason: str) -> None:
    """Remove whoever wrote this post from its network; ``cause``: a word of ``networks.removals.causes``."""
    record(REMOVED, actor=me.id, note=_sealed_note(post, cause, reason))
    owner = owner_of(post.participant_id)
    if owner is not None and policy.is_met(me, owner) and not _moderates(owner, network_id):
        networks.keep_out(owner.id, network_id, cause)


def _moderates(owner: Owner, network_id: int) -> bool:
    place = db.session.get(NetworkMembership, (owner.id, network_id))
    return place is not None and place.role == "moderator"


def _sealed_note(post: AnyRow, cause: str, reason: str) -> str:
    said = {"thread": str(post.thread_id), "post": str(post.id), "cause": cause, "reason": reason}
    plain = json.dumps({**said, "pseudonym": post.name}, ensure_ascii=False).encode()
    return base64.b64encode(crypto.seal(plain.ljust(-(-len(plain) // NOTE_BYTES) * NOTE_BYTES))).decode()


def opened_note(note: str) -> dict[str, str]:
    """What such a note says, for whoever holds the key file. Raises ``ValueError`` where it says nothing."""
    said: dict[str, str] = json.loads(crypto.unseal(base64.b64decode(note)))
    return said
