"""A locker that changes with its owner's posts, changed so that copies of the database don't tell which were one's own.

There is one of it a member. Between a copy from before and one from after a post under a name it would have changed,
and again with one under a pseudonym: the same locker. So all lockers whose hashes begin alike are sealed afresh with
it, each time the same ones, and its day is one that hardly ever changes.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import bindparam, func, select, update

from knowledge_exchange.auth import lockers
from knowledge_exchange.auth.models import Locker
from knowledge_exchange.core import crypto
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, table_of

#: Lockers that change together: at least so many, where there are as many, and up to sixteen times as many.
LEAST = 32
_HEX = 16


def put_under_cover(member_id: int, label: str, content: bytes) -> None:
    """Put something into a locker, and seal those around it afresh. Within a unit of work."""
    key = lockers.key_of(member_id, label)
    around = _taken_around(key)
    lockers.put(member_id, {label: content})
    table = table_of(Locker)
    # Its day would be the day of the post.
    db.session.execute(update(table).where(table.c.key_hash == key).values(last_on=_last_of_year()))
    fresh = [{"which": which, "anew": anew} for which, before in around.items() if (anew := _anew(before))]
    if fresh:
        changed = update(table).where(table.c.key_hash == bindparam("which")).values(content=bindparam("anew"))
        db.session.execute(changed, fresh)


def _taken_around(key: str) -> dict[str, bytes]:
    """The lockers around that one, by hash, as they are now: they and it are nobody else's to change until the end.

    They are others', who may save a draft at this moment: what they put in must not be put back to what it was. In one
    order, so that no two who do this wait for each other.
    """
    table = table_of(Locker)
    beginning = key[: _digits() + key.find(":") + 1]
    within = (table.c.key_hash >= beginning, table.c.key_hash < f"{beginning}g")
    taken = select(table.c.key_hash, table.c.content).where(*within).order_by(table.c.key_hash).with_for_update()
    return {row.key_hash: row.content for row in db.session.execute(taken) if row.key_hash != key}


def _last_of_year() -> date:
    return date(now().year, 12, 31)


def _digits() -> int:
    """How many digits all hashes around share: fewer while there are few lockers, so that there is a crowd."""
    count, digits = db.session.scalar(select(func.count()).select_from(Locker)) or 0, 0
    while count >= LEAST * _HEX:
        count, digits = count // _HEX, digits + 1
    return digits


def _anew(content: bytes) -> bytes | None:
    """The same, sealed afresh; None of what no key opens."""
    try:
        return crypto.seal(crypto.unseal(bytes(content)))
    except ValueError:
        return None
