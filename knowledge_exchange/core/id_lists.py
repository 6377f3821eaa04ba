"""Lists of ids as one parameter, so that a statement with one is compiled once, however long the list is.

On SQLite it goes as JSON, on PostgreSQL as an array.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Dialect, Text, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement


class _IdList(TypeDecorator[Collection[int]]):
    """Ids as the text that the database takes apart."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Collection[int] | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        opens, closes = "[]" if dialect.name == "sqlite" else "{}"
        return opens + ",".join(map(str, value)) + closes


class _IsOneOf(FunctionElement[bool]):
    name = "is_one_of"
    type = Boolean()
    inherit_cache = True
    #: A condition as it stands: compared with 1 (as SQLAlchemy does it for SQLite) no index would serve it.
    _is_implicitly_boolean = True


def is_one_of(column: Any, name: str) -> ColumnElement[bool]:
    """Condition: the column is one of the ids in the list that is bound under ``name``."""
    return _IsOneOf(column, bindparam(name, type_=_IdList()))


@compiles(_IsOneOf, "sqlite")
def _in_sqlite(element: _IsOneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} IN (SELECT CAST(value AS INTEGER) FROM json_each({ids})))"  # noqa: S608 -- of compiled clauses


@compiles(_IsOneOf, "postgresql")
def _in_postgresql(element: _IsOneOf, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(clause, **options) for clause in element.clauses)
    return f"({column} = ANY (CAST({ids} AS BIGINT[])))"
