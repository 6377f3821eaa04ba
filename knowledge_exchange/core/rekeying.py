"""After a rotation of keys: what is stored is lifted to the new ones, bit by bit, beside everything else.

Rooms register the columns that hold keyed hashes or sealed values. Anything may be interrupted at any moment and may
run in several processes: a row is lifted or not, and both are found and read (``core/crypto.py``, ADR 0016).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, current_app
from sqlalchemy import (
    Column,
    ColumnElement,
    LargeBinary,
    and_,
    bindparam,
    false,
    func,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import InstrumentedAttribute

from knowledge_exchange.core import crypto, key_file
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, end_read, unit_of_work

LIFT_EVERY_S = 10.0
#: Rows of one transaction: a few milliseconds.
BATCH = 500
#: What others get between two of them.
PAUSE_S = 0.01
#: When all is lifted, how long until somebody looks again: a row may have been held by somebody else just then.
LOOK_AGAIN_S = 3600.0
#: If something waits longer than this, no job is running.
OVERDUE_AFTER = timedelta(days=1)
HASH, SEAL = "hash", "seal"
_REGISTERED = "ke_keyed_columns"
_DONE = "ke_lifted"
_BEGUN = len(crypto.SEAL_MARK)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Keyed:
    """A column whose values are under keys."""

    column: Column[Any]
    kind: str

    @property
    def name(self) -> str:
        """``table.column``."""
        return f"{self.column.table.name}.{self.column.name}"

    def lifted(self, stored: Any) -> Any:
        """The same value under the keys of now. Raises ``ValueError`` where it was under keys that are not there."""
        return crypto.lift(stored) if self.kind == HASH else crypto.seal(crypto.unseal(stored))

    def is_older(self, than: int) -> ColumnElement[bool]:
        """Condition: the value is of an earlier generation than that."""
        if than == 1:
            return false()
        earlier = range(2, than)
        if self.kind == HASH:
            first = and_(self.column.not_like("%:%"), self.column != "")
            return or_(first, *(self.column.like(f"{number}:%") for number in earlier))
        marks = [crypto.seal_mark(number) for number in earlier]
        return or_(self._begin(_BEGUN) != crypto.SEAL_MARK, self._begin(crypto.SEAL_MARK_BYTES).in_(marks))

    def is_unknown(self) -> ColumnElement[bool]:
        """Condition: the value is of a generation that the key file does not have."""
        known = range(2, self.newest() + 1)
        if self.kind == HASH:
            return and_(self.column.like("%:%"), not_(or_(false(), *(self.column.like(f"{n}:%") for n in known))))
        marks = [crypto.seal_mark(number) for number in known]
        return and_(self._begin(_BEGUN) == crypto.SEAL_MARK, self._begin(crypto.SEAL_MARK_BYTES).not_in(marks))

    def _begin(self, amount: int) -> ColumnElement[bytes]:
        return func.substr(self.column, 1, amount, type_=LargeBinary)

    def newest(self) -> int:
        """How many generations its kind of key has."""
        return crypto.newest_generation() if self.kind == HASH else crypto.newest_seal_generation()

    def current(self) -> int:
        """Which of them is written with now."""
        return crypto.generation() if self.kind == HASH else crypto.seal_generation()


def register(app: Flask, column: InstrumentedAttribute[Any], kind: str = HASH) -> None:
    """Have this column's values lifted after a rotation; ``kind`` is ``HASH`` or ``SEAL``."""
    [mapped] = column.property.columns
    app.extensions.setdefault(_REGISTERED, []).append(Keyed(mapped, kind))


def registered() -> list[Keyed]:
    """All columns under keys."""
    found: list[Keyed] = current_app.extensions[_REGISTERED]
    return found


def lift_waiting() -> None:
    """Lift everything that is under earlier keys (a job)."""
    goal = (crypto.generation(), crypto.seal_generation())
    before, at = current_app.extensions.get(_DONE, ((1, 1), time.monotonic()))
    if before == goal and (goal == (1, 1) or time.monotonic() - at < LOOK_AGAIN_S):
        return
    for keyed in registered():
        _lift_all(keyed)
    current_app.extensions[_DONE] = goal, time.monotonic()


def finish(column: InstrumentedAttribute[Any]) -> None:
    """Lift one column now, to its end: for whoever must find all its values in one generation."""
    [mapped] = column.property.columns
    for keyed in registered():
        if keyed.column is mapped:
            _lift_all(keyed)


def _lift_all(keyed: Keyed) -> None:
    while lifted := _lift_some(keyed):
        log.info("lifted to the newest keys", extra={"column": keyed.name, "rows": lifted})
        time.sleep(PAUSE_S)


def _lift_some(keyed: Keyed) -> int:
    """One batch; returns how many rows were lifted."""
    where = keyed.is_older(keyed.current())
    waits = db.session.scalar(select(keyed.column).where(where).limit(1)) is not None
    end_read()
    if not waits:
        return 0
    try:
        return _lift_rows(keyed, where)
    except (IntegrityError, ValueError):
        # One of them can't be: the others shall not wait for it.
        return _lift_singly(keyed, where)


def _lift_rows(keyed: Keyed, *where: ColumnElement[bool]) -> int:
    key = list(keyed.column.table.primary_key.columns)
    # What somebody else holds is left for the next look: to wait for it could end with both waiting for each other.
    query = select(*key, keyed.column.label("stored")).where(*where).limit(BATCH).with_for_update(skip_locked=True)
    change = (
        update(keyed.column.table)
        .where(*(column == bindparam(f"of_{place}") for place, column in enumerate(key)))
        .values({keyed.column: bindparam("lifted")})
    )
    with unit_of_work() as work:
        rows = work.execute(query).all()
        changes = [
            {"lifted": keyed.lifted(row[-1]), **{f"of_{place}": row[place] for place in range(len(key))}}
            for row in rows
        ]
        if changes:
            work.connection().execute(change, changes)
    return len(changes)


def _lift_singly(keyed: Keyed, where: ColumnElement[bool]) -> int:
    values = db.session.scalars(select(keyed.column).where(where).limit(BATCH)).all()
    end_read()
    return sum(_lift_one(keyed, value) for value in values)


def _lift_one(keyed: Keyed, stored: Any) -> int:
    try:
        return _lift_rows(keyed, keyed.column == stored)
    except (IntegrityError, ValueError) as error:
        log.warning("a value can't be lifted", extra={"column": keyed.name, "error": type(error).__name__})
        return 0


def waiting() -> dict[str, int]:
    """How many values of each column are under earlier keys than the newest."""
    return {keyed.name: _count(keyed, lambda one: one.is_older(one.newest())) for keyed in registered()}


def problems() -> list[str]:
    """What is wrong with values under keys, in sentences."""
    unknown = [keyed.name for keyed in registered() if _count(keyed, Keyed.is_unknown)]
    if unknown:
        return [
            f"The key file is an older copy: {', '.join(unknown)} hold values under newer keys. Put the newest copy in "
            "its place before anybody signs in."
        ]
    left = sum(waiting().values())
    rotated = crypto.rotated_at()
    if left and rotated is not None and now() > rotated + key_file.SETTLED_AFTER + OVERDUE_AFTER:
        return [
            f"{left} values are still under earlier keys, a day after `keys rotate`: is `worker` running? If it is, "
            "its log says which can't be read: those were written with the keys of another file."
        ]
    return []


def _count(keyed: Keyed, condition: Callable[[Keyed], ColumnElement[bool]]) -> int:
    query = select(func.count()).select_from(keyed.column.table).where(condition(keyed))
    return db.session.scalar(query) or 0
