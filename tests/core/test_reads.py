"""`Read` gives what the session would, in the same transaction, and hides nothing from who counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import bindparam, event, insert, select, update
from sqlalchemy.exc import DatabaseError

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import Id, db, end_read, unit_of_work
from knowledge_exchange.core.reads import Read, reading_link

MOMENT = datetime(2026, 11, 21, 12, 30, 15, 123456, UTC)
BY_ID = select(
    Member.id, Member.name, Member.handle, Member.created_at, Member.email_confirmed_at, (Member.id > 1).label("large")
).where(Member.id == bindparam("me", type_=Id), Member.standing.in_(("active", "pending")))
READ = Read(BY_ID)


@pytest.fixture
def here(app: Flask) -> Iterator[Flask]:
    with app.app_context():
        with unit_of_work() as work:
            work.execute(
                insert(Member).values(id=5, email="e@example.org", name="Zoë", password_hash="!", created_at=MOMENT)
            )
        yield app


def test_rows_are_those_of_the_session(here: Flask) -> None:
    expected = db.session.execute(BY_ID, {"me": 5}).one()
    end_read()
    found = READ.first(me=5)
    assert reading_link() is not None, "it was not the session that read"
    assert tuple(found) == tuple(expected)
    assert found._asdict() == expected._asdict()
    assert found.created_at == MOMENT
    assert found.email_confirmed_at is None


def test_nothing_found_is_none_or_an_empty_list(here: Flask) -> None:
    assert READ.first(me=6) is None
    assert READ.all(me=6) == []


def test_inside_a_unit_of_work_it_sees_what_was_written_there(here: Flask) -> None:
    assert READ.first(me=5).name == "Zoë"
    with unit_of_work() as work:
        work.add(Member(id=9, email="n@example.org", name="New", password_hash="!"))
        work.execute(update(Member).where(Member.id == 5).values(name="Changed"))
        assert READ.first(me=5).name == "Changed"
        assert READ.first(me=9).name == "New"
    assert READ.first(me=5).name == "Changed", "and afterwards what was committed"


def test_a_page_reads_one_moment_and_the_next_one_reads_afresh(here: Flask) -> None:
    assert READ.first(me=5).name == "Zoë"
    with here.app_context(), unit_of_work() as work:
        work.execute(update(Member).where(Member.id == 5).values(name="Later"))
    if db.engine.dialect.name == "sqlite":
        assert READ.first(me=5).name == "Zoë"
    end_read()
    assert READ.first(me=5).name == "Later"


def test_who_listens_to_statements_hears_of_each(here: Flask) -> None:
    said = []

    def note(_link: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        assert READ.first(me=5).name == "Zoë"
        assert READ.first(me=5).name == "Zoë"
    finally:
        event.remove(db.engine, "before_cursor_execute", note)
    assert len(said) == 2


def test_the_connection_is_given_back_with_the_request(app: Flask) -> None:
    with app.app_context():
        pool = db.engine.pool
    for _ in range(3):
        with app.app_context():
            READ.first(me=5)
    assert pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_fault_is_told_as_the_session_tells_it(here: Flask) -> None:
    from sqlalchemy import literal_column, table

    with pytest.raises(DatabaseError):
        Read(select(literal_column("1").label("one")).select_from(table("nowhere"))).all()
    end_read()
    db.session.rollback()
    assert READ.first(me=5).name == "Zoë"


def test_a_connection_that_ended_is_replaced(here: Flask) -> None:
    link = reading_link()
    assert link is not None
    link.driver.close()
    assert READ.first(me=5).name == "Zoë"


def test_what_is_the_same_each_time_is_written_into_the_statement(here: Flask) -> None:
    """SQLite would plan anew for each value that may decide whether a partial index serves."""
    compiled = READ._for(db.engine.dialect, {"me": 5})
    assert compiled.constants == {}
    assert "'active'" in compiled.sql


def test_text_that_would_need_quoting_stays_bound(here: Flask) -> None:
    hostile = "x' OR '1'='1"
    statement = select(Member.id, Member.name).where(Member.name.in_((hostile, "Zoë", "50%")), Member.id == 5)
    read = Read(statement)
    assert sorted(read._for(db.engine.dialect, {}).constants.values(), key=str) == sorted([hostile, "Zoë", "50%"])
    assert read.first().name == "Zoë"
    assert Read(select(Member.id).where(Member.name == hostile)).all() == []
