"""Rows of a staged file that bear the same number: nobody can say which is right."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import bindparam, func, select, update

from knowledge_exchange.core.db import db, end_read, table_of, unit_of_work
from knowledge_exchange.verification.models import RollRow
from knowledge_exchange.verification.rolls.file import clues_of_entry

#: Rows of one transaction: a few milliseconds.
BATCH = 500

_ROWS = table_of(RollRow)


def batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The rows in lists of so many; the last one may be shorter."""
    batch: list[Any] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def fault_doubles(import_id: int) -> set[str]:
    """Of several rows with one number nobody can say which is right: none of them is good.

    Returns clues to whom they may mean besides the number's owner (see ``roll_file.clues_of_entry``): where they
    name different people, one of them bears a number that is missing now.
    """
    numbered = (RollRow.import_id == import_id, RollRow.number_hash != "")
    twice = select(RollRow.number_hash).where(*numbered).group_by(RollRow.number_hash).having(func.count() > 1)
    facts = (RollRow.number_hash, RollRow.line, RollRow.fault, RollRow.surname, RollRow.email)
    query = select(*facts).where(*numbered, RollRow.number_hash.in_(twice))
    lines: dict[str, list[Any]] = defaultdict(list)
    for row in db.session.execute(query.order_by(RollRow.line)):
        lines[row.number_hash].append(row)
    end_read()
    faults = [
        {"of_line": row.line, "said": _said_of_double(row.line, [other.line for other in rows])}
        for rows in lines.values()
        for row in rows
        if not row.fault
    ]
    mark = (
        update(_ROWS)
        .where(_ROWS.c.import_id == import_id, _ROWS.c.line == bindparam("of_line"))
        .values(fault=bindparam("said"), step="", turn="", entry_id=None)
    )
    for batch in batches(faults, BATCH):
        with unit_of_work() as work:
            work.connection().execute(mark, batch)
    return set().union(*(_clues_to_others(rows) for rows in lines.values()))


def _clues_to_others(rows: list[Any]) -> set[str]:
    named = [clues_of_entry("", row.surname, row.email) for row in rows if row.surname]
    return set().union(*named) if any(clues != named[0] for clues in named) else set()


def _said_of_double(line: int, lines: list[int]) -> str:
    others = ", ".join(str(other) for other in lines if other != line)
    return str(_("the same number also stands in line %(lines)s", lines=others))
