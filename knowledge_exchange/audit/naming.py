"""Whether the record still names everybody whom it should: an id that was taken out of an entry breaks no seal.

When somebody is erased, their id goes and the key stays (``actions.erase_person``). The same done to somebody who has
an account would hide from them who looked at their record.
"""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import column, select, table

from knowledge_exchange.audit.models import AuditEntry, AuditSeal
from knowledge_exchange.core import crypto
from knowledge_exchange.core.db import db

PURPOSE = "audit person"
ERASED = "member.erased"
#: People with accounts, and the shells of those who were erased: an upper room's.
_MEMBERS = table("member", column("id"))


def person_key(member_id: int, keys: int) -> str:
    """What stands for a person under the keys of that generation."""
    return crypto.keyed_hash_at(keys, PURPOSE, str(member_id))


def unnamed() -> int:
    """How many people with an account are missing in entries that are theirs or about them, but for their key."""
    left_alone = _keys_without_ids()
    if not left_alone:
        return 0
    erased = select(AuditEntry.subject_id).where(AuditEntry.action == ERASED, AuditEntry.subject_id.is_not(None))
    ids = db.session.scalars(select(_MEMBERS.c.id).where(_MEMBERS.c.id.not_in(erased))).all()
    return sum(any(person_key(one, keys) in found for keys, found in left_alone.items()) for one in ids)


def _keys_without_ids() -> dict[int, set[str]]:
    """By the generation of keys that they were made with."""
    found: dict[int, set[str]] = defaultdict(set)
    for id_, key in ((AuditEntry.actor_id, AuditEntry.actor_key), (AuditEntry.subject_id, AuditEntry.subject_key)):
        query = select(AuditSeal.generation, key).join(AuditEntry, AuditEntry.seal_id == AuditSeal.id)
        for generation, text in db.session.execute(query.where(id_.is_(None), key.is_not(None)).distinct()):
            found[generation].add(str(text))
    return found
