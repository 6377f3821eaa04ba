"""What can be found, room by room: each registers a source, and the search asks it for documents and conditions.

The room of the search knows no table of a room above it. Which of its documents a member may see it asks by itself,
of their network and their thread (``search/sight.py``); whoever shows them (:attr:`Source.cards`) asks once more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app
from sqlalchemy import ColumnElement

from knowledge_exchange.auth.me import Me
from knowledge_exchange.search.documents import Document

#: Condition on ``SearchDocument`` for one reader and what they typed (empty for ``mine`` and ``unread``).
Condition = Callable[[Me, str], ColumnElement[bool]]
#: Filters that a source may answer itself; the others are words of the index.
FILTERS = ("mine", "unread", "by")
_KEPT = "ke_search_sources"


@dataclass(frozen=True, slots=True)
class Source:
    """A room's documents.

    ``documents_after(id, most)``: those with greater ids that can be found now, by rising id, as they are now; none
    where there are no more. Called in a unit of work.
    ``count()``: how many there are in all.
    ``cards(me, ids)``: what a page shows of these documents, by id; those that the reader may not see are left out.
    ``filters``: of :data:`FILTERS`, those that it knows.
    """

    name: str
    documents_after: Callable[[int, int], Sequence[Document]]
    count: Callable[[], int]
    cards: Callable[[Me, Sequence[int]], Mapping[int, Any]]
    filters: Mapping[str, Condition] = field(default_factory=dict)


def register(app: Flask, source: Source) -> None:
    """Have a source's documents found. Raises ``KeyError`` for a filter that nobody could type."""
    for name in source.filters:
        if name not in FILTERS:
            raise KeyError(name)
    app.extensions.setdefault(_KEPT, {})[source.name] = source


def all_sources() -> list[Source]:
    """All that are registered, by name."""
    found: dict[str, Source] = current_app.extensions.get(_KEPT, {})
    return [found[name] for name in sorted(found)]


def source_of(name: str) -> Source | None:
    """One of them by its name."""
    found: Source | None = current_app.extensions.get(_KEPT, {}).get(name)
    return found
