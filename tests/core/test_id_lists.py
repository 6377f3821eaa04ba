"""Lists of ids as one parameter of a statement that is compiled once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, is_sqlite, unit_of_work
from knowledge_exchange.core.id_lists import is_one_of
from knowledge_exchange.core.ids import MAX_ID
from knowledge_exchange.core.reads import Read

IDS = (1, 2, 77, MAX_ID)


@pytest.fixture(autouse=True)
def members(app: Flask) -> Iterator[None]:
    with app.app_context():
        with unit_of_work() as work:
            for id_ in IDS:
                work.add(Member(id=id_, email=f"{id_}@x.example", name="N", password_hash="!"))
        yield


@pytest.mark.parametrize("wanted", [(), (1,), (77, MAX_ID), (5,), (*IDS, 5)])
def test_rows_are_found_by_a_list_of_any_length(wanted: tuple[int, ...]) -> None:
    found = Read(select(Member.id).where(is_one_of(Member.id, "ids")))
    others = Read(select(func.count().label("n")).select_from(Member).where(~is_one_of(Member.id, "ids")))
    assert {row.id for row in found.all(ids=list(wanted))} == set(wanted) & set(IDS)
    assert others.scalar(ids=list(wanted)) == len(set(IDS) - set(wanted))


def test_a_key_in_a_list_is_looked_up_and_nothing_gone_through_for_it() -> None:
    found = str(select(Member.id).where(is_one_of(Member.id, "ids")).compile(db.engine))
    link = db.session.connection()
    if is_sqlite():
        plan = link.exec_driver_sql(f"EXPLAIN QUERY PLAN {found}", ("[1]",))
        assert any("SEARCH member" in row[-1] for row in plan)
    else:
        # Of a table as small as this it would read all.
        link.exec_driver_sql("SET LOCAL enable_seqscan = off")
        plan = link.exec_driver_sql(f"EXPLAIN {found}", {"ids": "{1}"})
        assert any("pk_member" in row[0] for row in plan)
