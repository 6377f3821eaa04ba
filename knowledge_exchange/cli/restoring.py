"""Reading a backup into an empty database, of either kind; all of it or nothing."""

from __future__ import annotations

import base64
import hashlib
import json
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Column, Date, DateTime, LargeBinary, Table, bindparam, insert, select, text, update
from sqlalchemy.exc import StatementError

from knowledge_exchange.cli.backing_up import FORMAT, FORMAT_VERSION, KEYS, MANIFEST, ROWS_A_BATCH, entry_of, tables
from knowledge_exchange.core import crypto
from knowledge_exchange.core.db import db, is_sqlite, unit_of_work
from knowledge_exchange.core.revisions import newest_revision

#: No row is longer; a file that claims one is no backup.
MAX_LINE_BYTES = 64 * 1024 * 1024
MAX_MANIFEST_BYTES = 1024 * 1024

Row = dict[str, Any]
Told = Callable[[int], None]
#: What a damaged file raises when it is read or taken apart.
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError, TypeError, NotImplementedError, RuntimeError)


class BadBackup(ValueError):
    """A file that can't be restored; the message says why in plain words."""


class NotEmpty(ValueError):
    """The database has rows already."""


@dataclass(frozen=True)
class Backup:
    """A backup that has been opened and found whole as far as its table of contents goes."""

    packed: zipfile.ZipFile
    manifest: dict[str, Any]
    keys: bytes | None

    @property
    def rows(self) -> int:
        """How many rows it holds."""
        return sum(table["rows"] for table in self.manifest["tables"].values())


def open_backup(file: IO[bytes]) -> Backup:
    """Open a backup. Raises :class:`BadBackup` where it is none, or damaged."""
    try:
        packed = zipfile.ZipFile(file)
        manifest = _manifest(packed)
        keys = _keys(packed, manifest)
    except BadBackup:
        raise
    except _DAMAGE as error:
        raise BadBackup("this is no backup of a Knowledge Exchange, or it is not complete") from error
    return Backup(packed, manifest, keys)


def _manifest(packed: zipfile.ZipFile) -> dict[str, Any]:
    with packed.open(MANIFEST) as entry:
        manifest: dict[str, Any] = json.loads(entry.read(MAX_MANIFEST_BYTES))
    if manifest["format"] != FORMAT:
        raise ValueError("another format")
    if manifest["format_version"] != FORMAT_VERSION:
        raise BadBackup("it was written by a newer version of this program: restore it with that one")
    for told in manifest["tables"].values():
        if not isinstance(told["rows"], int) or not isinstance(told["sha256"], str):
            raise ValueError("no counts")
    return manifest


def _keys(packed: zipfile.ZipFile, manifest: dict[str, Any]) -> bytes | None:
    if "keys_sha256" not in manifest:
        return None
    with packed.open(KEYS) as entry:
        content = entry.read(MAX_MANIFEST_BYTES)
    if hashlib.sha256(content).hexdigest() != manifest["keys_sha256"]:
        raise BadBackup("the keys in it are damaged")
    crypto.parse(content)
    return content


def check_revision(backup: Backup) -> None:
    """Raises :class:`BadBackup` where the tables were others than this program's."""
    theirs, ours = backup.manifest.get("revision"), newest_revision()
    known = {table.name for table in tables()}
    if theirs != ours or set(backup.manifest["tables"]) != known:
        raise BadBackup(
            f"it was made at database revision {theirs}, this program is at {ours}: restore it with the "
            "version that made it, then update and run `knowledge-exchange migrate`"
        )


def restore(backup: Backup, told: Told) -> None:
    """Put everything into the database in one transaction; ``told`` hears how many rows are in.

    Raises :class:`NotEmpty`, or :class:`BadBackup` where a checksum or a row is wrong: nothing has
    been written then, nor when the process is killed on the way.
    """
    with unit_of_work():
        _require_empty()
        done = 0
        for table in tables():
            try:
                done += _restore_table(backup, table, partial(_add, told, done))
            except BadBackup:
                raise
            except _DAMAGE as error:
                raise BadBackup(f"the part with the table “{table.name}” is damaged") from error
            except StatementError as error:
                why = type(error.orig or error).__name__
                raise BadBackup(f"the database refuses the rows of the table “{table.name}” ({why})") from error
        if not is_sqlite():
            # Without statistics the first pages would be slow.
            db.session.execute(text("ANALYZE"))


def _add(told: Told, before: int, rows: int) -> None:
    told(before + rows)


def _require_empty() -> None:
    for table in tables():
        if db.session.execute(select(table).limit(1)).first() is not None:
            raise NotEmpty(table.name)


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
    if names != [column.name for column in table.columns]:
        raise ValueError("other columns")
    return [(column.name, _reader(column)) for column in table.columns]


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
    history that was imported with its own dates. Those few are made good at the end.
    """

    def __init__(self, table: Table) -> None:
        self._table = table
        own = [key.parent for key in table.foreign_keys if key.column.table is table]
        self._column = own[0] if own else None
        self._waiting: list[Row] = []

    def put_off(self, row: Row) -> Row:
        """The row as it can be inserted now."""
        if self._column is None:
            return row
        name = self._column.name
        if row[name] is not None and row[name] >= row["id"]:
            self._waiting.append({"row_id": row["id"], "refers_to": row[name]})
            return {**row, name: None}
        return row

    def make_good(self) -> None:
        """Set what was put off."""
        if self._column is None or not self._waiting:
            return
        mine = self._table.c.id == bindparam("row_id")
        setting = update(self._table).where(mine).values({self._column: bindparam("refers_to")})
        db.session.connection().execute(setting, self._waiting)


def place_keys(backup: Backup, path: Path) -> bool:
    """Put the backup's keys where the exchange looks for them; returns whether that made the file.

    Raises :class:`BadBackup` where other keys are there already.
    """
    if backup.keys is None or crypto.put(path, backup.keys):
        return backup.keys is not None
    if crypto.load(path) != crypto.parse(backup.keys):
        raise BadBackup(
            f"there is a key file with other keys at {path}. An empty database needs none of them: "
            "move that file away, then restore again"
        )
    return False
