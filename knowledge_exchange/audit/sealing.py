"""Sealing the record: batches of entries under keyed digests that form a chain.

Whoever can write to the database, but has not the key file, can neither change nor remove an entry that is sealed
without ``check`` noticing. What this does not show: that the newest batches were cut off, all together. Therefore
``check`` says the newest seal; kept elsewhere, it shows that, too.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select

from knowledge_exchange.audit import naming
from knowledge_exchange.audit.models import AuditEntry, AuditSeal
from knowledge_exchange.core import crypto
from knowledge_exchange.core.clock import ROUNDED_TO, now
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.core.ids import floor_id, new_id

SEAL_EVERY_S = 60.0
#: Entries of one seal, at most.
BATCH = 1000
#: An entry's id is older than its commit, and tells only the five minutes in which it was made: whatever is younger
#: than both together may still get an older neighbour.
SETTLED_AFTER = ROUNDED_TO + timedelta(minutes=2)
#: If something waits longer than this, no job is running.
OVERDUE_AFTER = timedelta(days=1)
#: Before the first seal there is none.
_BEGINNING = ""
#: By this act, the note of which names a seal, the entries up to that seal were forgotten (``audit/keeping.py``).
FORGOTTEN = "record.forgotten"
OLDER_KEYS = (
    "The record of acts was sealed at {when} under keys that the key file does not have: it is an older copy. Put the "
    "newest one in its place."
)

log = logging.getLogger(__name__)


def seal_waiting() -> None:
    """Seal everything that has settled, batch by batch (a job)."""
    while seal_batch() == BATCH:
        continue


def seal_batch() -> int:
    """Seal one batch; returns of how many entries."""
    settled = AuditEntry.seal_id.is_(None) & (AuditEntry.id < floor_id(now() - SETTLED_AFTER))
    waiting = select(AuditEntry.id).where(settled).limit(1)
    is_waiting = db.session.scalar(waiting) is not None
    end_read()
    if not is_waiting or _lacks_keys():
        return 0
    with unit_of_work() as work:
        entries = work.scalars(select(AuditEntry).where(settled).order_by(AuditEntry.id).limit(BATCH)).all()
        previous = newest_seal()
        # Never under earlier keys than the seal before it: another machine's clock may be ahead by a moment.
        keys = max(crypto.generation(), crypto.generation_of(previous))
        for entry in entries:
            entry.actor_key, entry.subject_key = _person_key(entry.actor_id, keys), _person_key(entry.subject_id, keys)
        digest = _digest(previous, entries, keys)
        seal = AuditSeal(id=new_id(), previous=previous, digest=digest, amount=len(entries), generation=keys)
        work.add(seal)
        work.flush()
        for entry in entries:
            entry.seal_id = seal.id
        return len(entries)


def _lacks_keys() -> bool:
    """Whether the chain can't go on: its newest seal is under keys that the key file does not have."""
    lacks = crypto.generation_of(newest_seal()) > crypto.newest_generation()
    end_read()
    if lacks:
        log.warning("the record of acts waits for the newest key file; if that is lost, `keys rotate` lets it go on")
    return lacks


def newest_seal() -> str:
    """The digest at the end of the chain; empty where nothing has been sealed."""
    return db.session.scalar(select(AuditSeal.digest).order_by(AuditSeal.id.desc()).limit(1)) or _BEGINNING


def problems() -> list[str]:
    """What is wrong with the record, in sentences: changed, cut, or not sealed for long."""
    found = list(_breaks())
    if missing := _unnamed(found):
        found.append(f"The record of acts does not name {missing} people any more who have an account: see a backup.")
    overdue = select(func.count()).where(AuditEntry.seal_id.is_(None), AuditEntry.at < now() - OVERDUE_AFTER)
    waiting = db.session.scalar(overdue)
    if waiting:
        found.append(f"{waiting} entries of the record of acts have not been sealed for a day: is `worker` running?")
    return found


def _unnamed(breaks: list[str]) -> int:
    """How many; where the chain is broken that is said already, and keys may be missing."""
    return 0 if breaks else naming.unnamed()


def _breaks() -> Iterator[str]:
    facts = (AuditSeal.id, AuditSeal.at, AuditSeal.previous, AuditSeal.digest, AuditSeal.generation)
    previous, oldest, forgotten = _BEGINNING, 1, _forgotten_to()
    for seal in db.session.execute(select(*facts).order_by(AuditSeal.id)).all():
        when = f"{seal.at:%Y-%m-%d %H:%M} UTC"
        if seal.generation > crypto.newest_generation():
            yield OLDER_KEYS.format(when=when)
            return
        if seal.previous != previous:
            yield f"The record of acts lacks a part before {when}: compare it with a backup."
        if seal.generation < oldest or not (_holds(seal) or (seal.id <= forgotten and _is_empty(seal))):
            # Under a key that had been replaced by then: perhaps by somebody who got hold of that one.
            yield f"The record of acts was changed in the part sealed at {when}: compare it with a backup."
        previous, oldest = seal.digest, max(oldest, seal.generation)


def _forgotten_to() -> int:
    """The last seal whose entries are no longer kept; 0 where all are."""
    notes = db.session.scalars(select(AuditEntry.note).where(AuditEntry.action == FORGOTTEN))
    return max((int(note) for note in notes if note.isascii() and note.isdigit()), default=0)


def _is_empty(seal: Any) -> bool:
    return db.session.scalar(select(AuditEntry.id).where(AuditEntry.seal_id == seal.id).limit(1)) is None


def _holds(seal: Any) -> bool:
    """Whether the entries of that seal are what was sealed, under the keys of its own time."""
    query = select(AuditEntry).where(AuditEntry.seal_id == seal.id).order_by(AuditEntry.id)
    entries = db.session.scalars(query).all()
    digest = _digest(seal.previous, entries, seal.generation)
    db.session.expunge_all()
    return digest == str(seal.digest)


def _digest(previous: str, entries: Sequence[AuditEntry], keys: int) -> str:
    lines = (_line(entry, keys) for entry in entries)
    return crypto.keyed_hash_at(keys, "audit seal", "\n".join([previous, *lines]))


def _line(entry: AuditEntry, keys: int) -> str:
    """An entry as the seal covers it: persons by their keys, which are worked out again while the ids are there."""
    actor = _person_key(entry.actor_id, keys) or entry.actor_key
    subject = _person_key(entry.subject_id, keys) or entry.subject_key
    return json.dumps([str(entry.id), entry.at.isoformat(), actor, entry.action, subject, entry.note])


def _person_key(member_id: int | None, keys: int) -> str | None:
    return None if member_id is None else naming.person_key(member_id, keys)
