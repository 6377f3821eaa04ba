"""The rolls that officers upload: kept until they are read, and what becomes of each.

An upload only stores the file; ``reading_job.py`` has it read, by a process of its own (``reading_process.py``).
"""

from __future__ import annotations

from datetime import timedelta
from typing import IO

from sqlalchemy import Update, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.verification.models import RollImport
from knowledge_exchange.verification.rolls import staging
from knowledge_exchange.verification.uploads import files

#: A reader that has said nothing for so long is dead. The longest silence is between the last row and the end, while
#: doubles and leavers are looked for: seconds.
LEASE = timedelta(seconds=90)


def store(content: IO[bytes], *, source: str, file_name: str, actor: int) -> int:
    """Keep an officer's file until it is read; returns its import's id. Raises what ``reading_files.keep`` does."""
    name = files.keep(content)
    import_id = new_id()
    try:
        with unit_of_work() as work:
            facts = {"source": source, "actor_id": actor, "origin": "upload", "state": "waiting"}
            numbers = {"added": 0, "changed": 0, "unreadable": 0}
            work.add(RollImport(id=import_id, file_name=file_name, stored_as=name, **facts, **numbers))
            record("roll.uploaded", actor=actor, note=source)
    except BaseException:
        files.forget(name)
        raise
    return import_id


def fail(import_id: int, problem: str, *, keep_file: bool = False) -> None:
    """Say why a file can't be used, and forget what was staged of it. ``keep_file``: the officer can still help."""
    with unit_of_work() as work:
        mine = (RollImport.id == import_id, RollImport.state.in_(("waiting", "reading")))
        work.execute(update(RollImport).where(*mine).values(state="failed", problem=problem, reading_until=None))
    staging.forget_rows(import_id)
    if not keep_file:
        forget_file(import_id)


def drop(import_id: int) -> bool:
    """Throw a file away, in a unit of work; False where it was applied, or is gone. A job clears it away."""
    mine = (RollImport.id == import_id, RollImport.state.not_in(("applied", "dropped")))
    return _changes_one(update(RollImport).where(*mine).values(state="dropped"))


def _changes_one(statement: Update) -> bool:
    return bool(db.session.execute(statement).rowcount)  # type: ignore[attr-defined]


def forget_file(import_id: int) -> None:
    """Delete an import's file, and that there was one."""
    mine = RollImport.id == import_id
    files.forget(db.session.scalar(select(RollImport.stored_as).where(mine)) or "")
    end_read()
    with unit_of_work() as work:
        work.execute(update(RollImport).where(mine).values(stored_as=""))


def read_again(import_id: int) -> bool:
    """Put a file whose columns were not known back among those that wait; whether it is still there. In a unit of work.

    It was not the reader's death: it has all its tries again.
    """
    mine = (RollImport.id == import_id, RollImport.state == "failed", RollImport.stored_as != "")
    values = {"state": "waiting", "problem": "", "progress": 0, "tries": 0, "at": now()}
    return _changes_one(update(RollImport).where(*mine).values(values))
