"""Statements that are sent often: compiled once, run on the driver's own cursor.

What SQLAlchemy does around a statement (look it up in its cache, set up a context and a result) costs ten
times what SQLite needs to answer it. What matters is kept: types, and one transaction for all that a page
reads. In a unit of work they go over the session's connection; where statements are listened to, through
SQLAlchemy.

What is the same each time a statement is sent is written into it. SQLite plans a statement anew whenever a value is
bound that may decide whether a partial index serves: for the one that finds who is asking, ten times its own work.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import BindParameter, Dialect, Insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

from knowledge_exchange.core.db import db
from knowledge_exchange.core.links import Link, Work, end_reading, open_link, reading, working

#: Values that each bound parameter remembers.
_MOST_BOUND = 4
#: Text that needs no quoting anywhere; any other stays bound.
_PLAIN_WORD = re.compile(r"[A-Za-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    constants: dict[str, Any]
    binds: tuple[tuple[str, Callable[[Any], Any]], ...]
    order: tuple[str, ...] | None  # of positional parameters; None where they are named
    results: tuple[tuple[int, Callable[[Any], Any]], ...]  # of columns whose values the driver gives otherwise
    row: Callable[[Sequence[Any]], Any]
    #: What the driver's ``execute`` is given beside.
    options: dict[str, Any]


def reading_link() -> Link | None:
    """The driver's own connection for what this request reads, all of it at one moment.

    None where the session must be asked instead: it is at work (in a unit of work above all), or
    somebody listens to statements.
    """
    # A unit of work ends it first (core/db.py), so one that is there may be used.
    return reading() or (None if working() else _opened())


def _opened() -> Link | None:
    engine = db.engine
    if engine.dispatch.before_cursor_execute or (db.session.registry.has() and db.session().in_transaction()):
        return None
    return open_link(engine)


class _Statement:
    """A statement that is compiled once for each database."""

    __slots__ = ("_compiled", "_inserts", "_options", "_statement")

    def __init__(self, statement: Any, *, planned_each_time: bool = False) -> None:
        """``planned_each_time``: what is quickest hangs on the values; else PostgreSQL keeps one plan for all."""
        self._statement = statement
        self._options = {"postgresql": {"prepare": False}} if planned_each_time else {}
        self._inserts = isinstance(statement, Insert)
        self._compiled: dict[Any, _Compiled] = {}

    def _for(self, dialect: Dialect, names: Iterable[str]) -> _Compiled:
        # An INSERT is of the columns that are given.
        key = (dialect.name, *names) if self._inserts else dialect.name
        found = self._compiled.get(key)
        if found is None:
            options = self._options.get(dialect.name, {})
            found = _compile(self._statement, dialect, tuple(names), options, inserts=self._inserts)
            self._compiled[key] = found
        return found

    def _in_session(self, values: dict[str, Any]) -> list[Any]:
        """Its rows, over the session's connection and in its transaction."""
        work = _work()
        compiled = self._for(work.dialect, values)
        if work.is_listened_to():
            result = work.connection.execute(self._statement, values)
            return [compiled.row(found) for found in result] if result.returns_rows else []
        with _told_as_its_own(work.dialect, compiled):
            cursor = work.driver.execute(compiled.sql, _bound(compiled, values), **compiled.options)
            return _finished(cursor.fetchall(), compiled) if cursor.description else []


def _work() -> Work:
    """The unit of work, or what the session is at; with all that its objects have to say written."""
    work = working() or Work(db.session())
    work.session.flush()
    return work


@contextmanager
def _told_as_its_own(dialect: Dialect, compiled: _Compiled) -> Iterator[None]:
    """The driver's errors as SQLAlchemy tells them; the values stay out of them."""
    base = dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        told = DBAPIError.instance(compiled.sql, None, error, base, hide_parameters=True, dialect=dialect)
        raise told from error


class Read(_Statement):
    """A SELECT of columns with bound parameters. Its rows are named tuples."""

    __slots__ = ()

    def all(self, **values: Any) -> list[Any]:
        """All rows; ``values`` are those of the bound parameters."""
        link = reading_link()
        if link is None:
            return self._in_session(values)
        compiled = self._compiled.get(link.dialect.name) or self._for(link.dialect, values)
        try:
            rows = link.driver.execute(compiled.sql, _bound(compiled, values), **compiled.options).fetchall()
        except link.dialect.loaded_dbapi.Error:
            # The session shall say what is wrong, or get a connection that is still alive.
            end_reading()
            return self._in_session(values)
        return _finished(rows, compiled)

    def first(self, **values: Any) -> Any:
        """The first row or None; for statements that give one row or none."""
        rows = self.all(**values)
        return rows[0] if rows else None

    def scalar(self, **values: Any) -> Any:
        """The one value of the one row."""
        return self.all(**values)[0][0]


class Write(_Statement):
    """An INSERT, UPDATE or DELETE (or a SELECT that locks), for use in a unit of work.

    Of a table, not of a model, and with a value for every column that isn't NULL: what Python would
    put in by default is left out.
    """

    __slots__ = ()

    def run(self, **values: Any) -> list[Any]:
        """Run it; the rows of its RETURNING, if it has one."""
        return self._in_session(values)

    def many(self, rows: Sequence[dict[str, Any]]) -> None:
        """Run it for each of these rows of values, which have the same names."""
        if not rows:
            return
        work = _work()
        if work.is_listened_to():
            work.connection.execute(self._statement, list(rows))
            return
        compiled = self._for(work.dialect, rows[0])
        with _told_as_its_own(work.dialect, compiled):
            cursor = work.driver.cursor()
            cursor.executemany(compiled.sql, [_bound(compiled, row) for row in rows])
            cursor.close()


def _compile(
    statement: Any, dialect: Dialect, names: tuple[str, ...], options: dict[str, Any], *, inserts: bool
) -> _Compiled:
    compiler: Any = dialect.statement_compiler
    compiled = _compiler(compiler)(dialect, statement, column_keys=names if inserts else None)
    assert isinstance(compiled, SQLCompiler)
    # With lists (IN) written out: they are constant, for no bound parameter of ours is a list.
    state = compiled.construct_expanded_state(dict.fromkeys(names))
    # Those of the statement as it was compiled, and of the lists that have been written out.
    processors: dict[str, Any] = {**compiled._bind_processors, **state.processors}
    columns = compiled._result_columns
    labels = [column.keyname for column in columns]
    processes = [column.type._cached_result_processor(dialect, None) for column in columns]
    row_type: Any = namedtuple("Row", labels)  # type: ignore[misc]  # its columns are known only now
    return _Compiled(
        sql=state.statement,
        constants={name: value for name, value in state.parameters.items() if name not in names},
        binds=tuple((name, _kept(bind)) for name, bind in processors.items() if name in state.parameters),
        order=tuple(state.positiontup or ()) if compiled.positional else None,
        results=tuple((place, process) for place, process in enumerate(processes) if process is not None),
        row=row_type._make,
        options=options,
    )


@cache
def _compiler(base: Any) -> type[SQLCompiler]:
    class WithConstants(base):  # type: ignore[misc]
        """The dialect's own, which writes constants into the statement."""

        def visit_bindparam(self, bindparam: BindParameter[Any], literal_binds: bool = False, **more: Any) -> str:
            written = literal_binds or _is_plain(bindparam)
            return str(super().visit_bindparam(bindparam, literal_binds=written, **more))

    return WithConstants


def _is_plain(bound: BindParameter[Any]) -> bool:
    """Whether it is a constant, not a value that is given when the statement is sent, and one that is safe to write."""
    if bound.required or bound.callable is not None or bound.value is None:
        return False
    values = bound.value if bound.expanding else (bound.value,)
    return all(type(v) in (int, bool) or (type(v) is str and _PLAIN_WORD.fullmatch(v)) for v in values)


def _kept(bind: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The same, which remembers: the rows of one act bear the same moment."""
    remembered = lru_cache(maxsize=_MOST_BOUND)(bind)
    return lambda value: remembered(value) if isinstance(value, datetime) else bind(value)


def _bound(compiled: _Compiled, values: dict[str, Any]) -> dict[str, Any] | list[Any]:
    given = {**compiled.constants, **values}
    for name, bind in compiled.binds:
        given[name] = bind(given[name])
    return given if compiled.order is None else [given[name] for name in compiled.order]


def _finished(rows: Sequence[Sequence[Any]], compiled: _Compiled) -> list[Any]:
    make, results = compiled.row, compiled.results
    if not results:
        return [make(row) for row in rows]
    made = []
    for row in rows:
        values = list(row)
        for place, process in results:
            # NULL is None in every type of ours.
            if values[place] is not None:
                values[place] = process(values[place])
        made.append(make(values))
    return made
