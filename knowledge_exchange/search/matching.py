"""What matches, as a statement: FTS5's on SQLite, a ``tsquery`` on PostgreSQL; and of that what a member may see.

Every statement that reads documents for somebody is made here, and asks for sight in itself.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, cast, column, literal_column, select, table
from sqlalchemy.dialects.postgresql import TSQUERY

from knowledge_exchange.core.db import AnySelect, Id, is_sqlite, table_of
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.queries import Whom, readable_by
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.search.models import SearchDocument
from knowledge_exchange.search.query import Node, said_to_postgresql, said_to_sqlite

DOCUMENT = table_of(SearchDocument)
_INDEX = table("search_index", column("search_index"), column("rowid", Id))


def stated(node: Node) -> str:
    """What is looked for, in the language of the database in use: the value of ``match``."""
    return said_to_sqlite(node) if is_sqlite() else said_to_postgresql(node)


def open_to(member_id: Whom) -> ColumnElement[bool]:
    """Condition on a document: its network may be read by that (active) member, and its thread is not hidden from them.

    Which networks these are is worked out once for a statement, not for each document.
    """
    networks = select(Network.id).where(readable_by(member_id))
    sight = thread_open_to(DOCUMENT.c.thread_id, member_id, DOCUMENT.c.is_shielded)
    return and_(DOCUMENT.c.network_id.in_(networks), sight)


def matching(on_sqlite: bool, *columns: Any) -> AnySelect:
    """A SELECT of the documents that match ``match``, whoever may see them, newest first, with ids between two.

    ``after`` and ``before`` are both left out. SQLite goes through its index from the newest on and stops where there
    are enough; PostgreSQL chooses by how common the words are.
    """
    after, before = bindparam("after", type_=Id), bindparam("before", type_=Id)
    if on_sqlite:
        # With the sign before it no plan can begin with the documents and ask the index of each.
        there = DOCUMENT.c.id == literal_column("+search_index.rowid", Id)
        found = select(*columns).select_from(_INDEX).join(DOCUMENT, there)
        found = found.where(_INDEX.c.search_index.op("MATCH", is_comparison=True)(bindparam("match", type_=Text())))
        key: Any = _INDEX.c.rowid
    else:
        wanted = cast(bindparam("match", type_=Text()), TSQUERY)
        found = select(*columns).where(DOCUMENT.c.words.op("@@", is_comparison=True)(wanted))
        key = DOCUMENT.c.id
    return found.where(key > after, key < before).order_by(key.desc()).limit(bindparam("most"))


#: Which document it is, and where.
PLACE = tuple([DOCUMENT.c[name] for name in ("id", "source", "network_id", "thread_id")])
#: And what it says: reading that with the rest costs a fifth more, and a tenth of a further statement.
SAYING = (*PLACE, *[DOCUMENT.c[name] for name in ("title", "body", "facets")])


def read_for(columns: tuple[Any, ...], further: tuple[ColumnElement[bool], ...] = ()) -> Read:
    """Documents that match and that ``me`` may see, narrowed by further conditions.

    Bound: ``me``, ``match``, ``after``, ``before``, ``most``.
    """
    return _made(is_sqlite(), columns, further) if further else _kept(is_sqlite(), columns)


def _made(on_sqlite: bool, columns: tuple[Any, ...], further: tuple[ColumnElement[bool], ...]) -> Read:
    query = matching(on_sqlite, *columns).where(open_to(bindparam("me", type_=Id)), *further)
    return Read(query, planned_each_time=True)


@cache
def _kept(on_sqlite: bool, columns: tuple[Any, ...]) -> Read:
    return _made(on_sqlite, columns, ())
