"""Lists of sealed places: everybody has one, all look alike, and a change names nobody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from knowledge_exchange.auth import sealed_list
from knowledge_exchange.auth.models import Member, SealedList
from knowledge_exchange.core import crypto
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import new_id, random_id

MEMBERS = 200


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def members() -> list[int]:
    ids = [new_id() for _one in range(MEMBERS)]
    with unit_of_work() as work:
        for id_ in ids:
            work.add(Member(id=id_, email=f"{id_}@x.example", name="N", password_hash="!", standing="active"))
    sealed_list.keep_lists()
    return ids


def contents() -> dict[int, bytes]:
    db.session.rollback()
    rows = db.session.execute(select(SealedList.member_id, SealedList.content))
    return {row.member_id: bytes(row.content) for row in rows}


def test_everybody_has_a_list_and_all_are_equally_long(members: list[int]) -> None:
    with unit_of_work():
        sealed_list.add_place(members[3], random_id(), random_id())
    found = contents()
    assert set(found) == set(members)
    assert len({len(content) for content in found.values()}) == 1


def test_a_place_is_found_again_and_nobody_else_has_it(members: list[int]) -> None:
    thread_id, place_id = random_id(), random_id()
    with unit_of_work():
        sealed_list.add_place(members[7], thread_id, place_id)
    assert dict(sealed_list.places_of(members[7])) == {thread_id: place_id}
    assert sealed_list.places_of_all(members) == {members[7]: {thread_id: place_id}}


def test_many_places_fit(members: list[int]) -> None:
    places = {random_id(): random_id() for _one in range(2 * sealed_list.LEAST_ROOM + 2)}
    for thread_id, place_id in places.items():
        with unit_of_work():
            sealed_list.add_place(members[0], thread_id, place_id)
    assert dict(sealed_list.places_of(members[0])) == places


def test_the_lists_of_many_others_change_with_one(members: list[int]) -> None:
    before = contents()
    with unit_of_work():
        sealed_list.add_place(members[90], random_id(), random_id())
    after = contents()
    changed = {id_ for id_ in members if before[id_] != after[id_]}
    assert len(changed) == sealed_list.NEIGHBOURS
    assert members[90] in changed
    others = sealed_list.places_of_all([id_ for id_ in members if id_ != members[90]])
    assert others == {}


def test_all_lists_are_sealed_afresh_and_say_the_same(members: list[int]) -> None:
    thread_id, place_id = random_id(), random_id()
    with unit_of_work():
        sealed_list.add_place(members[11], thread_id, place_id)
    before = contents()
    sealed_list.stir()
    after = contents()
    assert all(before[id_] != after[id_] for id_ in members)
    assert sealed_list.places_of_all(members) == {members[11]: {thread_id: place_id}}


def test_somebody_without_a_list_yet_gets_one_together_with_others_who_have_none() -> None:
    ids, thread_id = [new_id() for _one in range(5)], random_id()
    with unit_of_work() as work:
        for id_ in ids:
            work.add(Member(id=id_, email=f"{id_}@x.example", name="N", password_hash="!", standing="active"))
    with unit_of_work():
        sealed_list.add_place(ids[4], thread_id, random_id())
    assert thread_id in sealed_list.places_of(ids[4])
    assert ids[4] in contents()


def test_lists_are_begun_in_the_order_of_their_members_so_that_no_two_who_do_it_wait_for_each_other() -> None:
    ids = [new_id() for _one in range(50)]
    begun: list[int] = []
    with unit_of_work() as work:
        for id_ in ids:
            work.add(Member(id=id_, email=f"{id_}@x.example", name="N", password_hash="!", standing="active"))

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if statement.startswith("INSERT INTO sealed_list"):
            begun.extend(one for one in (values.values() if isinstance(values, dict) else values) if one in ids)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        with unit_of_work():
            sealed_list.add_place(ids[7], random_id(), random_id())
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert begun == ids


def test_a_list_cannot_be_read_under_other_keys(members: list[int]) -> None:
    content = bytearray(contents()[members[0]])
    content[-1] ^= 1
    with pytest.raises(ValueError, match="another key"):
        crypto.unseal(bytes(content))
