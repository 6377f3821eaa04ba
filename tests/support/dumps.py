"""All tables as whoever has a copy of the database reads them, and what ties a person to a pseudonym there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import time_of

#: An id that holds a time is at least so large; smaller numbers count something.
LEAST_ID = 2**50
#: Values that tie nobody to anything, for too many rows have them: levels, kinds, standings and the like are shorter
#: than an id, and what is longer stands here.
LONGEST_WORD = 12
STOP = frozenset({"Europe/London", "network_mention", "network_request", "2026-11-02"})
TO_THE_SECOND = 19


@dataclass(frozen=True)
class Row:
    """A row with its values as text; empty columns are left out."""

    table: str
    values: Mapping[str, str]

    def holds(self, words: Iterable[str]) -> bool:
        """Whether one of these words stands in it, by itself or within a text."""
        return any(word in value for word in words for value in self.values.values())

    def ties(self) -> Iterator[tuple[str, str]]:
        """(column, value) of each value by which it could be joined with another; times to the second, ids' too."""
        for column, value in self.values.items():
            if value[10:11] == "T":
                yield column, value[:TO_THE_SECOND]
            elif len(value) > LONGEST_WORD:
                yield column, value
        made = self.values.get("id", "")
        if made.isdigit() and int(made) >= LEAST_ID:
            yield "when it was made", time_of(int(made)).isoformat()[:TO_THE_SECOND]


def dump(app: Flask) -> list[Row]:
    """Every row of every table."""
    found = []
    with app.app_context():
        for table in db.metadata.sorted_tables:
            for row in db.session.execute(select(table)).mappings():
                values = {name: _text(value) for name, value in row.items() if value is not None}
                found.append(Row(table.name, values))
        db.session.rollback()
    return found


def _text(value: object) -> str:
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).hex()
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


#: What is told of a row beside its values: which table and columns, and what stands there where that is a word.
Shape = tuple[str, tuple[tuple[str, str], ...]]


def shapes(rows: Iterable[Row], person: Iterable[str], pseudonym: Iterable[str]) -> Counter[Shape]:
    """The rows that hold both a person and a pseudonym, with the person made alike and ids and times left out."""
    person, pseudonym = set(person), set(pseudonym)
    both = (row for row in rows if row.holds(person) and row.holds(pseudonym))
    return Counter((row.table, _shape(row, person, pseudonym)) for row in both)


def _shape(row: Row, person: set[str], pseudonym: set[str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((column, _label(value, person, pseudonym)) for column, value in row.values.items()))


def _label(value: str, person: set[str], pseudonym: set[str]) -> str:
    if value in person:
        return "the person"
    if value in pseudonym or not (value.isdigit() or value[10:11] == "T"):
        return value
    return "some number or time"


def paths(rows: list[Row], person: Iterable[str], pseudonym: Iterable[str], stop: Iterable[str]) -> set[str]:
    """How a person's rows lead to a pseudonym's, joined on any equal value, over one row between them at most.

    A path says through which columns of which tables it goes. ``stop``: values that everybody's rows have.
    """
    person, pseudonym, stop = set(person), set(pseudonym), STOP.union(stop)
    theirs = [row for row in rows if row.holds(person)]
    others = [row for row in rows if not row.holds(person)]
    near = _leading([row for row in others if row.holds(pseudonym)], stop)
    far: dict[str, set[str]] = defaultdict(set)
    for row in others:
        ties = [(column, value) for column, value in row.ties() if value not in stop]
        ends = {(column, end) for column, value in ties for end in near.get(value, ())}
        for column, value in ties:
            far[value] |= {f"{row.table}.{column} – {row.table}.{its} = {end}" for its, end in ends if its != column}
    ways = ((f"{row.table}.{column}", value) for row in theirs for column, value in row.ties() if value not in stop)
    found: set[str] = set()
    for way, value in ways:
        found |= {f"{way} = {end}" for end in near.get(value, set()) | far.get(value, set())}
    return found


def _leading(rows: Iterable[Row], stop: Iterable[str]) -> dict[str, set[str]]:
    """By value, the columns in which these rows have it."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        for column, value in row.ties():
            if value not in stop:
                found[value].add(f"{row.table}.{column}")
    return found


def changes(before: list[Row], after: list[Row], person: Iterable[str]) -> Counter[tuple[str, str, tuple[str, ...]]]:
    """What came, went or changed in rows that hold a person: the table, which of the three, which columns."""
    person = set(person)
    was, now = (_keyed(rows, person) for rows in (before, after))
    found: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
    for key in was.keys() | now.keys():
        old, new = was.get(key), now.get(key)
        if old is None or new is None:
            found[key[0], "went" if new is None else "came", tuple(sorted((old or new or {}).keys()))] += 1
        elif old != new:
            columns = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
            found[key[0], "changed", tuple(sorted(columns))] += 1
    return found


def _keyed(rows: list[Row], person: set[str]) -> dict[tuple[str, ...], Mapping[str, str]]:
    """A person's rows by table and primary key."""
    mine = (row for row in rows if row.holds(person))
    return {(row.table, *_key(row)): row.values for row in mine}


def _key(row: Row) -> tuple[str, ...]:
    names = [column.name for column in db.metadata.tables[row.table].primary_key]
    return tuple(row.values[name] for name in names)
