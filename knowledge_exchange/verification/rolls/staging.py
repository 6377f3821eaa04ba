"""Putting a roll file beside the roll, row by row, and comparing them, before anything is changed.

Each batch is a short transaction of its own, so that members can go on writing meanwhile. What a process that
was killed has left behind is swept away later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import delete, func, insert, select, text, update

from knowledge_exchange.core import rekeying
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import generation
from knowledge_exchange.core.db import AnySelect, db, end_read, is_sqlite, table_of, unit_of_work
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.verification.models import RollEntry, RollImport, RollRow
from knowledge_exchange.verification.rolls.doubles import BATCH, batches, fault_doubles
from knowledge_exchange.verification.rolls.doubts import Doubts, misplaced_numbers
from knowledge_exchange.verification.rolls.file import RollFile, Row
from knowledge_exchange.verification.rolls.rows import DEFAULT_CATEGORY, READERS

#: What nobody has applied by then is dropped.
STAGED_FOR = timedelta(days=2)

_ROWS = table_of(RollRow)
#: What a roll may say of a person, whether or not a file has it.
FACTS = tuple(dict.fromkeys((*READERS, "former_names")))
_ENTRY = (RollEntry.id, RollEntry.number_hash, RollEntry.gone_at, *(getattr(RollEntry, name) for name in FACTS))
#: A row that says nothing.
_EMPTY: dict[str, Any] = {
    **dict.fromkeys(FACTS, ""),
    **dict.fromkeys(("number_hash", "number_tail", "fault", "step", "turn"), ""),
    **dict.fromkeys(("joined", "paid_up_to", "entry_id")),
    "category": DEFAULT_CATEGORY,
}


def grace() -> timedelta:
    """How long a member stays in when no roll has them any more."""
    return timedelta(days=current_app.config["KE_LAPSE_GRACE_DAYS"])


def newest_import(source: str) -> int:
    """The id of the newest import of this source that was applied; 0 where there is none."""
    query = select(func.max(RollImport.id)).where(RollImport.source == source, RollImport.applied_at.is_not(None))
    return db.session.scalar(query) or 0


def stage(
    roll: RollFile,
    *,
    actor: int | None,
    tell: Callable[[int], None] = lambda _read: None,
    import_id: int | None = None,
    origin: str = "command",
) -> int:
    """Read the file to its end; returns the import's id, which is ``ready`` then. Writes in small transactions.

    ``tell`` hears how many bytes have been read. ``import_id``: of an import that is on record already, in the state
    ``reading`` and without rows; else a new one is made, by ``actor`` and from ``origin``.
    """
    # A row finds its entry by the hash of the number: all must be under the keys of now.
    rekeying.finish(RollEntry.number_hash)
    import_id = _begin(roll, actor, origin) if import_id is None else _continue(roll, import_id)
    doubts, last = Doubts(), None
    for batch in batches(roll.rows, BATCH):
        for row in batch:
            if row.fault:
                doubts.note(row)
        _put(_compared(import_id, roll.source, batch))
        last = batch[-1]
        tell(last.read)
    _refresh_statistics()
    doubts.clues |= fault_doubles(import_id) | misplaced_numbers(import_id, roll.source)
    _put_missing(import_id, roll.source, doubts)
    _finish(import_id, cut=last is not None and last.is_broken_off)
    return import_id


def _begin(roll: RollFile, actor: int | None, origin: str) -> int:
    import_id = new_id()
    with unit_of_work() as work:
        facts = {"source": roll.source, "actor_id": actor, "origin": origin, "state": "reading", **_compared_with(roll)}
        work.add(RollImport(id=import_id, added=0, changed=0, unreadable=0, **facts))
    return import_id


def _continue(roll: RollFile, import_id: int) -> int:
    with unit_of_work() as work:
        work.execute(update(RollImport).where(RollImport.id == import_id).values(**_compared_with(roll)))
    return import_id


def _compared_with(roll: RollFile) -> dict[str, Any]:
    """What must not have changed by the time when the file is applied, and what it says anything about."""
    return {"base": newest_import(roll.source), "columns": " ".join(roll.columns), "generation": generation()}


def _finish(import_id: int, *, cut: bool) -> None:
    """All of it is there to be looked at, unless somebody has dropped it meanwhile."""
    with unit_of_work() as work:
        mine = update(RollImport).where(RollImport.id == import_id, RollImport.state == "reading")
        facts = {"unreadable": _bad_rows(import_id), "cut": cut}
        work.execute(mine.values(state="ready", progress=100, reading_until=None, **facts))


def _put(rows: list[dict[str, Any]]) -> None:
    for batch in batches(rows, BATCH):
        with unit_of_work() as work:
            work.connection().execute(insert(_ROWS), batch)


def _compared(import_id: int, source: str, rows: list[Row]) -> list[dict[str, Any]]:
    """The rows as they are staged: each with what it is to the roll as that stands."""
    named = RollEntry.number_hash.in_([row.number_hash for row in rows if row.number_hash])
    found = db.session.execute(select(*_ENTRY).where(RollEntry.source == source, named)).mappings()
    entries: dict[str, Mapping[str, Any]] = {entry["number_hash"]: dict(entry) for entry in found}
    end_read()
    last_day = now().date() - grace()
    return [
        {
            **_EMPTY,
            "import_id": import_id,
            "line": row.line,
            "number_hash": row.number_hash,
            "number_tail": row.number_tail,
            "fault": row.fault,
            **row.values,
            **({} if row.fault else _step(row.values, entries.get(row.number_hash), last_day)),
        }
        for row in rows
    ]


def _step(values: Mapping[str, Any], entry: Mapping[str, Any] | None, last_day: date) -> dict[str, Any]:
    """What a good row is to its entry. Not paid for since before ``last_day``, the membership is over."""
    paid = values.get("paid_up_to")
    is_over = paid is not None and paid < last_day
    if entry is None:
        return {"step": "new", "turn": "gone" if is_over else ""}
    differs = any(entry[name] != value for name, value in values.items())
    was_gone = entry["gone_at"] is not None
    turn = ("" if was_gone else "gone") if is_over else ("back" if was_gone else "")
    return {"step": "changed" if differs else "same", "turn": turn, "entry_id": entry["id"]}


def _refresh_statistics() -> None:
    """PostgreSQL knows nothing yet of rows that have just come, and would compare each with each."""
    if not is_sqlite():
        with unit_of_work() as work:
            for table in (RollRow, RollEntry):
                work.execute(text(f"ANALYZE {table.__tablename__}"))


def _put_missing(import_id: int, source: str, doubts: Doubts) -> None:
    """Put down which entries the file lacks: they are gone, unless one of its bad rows may mean them."""
    missing = db.session.execute(_missing(import_id, source)).all()
    end_read()
    rows = [
        {
            **_EMPTY,
            "import_id": import_id,
            "line": -number,
            "fault": "-",
            "turn": "spared" if doubts.may_mean(entry) else "gone",
            "entry_id": entry.id,
        }
        for number, entry in enumerate(missing, start=1)
    ]
    _put(rows)


def _missing(import_id: int, source: str) -> AnySelect:
    named = select(RollRow.number_hash).where(RollRow.import_id == import_id)
    return select(RollEntry.id, RollEntry.number_hash, RollEntry.surname, RollEntry.email).where(
        RollEntry.source == source, RollEntry.gone_at.is_(None), RollEntry.number_hash.not_in(named)
    )


def _bad_rows(import_id: int) -> int:
    return db.session.scalar(select(func.count()).where(*_bad(import_id))) or 0


def _bad(import_id: int) -> tuple[Any, ...]:
    return (RollRow.import_id == import_id, RollRow.fault != "", RollRow.line > 0)


def has_good_rows(import_id: int) -> bool:
    """Whether any row could be read."""
    query = select(RollRow.line).where(RollRow.import_id == import_id, RollRow.step != "").limit(1)
    return db.session.scalar(query) is not None


def faults_of(import_id: int) -> Iterator[tuple[int, str]]:
    """Line and reason of each row that could not be read, by line."""
    query = select(RollRow.line, RollRow.fault).where(*_bad(import_id))
    for row in db.session.execute(query.order_by(RollRow.line)):
        yield row.line, row.fault


def drop(import_id: int) -> None:
    """Forget a file that is staged; its import too, if it was never applied."""
    with unit_of_work() as work:
        # First of all, so that nobody applies what is left of it.
        work.execute(update(RollImport).where(*_never_applied(import_id)).values(state="dropped"))
    forget_rows(import_id)
    with unit_of_work() as work:
        work.execute(delete(RollImport).where(*_never_applied(import_id)))


def _never_applied(import_id: int) -> tuple[Any, ...]:
    return (RollImport.id == import_id, RollImport.applied_at.is_(None))


def forget_rows(import_id: int) -> None:
    """Delete what is staged of a file, in small steps: it may be thousands, and nobody need wait for it."""
    while _forget_some(import_id):
        continue


def _forget_some(import_id: int) -> bool:
    lines = db.session.scalars(select(RollRow.line).where(RollRow.import_id == import_id).limit(BATCH)).all()
    end_read()
    if lines:
        with unit_of_work() as work:
            work.execute(delete(RollRow).where(RollRow.import_id == import_id, RollRow.line.in_(lines)))
    return bool(lines)


def sweep() -> None:
    """Drop what was staged and never applied (a job). What could not be read stays in the history, without rows."""
    old = select(RollImport.id).where(RollImport.applied_at.is_(None), RollImport.at < now() - STAGED_FOR)
    ids = db.session.scalars(old.where(RollImport.state != "failed")).all()
    end_read()
    for import_id in ids:
        drop(import_id)
