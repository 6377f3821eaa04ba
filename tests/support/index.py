"""Whether what is found is what is there: the index of the search beside one that is made anew from the posts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, text

from knowledge_exchange.core.db import db, is_sqlite, table_of, unit_of_work
from knowledge_exchange.search import documents
from knowledge_exchange.search.models import SearchDocument
from knowledge_exchange.threads.finding.indexing import count, documents_after

_ALL = 10_000


def index() -> list[Any]:
    """Every document, with all that the databases' own indexes are made of."""
    table = table_of(SearchDocument)
    return list(db.session.execute(select(table).order_by(table.c.id)).all())


def check_index(*said: object) -> None:
    """The index is what it would be if it were made anew; ``said`` is told where it isn't."""
    with unit_of_work():
        found = index()
        if is_sqlite():  # raises where FTS5 says otherwise than the documents
            db.session.execute(text("INSERT INTO search_index(search_index, rank) VALUES ('integrity-check', 1)"))
        assert len(found) == count(), said
        assert found == _anew(), said


def _anew() -> list[Any]:
    documents.drop([row.id for row in index()])
    assert index() == []
    documents.put(documents_after(0, _ALL))
    return index()
