"""Writing the whole database into one file.

The file is a zip of ``tables/<name>.jsonl`` (a line with the column names, then a line a row, in the
order of the primary key), the files of posts as they are stored (``files/<name>``, sealed), if asked
``keys.json``, and last ``manifest.json`` with revision, row counts and checksums. Nothing in it belongs to
one kind of database.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import Column, ColumnElement, Connection, Table, Text, collate, func, select

from knowledge_exchange import __version__
from knowledge_exchange.cli.backup_content import write_files
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import keyed_hash_at, newest_generation
from knowledge_exchange.core.db import Base, db, end_read, is_sqlite
from knowledge_exchange.core.revisions import current_revision

FORMAT = "knowledge-exchange backup"
FORMAT_VERSION = 1
MANIFEST = "manifest.json"
KEYS = "keys.json"
ROWS_A_BATCH = 1000
#: Packing harder than this takes twice the time for a twentieth of the size.
PACKING = 5

#: What their names begin with: the search's tables are made anew of the others (``search/filling.py``).
DERIVED = "search_"

Told = Callable[[int], None]


def tables() -> list[Table]:
    """All tables that hold what can't be made anew, each behind those that it refers to."""
    return [table for table in Base.metadata.sorted_tables if not table.name.startswith(DERIVED)]


def derived_tables() -> list[Table]:
    """The others, in the same order."""
    return [table for table in Base.metadata.sorted_tables if table.name.startswith(DERIVED)]


def entry_of(table: Table) -> str:
    """Where a table stands in the file."""
    return f"tables/{table.name}.jsonl"


def keys_mark() -> str:
    """Tells whether two exchanges have the same first hashing key, and nothing of the key."""
    return keyed_hash_at(1, "backup", "which keys")


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection that sees one moment of the whole database, whatever is written meanwhile."""
    end_read()
    options: dict[str, Any] = {"stream_results": True, "yield_per": ROWS_A_BATCH}
    if not is_sqlite():
        # In SQLite's write-ahead log every read transaction is such a moment.
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with db.engine.connect().execution_options(**options) as link:
        yield link


def row_counts(link: Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {table.name: link.execute(select(func.count()).select_from(table)).scalar_one() for table in tables()}


def write_backup(goal: Path, link: Connection, counts: dict[str, int], with_keys: bool, told: Told) -> None:
    """Write ``goal``, whole or not at all, readable by its owner alone; ``told`` hears of rows written.

    Raises ``OSError`` where it can't be written.
    """
    draft = goal.with_name(f".{goal.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=PACKING) as packed:
                _fill(packed, link, counts, with_keys, told)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(goal)
    finally:
        draft.unlink(missing_ok=True)


def _fill(packed: zipfile.ZipFile, link: Connection, counts: dict[str, int], with_keys: bool, told: Told) -> None:
    written, done = {}, 0
    for table in tables():
        rows, checksum = _write_table(packed, link, table, partial(_add, told, done))
        if rows != counts[table.name]:
            raise RuntimeError(f"{table.name} changed while it was read")
        written[table.name] = {"rows": rows, "sha256": checksum}
        done += rows
    files = write_files(packed, link)
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "program": __version__,
        "revision": current_revision(),
        "made_at": now().isoformat(timespec="seconds"),
        "database": "sqlite" if is_sqlite() else "postgresql",
        "keys_mark": keys_mark(),
        "keys_generation": newest_generation(),
        "tables": written,
        "files": files,
    }
    if with_keys:
        keys = Path(current_app.config["KE_KEY_FILE"]).read_bytes()
        packed.writestr(KEYS, keys)
        manifest["keys_sha256"] = hashlib.sha256(keys).hexdigest()
    packed.writestr(MANIFEST, json.dumps(manifest, indent=1))


def _add(told: Told, before: int, rows: int) -> None:
    told(before + rows)


def _write_table(packed: zipfile.ZipFile, link: Connection, table: Table, told: Told) -> tuple[int, str]:
    """One table; returns how many rows it has and the checksum of its lines."""
    checksum, rows = hashlib.sha256(), 0
    query = select(table).order_by(*map(_in_order, table.primary_key.columns))
    with packed.open(entry_of(table), "w", force_zip64=True) as entry:
        head = _line([column.name for column in table.columns])
        checksum.update(head)
        entry.write(head)
        for batch in link.execute(query).partitions(ROWS_A_BATCH):
            lines = b"".join(_line([_plain(value) for value in row]) for row in batch)
            checksum.update(lines)
            entry.write(lines)
            rows += len(batch)
            told(rows)
    return rows, checksum.hexdigest()


def _in_order(column: Column[Any]) -> ColumnElement[Any]:
    """A key as it is sorted by: byte by byte, whatever language PostgreSQL was told to sort by."""
    return collate(column, "C") if isinstance(column.type, Text) and not is_sqlite() else column


def _line(values: list[Any]) -> bytes:
    return json.dumps(values, separators=(",", ":")).encode() + b"\n"


def _plain(value: object) -> object:
    """A value as JSON knows it; ``restoring`` knows from the column what it was."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return value
