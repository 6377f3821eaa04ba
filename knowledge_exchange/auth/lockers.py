"""Lockers: what members keep for themselves alone: drafts, bookmarks, what they have read, how much they have uploaded.

A row names nobody and nothing, and bears no time but the day of its last change: it is found by a keyed hash of its
owner and its label, and opened with the key file. A plain draft beside its author would be an unsealing: the thread,
the text and the hour would stand beside the name until the pseudonymous post came.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import date

from sqlalchemy import delete, func, select, update

from knowledge_exchange.auth.models import Locker
from knowledge_exchange.core import crypto, keeping
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, insert_of_dialect, is_sqlite, table_of, unit_of_work

_PURPOSE = "locker"
#: Drafts of one member.
MOST_DRAFTS = 40
DRAFTS = tuple(f"draft:{slot}" for slot in range(MOST_DRAFTS))
#: Bookmarks and what was read lately; how many bytes of files they have uploaded in all.
SHELF, UPLOADS = "shelf", "uploads"
EVERY = (*DRAFTS, SHELF, UPLOADS)
#: Contents are padded to whole steps of so many bytes: their length says next to nothing.
STEP_BYTES = 1024
_LENGTH = struct.Struct(">I")
_TURN_BITS = 63


def read(member_id: int, labels: Iterable[str]) -> dict[str, bytes]:
    """What stands in these lockers of a member, by label; empty ones, and those that no key opens, are left out.

    One statement, whose cost grows with the labels.
    """
    hashes = {key: label for label in labels for key in crypto.every_keyed_hash(_PURPOSE, _of(member_id, label))}
    if not hashes:
        return {}
    query = select(Locker.key_hash, Locker.content).where(Locker.key_hash.in_(hashes))
    found: dict[str, bytes] = {}
    for row in db.session.execute(query):
        try:
            found[hashes[row.key_hash]] = _opened(bytes(row.content))
        except ValueError:
            continue  # the right key file may yet be put back
    return found


def take_turn(member_id: int) -> None:
    """Within a unit of work: of two that read and then change a member's lockers, the second waits for the first.

    It locks a number that the key file makes of the member, not their row: that would bear the mark of it.
    """
    if not is_sqlite():  # there every unit of work has the database for itself
        number = int(crypto.keyed_hash_at(1, _PURPOSE, _of(member_id, "turn")), 16) % 2**_TURN_BITS
        db.session.execute(select(func.pg_advisory_xact_lock(number)))


def put(member_id: int, contents: Mapping[str, bytes]) -> None:
    """Put something into lockers, in place of what was there. Within a unit of work, at most a few at a time.

    In one order, so that no two who change several wait for each other.
    """
    drop(member_id, [label for label in contents if _is_older_key(member_id, label)])
    for key, content in sorted((key_of(member_id, label), content) for label, content in contents.items()):
        said = {"content": _closed(content), "last_on": now().date()}
        row = insert_of_dialect(Locker).values(key_hash=key, **said)
        db.session.execute(row.on_conflict_do_update(index_elements=[Locker.key_hash], set_=said))


def drop(member_id: int, labels: Iterable[str]) -> None:
    """Empty these lockers. Within a unit of work."""
    hashes = [key for label in labels for key in crypto.every_keyed_hash(_PURPOSE, _of(member_id, label))]
    if hashes:
        db.session.execute(delete(Locker).where(Locker.key_hash.in_(hashes)))


def forget_before(day: date) -> None:
    """Forget drafts and all else that was last touched before that day (a class of data, ``core/keeping.py``)."""
    keeping.delete_all(Locker, Locker.last_on < day)


def tend(since: date, anew: Callable[[bytes], bytes | None]) -> None:
    """Look into all lockers touched since that day, and put into each what ``anew`` makes of its content, if anything.

    Their days stay: nobody came back to them. A batch is nobody else's to change until it is done.
    """
    table, last = table_of(Locker), ""
    within = (table.c.last_on >= since, table.c.last_on <= now().date())
    while True:
        with unit_of_work() as work:
            some = select(table.c.key_hash, table.c.content).where(*within, table.c.key_hash > last)
            rows = work.execute(some.order_by(table.c.key_hash).limit(keeping.BATCH).with_for_update()).all()
            for row in rows:
                if (content := _made_of(bytes(row.content), anew)) is not None:
                    work.execute(update(table).where(table.c.key_hash == row.key_hash).values(content=content))
        if len(rows) < keeping.BATCH:
            return
        last = rows[-1].key_hash
        time.sleep(keeping.PAUSE_S)


def _made_of(content: bytes, anew: Callable[[bytes], bytes | None]) -> bytes | None:
    try:
        made = anew(_opened(content))
    except ValueError:
        return None
    return None if made is None else _closed(made)


def _is_older_key(member_id: int, label: str) -> bool:
    """Whether it may stand under the hash of an earlier generation of keys (ADR 16)."""
    return len(crypto.every_keyed_hash(_PURPOSE, _of(member_id, label))) > 1


def key_of(member_id: int, label: str) -> str:
    """Under which hash a locker is written now."""
    return crypto.keyed_hash(_PURPOSE, _of(member_id, label))


def _of(member_id: int, label: str) -> str:
    return f"{member_id}:{label}"


def _closed(content: bytes) -> bytes:
    plain = _LENGTH.pack(len(content)) + content
    return crypto.seal(plain.ljust(-(-len(plain) // STEP_BYTES) * STEP_BYTES, b"\0"))


def _opened(sealed: bytes) -> bytes:
    plain = crypto.unseal(sealed)
    (length,) = _LENGTH.unpack_from(plain)
    return plain[_LENGTH.size : _LENGTH.size + length]
