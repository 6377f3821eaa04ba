"""Acts aimed at a pseudonym: they meet whoever is behind it, and tell nobody whom. Nothing here commits.

Whether anything happened is told to nobody either: not to who acts, and not by what is kept. On record stands that
somebody acted, at which pseudonym under seal; with the member stands that something happened, on which day.
"""

from __future__ import annotations

import base64
import json
from typing import NamedTuple, cast

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import crypto
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation import policy
from knowledge_exchange.moderation.acts import acting
from knowledge_exchange.moderation.acts.acts import Of, Reason, note_act
from knowledge_exchange.moderation.limits import NOTE_BYTES
from knowledge_exchange.moderation.owners import Owner, owner_of
from knowledge_exchange.moderation.sanctions.sanction_policy import RECORDED, SUSPENSION
from knowledge_exchange.moderation.sanctions.sanctions import ACTIONS, Terms, impose_apart
from knowledge_exchange.networks.models import NetworkMembership


class _Part(NamedTuple):
    """What ``acting.acted_as`` asks of a row. Who writes there under a pseudonym, too: the act names no thread."""

    my_role: str | None
    i_lead: bool | None


def aim(me: Me, thread: AnyRow, post: AnyRow, terms: Terms) -> None:
    """Impose that on whoever wrote this post (a row of ``threads.queries.post_by_id``) under a pseudonym.

    The log tells what was done in which network, and neither thread nor post: with these, a day and a network would
    lead from the sanction to the pseudonym. Of a thread that is hidden from somebody the log tells nothing.
    """
    record(RECORDED[terms.kind], actor=me.id, note=_sealed_note(post, terms.cause, terms.reason.text))
    if not thread.is_shielded:
        acted_as = acting.acted_as(me, cast("AnyRow", _Part(thread.my_role, thread.i_lead)))
        note_act(me, acted_as, f"{ACTIONS[terms.kind]}_aimed", Of(thread.network_id), Reason())
    owner = owner_of(post.participant_id)
    if owner is None or not policy.is_met(me, owner):
        return
    if terms.kind == SUSPENSION or not _moderates(owner, thread.network_id):
        impose_apart(owner.id, thread.network_id, terms)


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
