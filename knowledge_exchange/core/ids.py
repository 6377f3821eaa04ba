"""Ids that are ordered in time but do not count.

63 bits: 41 of milliseconds since 2010 and 22 of chance. A gap between two ids tells nothing about
what lies hidden between them. Outside Python they are decimal strings, for JavaScript would cut
them at 53 bits.
"""

from __future__ import annotations

import os
import secrets
import struct
import threading
from datetime import UTC, datetime, timedelta

from knowledge_exchange.core import clock

EPOCH = datetime(2010, 1, 1, tzinfo=UTC)
RANDOM_BITS = 22
#: The largest number that the database holds as an id.
MAX_ID = (1 << 63) - 1
_MAX_STEP = 1 << 12
_HALF_A_BUCKET = (clock.ROUNDED_TO // timedelta(milliseconds=1) << RANDOM_BITS) // 2
#: Ids of a run: for rows that one statement makes of as many members as there may be.
MOST_IN_A_RUN = 1 << 17

_lock = threading.Lock()
_last = 0
_last_rounded = 0


def new_id(at: datetime | None = None) -> int:
    """A fresh id. Without ``at`` it never goes back within this process, even if the clock does.

    ``at`` gives history its own time: a post imported from 2014 sorts among those of 2014.
    """
    global _last
    if at is not None:
        return floor_id(at) | secrets.randbits(RANDOM_BITS)
    with _lock:
        fresh = floor_id(clock.now()) | secrets.randbits(RANDOM_BITS)
        if fresh <= _last:
            fresh = _last + 1 + secrets.randbelow(_MAX_STEP)
        _last = fresh
        return fresh


def new_rounded_id() -> int:
    """A fresh id that tells when it was made to within :data:`clock.ROUNDED_TO`, and what came first in this process.

    For rows that name somebody (sign-ins, the record of acts): to the millisecond, such an id could be laid beside
    that of a post. A process begins each bucket of five minutes at a place of its own in the lower half of the
    bucket's numbers and goes up by small steps of chance; the upper half has room for some 300 million. Acts of two
    processes in one bucket may stand in either order.

    Two processes with m and n ids in one bucket hold a number in common with a chance of at most m * n / 2 ** 39 (the
    half bucket has 150,000 ms of 2 ** 22 numbers, more than 2 ** 39): with a hundred each, once in 50 million buckets,
    which is 500 years. The later of the two writes then fails, as with :func:`new_id`.
    """
    global _last_rounded
    with _lock:
        bucket = floor_id(clock.rounded_now())
        if bucket > _last_rounded:
            _last_rounded = bucket + secrets.randbelow(_HALF_A_BUCKET)
        else:
            _last_rounded += 1 + secrets.randbelow(_MAX_STEP)
        return _last_rounded


def _begin_anew() -> None:
    """A forked process must not go on where its parent does: every few thousandth id would be the same."""
    global _last_rounded
    _last_rounded = 0


os.register_at_fork(after_in_child=_begin_anew)


def random_id() -> int:
    """An id by chance alone: it tells neither time nor order, as is due to places in threads."""
    return 1 + secrets.randbelow(MAX_ID)


def new_ids(count: int) -> list[int]:
    """So many fresh ids at once, in rising order, a random step from each to the next."""
    global _last
    with _lock:
        fresh = max(floor_id(clock.now()) | secrets.randbits(RANDOM_BITS), _last)
        ids = []
        for step in struct.unpack(f"{count}H", secrets.token_bytes(2 * count)):
            fresh += 1 + step % _MAX_STEP
            ids.append(fresh)
        _last = fresh
        return ids


def new_run() -> int:
    """A base: the :data:`MOST_IN_A_RUN` numbers after it are nobody else's ids in this process.

    For rows that the database makes itself (INSERT … SELECT), numbered from 1 on. Two processes may take
    overlapping ones in the same millisecond, as with single ids: the later commit then fails.
    """
    global _last
    with _lock:
        base = max(floor_id(clock.now()) | secrets.randbits(RANDOM_BITS), _last + secrets.randbelow(_MAX_STEP))
        _last = base + MOST_IN_A_RUN
        return base


def floor_id(at: datetime) -> int:
    """The smallest id that :func:`new_id` can give at ``at`` (0 before :data:`EPOCH`)."""
    milliseconds = (at - EPOCH) // timedelta(milliseconds=1)
    return min(max(milliseconds, 0) << RANDOM_BITS, MAX_ID)


def time_of(id_: int) -> datetime:
    """When an id was made, to the millisecond."""
    return EPOCH + timedelta(milliseconds=id_ >> RANDOM_BITS)


def parse_id(text: object) -> int | None:
    """The id in a decimal string, or None if it can't be one (so that bad input is a 404)."""
    if not isinstance(text, str) or not text.isascii() or not text.isdigit() or len(text) > 19:
        return None
    value = int(text)
    return value if 0 < value <= MAX_ID else None
