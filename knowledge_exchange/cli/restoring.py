"""Putting a backup's rows into a database of either kind; all of them or none."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from functools import partial
from typing import IO, Any

from sqlalchemy import Column, Date, DateTime, LargeBinary, Table, bindparam, insert, text, update
from sqlalchemy.exc import StatementError

from knowledge_exchange.cli.backing_up import ROWS_A_BATCH, entry_of
from knowledge_exchange.cli.backup_file import DAMAGE, Backup, BadBackup
from knowledge_exchange.cli.emptying import derived_in_place, empty_all, empty_search, empty_seeded, first_with_rows
from knowledge_exchange.cli.restoring_files import restore_files
from knowledge_exchange.core.db import db, is_sqlite, unit_of_work

#: No row is longer; a file that claims one is no backup.
MAX_LINE_BYTES = 64 * 1024 * 1024

Row = dict[str, Any]
Told = Callable[[int], None]


class NotEmpty(ValueError):
    """The database has rows already."""


def restore(backup: Backup, goal: Sequence[Table], told: Told, replace: bool = False) -> None:
    """Put everything into the tables ``goal`` in one transaction; ``told`` hears how many rows are in.

    The search begins anew: the exchange fills it again by itself.

    With ``replace`` what was there goes; without, it raises :class:`NotEmpty` where there is anything.
    Raises :class:`BadBackup` where a checksum or a row is wrong. All is as it was then, and also when
    the process is killed on the way.
    """
    if {table.name for table in goal} != set(backup.manifest["tables"]):
        raise BadBackup("it holds other tables than its revision has")
    with unit_of_work():
        if (full := first_with_rows(goal)) is not None:
            if not replace:
                raise NotEmpty(full)
            empty_all([*goal, *derived_in_place()])
        else:
            empty_seeded(goal)
        empty_search()
        _fill(backup, goal, told)
        restore_files(backup)
        if not is_sqlite():
            # Without statistics the first pages would be slow.
            db.session.execute(text("ANALYZE"))


def _fill(backup: Backup, goal: Sequence[Table], told: Told) -> None:
    done = 0
    for table in goal:
        try:
            done += _restore_table(backup, table, partial(_add, told, done))
        except BadBackup:
            raise
        except DAMAGE as error:
            raise BadBackup(f"the part with the table “{table.name}” is damaged") from error
        except StatementError as error:
            why = type(error.orig or error).__name__
            raise BadBackup(f"the database refuses the rows of the table “{table.name}” ({why})") from error


def _add(told: Told, before: int, rows: int) -> None:
    told(before + rows)


def _restore_table(backup: Backup, table: Table, told: Told) -> int:
    expected = backup.manifest["tables"][table.name]
    checksum, rows = hashlib.sha256(), 0
    later = _Later(table)
    with backup.packed.open(entry_of(table)) as entry:
        lines = _lines(entry, checksum)
        columns = _columns(table, json.loads(next(lines, b"[]")))
        for batch in _batches(lines, columns):
            db.session.execute(insert(table), [later.put_off(row) for row in batch])
            rows += len(batch)
            told(rows)
    if rows != expected["rows"] or checksum.hexdigest() != expected["sha256"]:
        raise BadBackup(f"the part with the table “{table.name}” is not what was written")
    later.make_good()
    return rows


def _lines(entry: IO[bytes], checksum: Any) -> Iterator[bytes]:
    while line := entry.readline(MAX_LINE_BYTES):
        checksum.update(line)
        yield line


def _columns(table: Table, names: list[str]) -> list[tuple[str, Callable[[Any], Any] | None]]:
    # Not the order: where a migration added a column it stands last.
    if sorted(names) != sorted(table.columns.keys()):
        raise ValueError("other columns")
    return [(name, _reader(table.columns[name])) for name in names]


def _reader(column: Column[Any]) -> Callable[[Any], Any] | None:
    """What makes of JSON what the column holds; None where it is the same."""
    kind = column.type
    if hasattr(kind, "impl_instance"):
        kind = kind.impl_instance
    if isinstance(kind, DateTime):
        return datetime.fromisoformat
    if isinstance(kind, Date):
        return date.fromisoformat
    return base64.b64decode if isinstance(kind, LargeBinary) else None


def _batches(lines: Iterator[bytes], columns: list[tuple[str, Callable[[Any], Any] | None]]) -> Iterator[list[Row]]:
    batch: list[Row] = []
    for line in lines:
        values = json.loads(line)
        batch.append(
            {
                name: value if read is None or value is None else read(value)
                for (name, read), value in zip(columns, values, strict=True)
            }
        )
        if len(batch) == ROWS_A_BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


class _Later:
    """References of a table's rows to rows of the same table that come behind them.

    Rows come in the order of their ids, and a reply has a higher id than what it answers, but for
    history that was imported with its own dates. Those few are made good at the end; so is every reference
    in a table whose rows have other keys than ids, for databases sort text each in their own way.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        own = [key.parent for key in table.foreign_keys if key.column.table is table]
        self._column = own[0] if own else None
        self._key = next(iter(table.primary_key.columns)) if own else None
        self._waiting: list[Row] = []

    def put_off(self, row: Row) -> Row:
        """The row as it can be inserted now."""
        if self._column is None or self._key is None:
            return row
        name = self._column.name
        if row[name] is not None and (self._key.name != "id" or row[name] >= row["id"]):
            self._waiting.append({"row_id": row[self._key.name], "refers_to": row[name]})
            return {**row, name: None}
        return row

    def make_good(self) -> None:
        """Set what was put off."""
        if self._key is None or not self._waiting:
            return
        mine = self._key == bindparam("row_id")
        setting = update(self._table).where(mine).values({self._column: bindparam("refers_to")})
        db.session.connection().execute(setting, self._waiting)
