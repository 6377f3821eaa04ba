"""Bringing a source's roll up to date from a file. Nothing here commits."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.verification.models import RollEntry, RollImport
from knowledge_exchange.verification.roll_file import RollFile
from knowledge_exchange.verification.roll_rows import READERS

#: A source's name: what `--source` takes and what a claimant chooses.
_SOURCE = re.compile(r"[a-z][a-z0-9-]{1,29}")
#: Rows a statement; between two of them the progress is told.
BATCH = 2_000

_FIELDS = tuple(READERS)
_FACTS = (RollEntry.id, RollEntry.number_hash, *(getattr(RollEntry, name) for name in _FIELDS))


@dataclass(frozen=True, slots=True)
class Changes:
    """What a file changes on the roll, before or after it is applied."""

    added: list[dict[str, Any]]
    changed: list[dict[str, Any]]
    unchanged: int
    unreadable: int
    #: On record under this source, but in no row of the file: left as they are.
    absent: int


def source_key(text: str) -> str | None:
    """A source's name as it is stored, or None if it can't be one."""
    name = text.strip().lower()
    return name if _SOURCE.fullmatch(name) else None


def find_changes(roll: RollFile) -> Changes:
    """Compare the file with what is on record. Writes nothing."""
    known = _on_record(roll.source)
    added, changed, unchanged = [], [], 0
    for row in roll.good:
        before = known.get(row.number_hash)
        if before is None:
            facts = {"source": roll.source, "number_hash": row.number_hash, "number_tail": row.number_tail}
            added.append({"id": new_id(), **facts, **row.values})
        elif any(before[name] != value for name, value in row.values.items()):
            changed.append({"id": before["id"], **row.values})
        else:
            unchanged += 1
    absent = len(known.keys() - roll.numbers_seen)
    return Changes(added, changed, unchanged, len(roll.bad), absent)


def _on_record(source: str) -> dict[str, dict[str, Any]]:
    rows = db.session.execute(select(*_FACTS).where(RollEntry.source == source)).mappings()
    return {row["number_hash"]: dict(row) for row in rows}


def apply_roll(roll: RollFile, *, actor: int | None, tell: Callable[[int], None] = lambda _rows: None) -> Changes:
    """Write the good rows, all in the unit of work that this is called in; ``tell`` hears how many are done.

    Compared afresh inside the write: what was previewed may have changed meanwhile.
    """
    changes = find_changes(roll)
    done = 0
    for statement, rows in ((insert(RollEntry), changes.added), (update(RollEntry), changes.changed)):
        for batch in _batches(rows):
            db.session.execute(statement, batch)
            done += len(batch)
            tell(done)
    _note(roll.source, changes, actor)
    return changes


def _batches(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    return [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]


def _note(source: str, changes: Changes, actor: int | None) -> None:
    numbers = {
        "added": len(changes.added),
        "changed": len(changes.changed),
        "unreadable": changes.unreadable,
    }
    db.session.add(RollImport(source=source, actor_id=actor, **numbers))
    words = ", ".join(f"{count} {name}" for name, count in numbers.items())
    record("roll.imported", actor=actor, note=f"{source}: {words}")
