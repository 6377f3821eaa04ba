"""Writing the index: what can be found, as rows of stems, told to FTS5 or to PostgreSQL's ``tsvector``.

Within the caller's unit of work: what was written and what is found never differ. Everything that a document says is
in its row; SQLite's index is told the old row when a new one comes (FTS5, external content).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import column, delete, insert, select, table, text
from sqlalchemy.dialects import postgresql, sqlite

from knowledge_exchange.core.db import AnyRow, db, is_sqlite, table_of
from knowledge_exchange.core.id_lists import is_one_of
from knowledge_exchange.core.reads import Read, Write
from knowledge_exchange.search import facets, vocabulary
from knowledge_exchange.search.models import SearchDocument
from knowledge_exchange.search.words import stem, taken_apart

#: Rows that go to the database at once.
ROWS_A_BATCH = 500
#: Of title and text, so that no phrase spans both (PostgreSQL counts places through).
_GAP = 10
#: Parts what is written once more as one word from the text: no word is like it, and no phrase spans it.
_BREAK = "_"
#: Texts whose stems each process keeps, about 5 kB each: a post is put anew with each change of its thread.
_MOST_KEPT = 512
_FACET = re.compile(r"[a-z]:[\w-]+")
#: Whoever fills the index anew (``search/filling.py``) keeps others from writing it meanwhile (PostgreSQL).
LOCK = 0x6B65_7365_6172_6368


@dataclass(frozen=True, slots=True)
class Document:
    """A post, or what a later room holds, as it is to be found.

    ``title`` and ``text`` are words for people, without markup; ``title`` in the one document of a thread that opens
    it. ``facets`` are words of ``search/facets.py``; those of network, thread and source are added here.
    """

    id: int
    source: str
    network_id: int
    thread_id: int | None
    is_shielded: bool
    title: str
    text: str
    facets: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Stems:
    """What a text says: its stems in order, those of what is joined once more as one, and its words as they are."""

    said: tuple[str, ...]
    joined: tuple[str, ...]
    words: frozenset[str]

    def __str__(self) -> str:
        return " ".join([*self.said, _BREAK, *self.joined] if self.joined else self.said)


_TABLE = table_of(SearchDocument)
_VALUES = [one.name for one in _TABLE.columns if one.name != "id"]
_OLD = Read(
    select(*[_TABLE.c[name] for name in ("id", *_VALUES) if name != "words"]).where(is_one_of(_TABLE.c.id, "ids"))
)


def _upsert(new: sqlite.Insert | postgresql.Insert) -> Write:
    return Write(new.on_conflict_do_update(index_elements=["id"], set_={name: new.excluded[name] for name in _VALUES}))


_PUT = {"sqlite": _upsert(sqlite.insert(_TABLE)), "postgresql": _upsert(postgresql.insert(_TABLE))}
_DROP = Write(delete(_TABLE).where(is_one_of(_TABLE.c.id, "ids")))
_INDEXED = ("title", "body", "facets")
_INDEX = table("search_index", *[column(name) for name in ("search_index", "rowid", *_INDEXED)])
_TELL = Write(insert(_INDEX))
#: FTS5 keeps no text: to forget a row, it must be told what that said.
_FORGET = Write(insert(_INDEX))


def put(documents: Iterable[Document], *, learn_all: bool = False) -> None:
    """Have these documents found as they are now, whether they were there before or not. In a unit of work.

    Those that say what they said cost a look alone; ``learn_all``: and their words, which may have been forgotten.
    Raises ``ValueError`` for a facet that is none.
    """
    by_id = {document.id: document for document in documents}
    if not by_id:
        return
    # In one order, so that no two who write the same rows wait for each other.
    given = [by_id[id_] for id_ in sorted(by_id)]
    _take_turn()
    for start in range(0, len(given), ROWS_A_BATCH):
        _put(given[start : start + ROWS_A_BATCH], learn_all)


def drop(ids: Collection[int]) -> None:
    """Have these documents found no more; those that are not there do no harm. In a unit of work."""
    every = sorted(set(ids))
    if not every:
        return
    _take_turn()
    for start in range(0, len(every), ROWS_A_BATCH):
        batch = every[start : start + ROWS_A_BATCH]
        old = _OLD.all(ids=batch)
        _forget(old)
        _DROP.run(ids=batch)
        vocabulary.forget(_told_by_rows(old))


def _take_turn() -> None:
    """Wait for whoever fills the index anew: what they have read may be older than what is written here."""
    if not is_sqlite():
        db.session.execute(_SHARED, {"lock": LOCK})


_SHARED = text("SELECT pg_advisory_xact_lock_shared(:lock)")


def _put(documents: Sequence[Document], learn_all: bool) -> None:
    old = {row.id: row for row in _OLD.all(ids=[document.id for document in documents])}
    rows, learnt = [], vocabulary.Told()
    for document in documents:
        row, words = _row(document)
        is_changed = not _is_same(old.get(document.id), row)
        if is_changed:
            rows.append(row)
        if (is_changed or learn_all) and not document.is_shielded:
            learnt.add(document.id, document.network_id, words)
    changed = [old[row["id"]] for row in rows if row["id"] in old]
    _forget(changed)
    _PUT["sqlite" if is_sqlite() else "postgresql"].many(rows)
    if is_sqlite():
        _TELL.many([{"rowid": row["id"], **{name: row[name] for name in _INDEXED}} for row in rows])
    if changed:
        vocabulary.forget(_told_by_rows(changed) - learnt.stems)
    vocabulary.learn(learnt)


def _forget(old: Sequence[AnyRow]) -> None:
    if is_sqlite():
        _FORGET.many(
            [
                {"search_index": "delete", "rowid": row.id, **{name: getattr(row, name) for name in _INDEXED}}
                for row in old
            ]
        )


def _told_by_rows(rows: Sequence[AnyRow]) -> set[tuple[int, str]]:
    """Stems that stand in these rows, by network; not those of what is hidden from somebody, which nobody is told."""
    open_ones = [row for row in rows if not row.is_shielded]
    return {(row.network_id, said) for row in open_ones for said in f"{row.title} {row.body}".split()}


def _is_same(old: AnyRow | None, row: dict[str, Any]) -> bool:
    return old is not None and all(getattr(old, name) == row[name] for name in _VALUES if name != "words")


def _row(document: Document) -> tuple[dict[str, Any], frozenset[str]]:
    """A document as its row, and the words in it, not stemmed."""
    title, body = _stems(document.title), _stems(document.text)
    tokens = _facets(document, title)
    return {
        "id": document.id,
        "source": document.source,
        "network_id": document.network_id,
        "thread_id": document.thread_id,
        "is_shielded": document.is_shielded,
        "title": str(title),
        "body": str(body),
        "facets": " ".join(tokens),
        "words": None if is_sqlite() else _tsvector(title, body, tokens),
    }, title.words | body.words


@lru_cache(maxsize=_MOST_KEPT)
def _stems(text: str) -> _Stems:
    words, joined = taken_apart(text)
    return _Stems(tuple(map(stem, words)), tuple(map(stem, joined)), frozenset(words))


def _facets(document: Document, title: _Stems) -> list[str]:
    """Each once, and in the same order whenever they are made."""
    own = [facets.source(document.source), facets.network(document.network_id)]
    if document.thread_id is not None:
        own.append(facets.thread(document.thread_id))
    for given in document.facets:
        if not _FACET.fullmatch(given):
            raise ValueError(f"{given!r} is no facet")
    named = [facets.title_word(one) for one in (*title.said, *title.joined)]
    return sorted({*own, *document.facets, *named})


def _tsvector(title: _Stems, body: _Stems, tokens: Sequence[str]) -> str:
    """The same as the text of a ``tsvector``: places of each stem, those of the title marked. Facets have no place."""
    places: dict[str, list[str]] = {}
    place = 0
    for stems, weight in ((title, "A"), (body, "")):
        for run in (stems.said, stems.joined):
            for one in run:
                place += 1
                places.setdefault(one, []).append(f"{place}{weight}")
            place += _GAP
    said = [f"'{one}':{','.join(at)}" for one, at in places.items()]
    return " ".join([*said, *[f"'{token}'" for token in tokens]])
