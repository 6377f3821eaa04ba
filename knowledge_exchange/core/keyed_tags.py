"""Keyed hashes that the database works out by itself, so that a condition can ask them of every row.

A tag is HMAC-SHA-256, cut to 16 bytes, of the id of the row that it stands with and of a subject: equal subjects have
unequal tags in different rows, and without the key file nobody can tell of whom one is. On SQLite a function of ours
does it; PostgreSQL has SHA-256, and gets the keys as settings of each connection (never as part of a statement, which
might be logged). Its keys are derived from the hashing keys (``core/crypto.py``), a generation from each.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import sqlite3
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Flask
from sqlalchemy import ColumnElement, LargeBinary, Text, cast, event, literal, literal_column
from sqlalchemy.engine import Engine
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from knowledge_exchange.core import crypto
from knowledge_exchange.core.db import Id, db

TAG_BYTES = 16
_BLOCK = 64
_INNER, _OUTER = 0x36, 0x5C
_FUNCTION = "ke_tag"
_SETTING = "ke.tag_keys"
_GIVEN = "ke_tag_keys"


def init_app(app: Flask) -> None:
    """Teach every connection of the app's database to make tags."""
    with app.app_context():
        engine = db.engine
    prepare = _prepare_sqlite if engine.dialect.name == "sqlite" else _prepare_postgresql
    prepare(engine, lambda: _derived(crypto.hashing_keys(app)))


def tag(generation: int, row_id: int, subject: str) -> bytes:
    """The tag of a subject in a row, as it is stored."""
    return _tag(_derived(crypto.hashing_keys())[generation - 1], row_id, subject)


def no_tag() -> bytes:
    """What looks like a tag and is none."""
    return secrets.token_bytes(TAG_BYTES)


#: Tags that each process remembers, about 0.2 kB each: a list asks for those of the same threads again and again.
MOST_KEPT = 8192


@lru_cache(maxsize=4)
def _derived(hashing: tuple[bytes, ...]) -> tuple[bytes, ...]:
    """One key of each generation, for this purpose alone."""
    return tuple(hmac.digest(key, b"tags in the database", hashlib.sha256) for key in hashing)


@lru_cache(maxsize=MOST_KEPT)
def _tag(key: bytes, row_id: int, subject: str) -> bytes:
    return hmac.digest(key, f"{row_id}:{subject}".encode(), hashlib.sha256)[:TAG_BYTES]


class tag_of(FunctionElement[bytes]):  # noqa: N801 -- a function of SQL
    """In a statement: ``tag_of(generation, row id, subject)``; NULL where the subject is."""

    name = _FUNCTION
    type = LargeBinary()
    inherit_cache = True


@compiles(tag_of, "sqlite")
def _in_sqlite(element: tag_of, compiler: SQLCompiler, **options: Any) -> str:
    return f"{_FUNCTION}({compiler.process(element.clauses, **options)})"


@compiles(tag_of, "postgresql")
def _in_postgresql(element: tag_of, compiler: SQLCompiler, **options: Any) -> str:
    number, row_id, subject = (compiler.process(clause, **options) for clause in element.clauses)
    inner, outer = (
        f"decode(split_part(split_part(current_setting('{_SETTING}', true), ';', {part}), ',', {number}), 'hex')"
        for part in (1, 2)
    )
    said = f"convert_to(CAST({row_id} AS text) || ':' || {subject}, 'UTF8')"
    # A generation that is not known has an empty key: what comes out fits no tag.
    return f"substring(sha256({outer} || sha256({inner} || {said})) FROM 1 FOR {TAG_BYTES})"


Keys = Callable[[], tuple[bytes, ...]]


def _prepare_sqlite(engine: Engine, keys: Keys) -> None:
    def made(generation: int, row_id: int, subject: str | None) -> bytes | None:
        known = keys()
        if subject is None or not 0 < generation <= len(known):
            return None
        return _tag(known[generation - 1], row_id, subject)

    @event.listens_for(engine, "connect")
    def teach(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
        connection.create_function(_FUNCTION, 3, made, deterministic=True)


def _prepare_postgresql(engine: Engine, keys: Keys) -> None:
    @event.listens_for(engine, "checkout")
    def give(connection: Any, entry: ConnectionPoolEntry, _proxy: Any) -> None:
        known = keys()
        if entry.info.get(_GIVEN) == known:
            return
        blocks = [",".join(_padded(key, by).hex() for key in known) for by in (_INNER, _OUTER)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, false)", (_SETTING, ";".join(blocks)))
        # Else it would be undone with the transaction that this has begun.
        connection.commit()
        entry.info[_GIVEN] = known


def _padded(key: bytes, by: int) -> bytes:
    """One of the two blocks that HMAC (RFC 2104) begins its hashes with."""
    return bytes(byte ^ by for byte in key.ljust(_BLOCK, b"\0"))


def subject(kind: str, of: Any) -> ColumnElement[str]:
    """In a statement: a subject of that kind, as text."""
    prefix: ColumnElement[str] = literal_column(f"'{kind}:'", Text())
    return prefix + cast(literal(of, Id) if isinstance(of, int) else of, Text())
