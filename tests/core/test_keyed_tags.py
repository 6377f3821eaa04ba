"""Tags are the same whether the database makes them or we do, and fit nothing under other keys."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Text, literal, null, select

from knowledge_exchange.core import crypto, key_file, keyed_tags
from knowledge_exchange.core.clock import held, now
from knowledge_exchange.core.db import Id, db
from knowledge_exchange.core.keyed_tags import TAG_BYTES, subject, tag_of

ROW = 8_123_456_789_012_345_678
SUBJECTS = ["k", "o:R0A", "m:1", "o:", "o:Ysbyty Gwynedd ’n", "a:9223372036854775807"]


@pytest.fixture(autouse=True)
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def by_database(generation: int, row_id: int, said: str) -> bytes | None:
    made = tag_of(literal(generation), literal(row_id, Id), literal(said, Text()))
    found = db.session.scalar(select(made))
    return None if found is None else bytes(found)


@pytest.mark.parametrize("said", SUBJECTS)
def test_the_database_makes_the_same_tag(said: str) -> None:
    assert by_database(1, ROW, said) == keyed_tags.tag(1, ROW, said)


def test_a_subject_has_another_tag_in_each_row() -> None:
    rows = [1, 2, ROW]
    assert len({keyed_tags.tag(1, row, "o:R0A") for row in rows}) == len(rows)


def test_a_subject_is_its_kind_and_its_text() -> None:
    found = db.session.scalar(select(subject("m", literal(77, Id))))
    assert found == "m:77"


def test_nobody_has_no_tag() -> None:
    made = tag_of(literal(1), literal(ROW, Id), subject("o", null()))
    assert db.session.scalar(select(made)) is None


@pytest.mark.parametrize("generation", [2, 99])
def test_keys_that_are_not_there_make_no_tag_that_fits(generation: int) -> None:
    assert by_database(generation, ROW, "k") != keyed_tags.tag(1, ROW, "k")


def test_new_keys_reach_connections_that_are_open(app: Flask) -> None:
    before = keyed_tags.tag(1, ROW, "k")
    assert by_database(1, ROW, "k") == before
    db.session.rollback()
    key_file.rotate(app.config["KE_KEY_FILE"])
    crypto.follow_now()
    with held(now() + 2 * key_file.SETTLED_AFTER):
        assert by_database(2, ROW, "k") == keyed_tags.tag(2, ROW, "k") != before
        assert by_database(1, ROW, "k") == before


def test_what_fills_up_looks_like_a_tag() -> None:
    assert len(keyed_tags.no_tag()) == len(keyed_tags.tag(1, ROW, "k")) == TAG_BYTES
    assert keyed_tags.no_tag() != keyed_tags.no_tag()
