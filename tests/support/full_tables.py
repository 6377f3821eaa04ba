"""A row in every table that has none, and values that one kind of database might treat differently."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Table,
    insert,
    select,
    update,
)

from knowledge_exchange.cli.backing_up import tables
from knowledge_exchange.core.db import UtcDateTime, db, unit_of_work
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.models import Post

LARGEST_ID = 2**63 - 1
#: More than 16 bits a letter, both ways of writing é, a joined emoji, what ends a line elsewhere, quotes, a lone CR.
ODD_TEXT = "e\u0301 \u00e9 👩🏽‍⚕️ \U0001f9d1‍\U0001f91d‍\U0001f9d1 \u2028 \u202e \\ ' \" \\u0041 % %s :name \r \t\x7f\x01 "
ODD_TIME = datetime(2024, 10, 27, 1, 30, 0, 1, tzinfo=UTC)
ODD_BYTES = bytes(range(256))


def fill_every_table(app: Flask) -> None:
    """Put a row into each empty table of ``app``, and odd values beside the ordinary ones."""
    with app.app_context():
        for table in tables():
            with unit_of_work() as work:
                if work.execute(select(table).limit(1)).first() is None:
                    work.execute(insert(table).values(_invented(table)))
        with unit_of_work() as work:
            work.execute(
                update(Post).where(Post.id == select(Post.id).limit(1).scalar_subquery()).values(body=ODD_TEXT)
            )
            some = select(Participant.id).limit(1).scalar_subquery()
            work.execute(update(Participant).where(Participant.id == some).values(sealed=ODD_BYTES))
        db.session.remove()


def _invented(table: Table) -> dict[str, Any]:
    """A row whose references are good; what has a plain default keeps it, for that satisfies every check."""
    plain = [column for column in table.columns if column.default is None or column.default.is_callable]
    return {column.name: _value(column) for column in plain}


def _value(column: Column[Any]) -> Any:
    for key in column.foreign_keys:
        return db.session.execute(select(key.column).limit(1)).scalar()
    kind = column.type
    if isinstance(kind, UtcDateTime | DateTime):
        return ODD_TIME
    if isinstance(kind, Date):
        return date(2024, 2, 29)
    if isinstance(kind, Boolean):
        return True
    if isinstance(kind, LargeBinary):
        return ODD_BYTES
    if isinstance(kind, Integer):
        return LARGEST_ID if isinstance(kind, BigInteger) and column.primary_key else 1
    return _allowed(column) or ODD_TEXT


def _allowed(column: Column[Any]) -> str | None:
    """One of the words that a check wants; None where any text will do."""
    for check in column.table.constraints:
        if isinstance(check, CheckConstraint):
            found = re.search(rf"\b{column.name} IN \('([^']*)'", str(check.sqltext))
            if found:
                return found.group(1)
    return None
