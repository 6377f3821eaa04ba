"""Lists of ids as one parameter of a statement that is compiled once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import unit_of_work
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
