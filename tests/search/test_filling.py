"""The index is filled from what the rooms hold: of a database from before, bit by bit, and made anew by a command."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import delete, func, select, text

from knowledge_exchange.cli.emptying import empty_search
from knowledge_exchange.cli.main import cli
from knowledge_exchange.core.db import db, end_read, is_sqlite, unit_of_work
from knowledge_exchange.search import filling, sources, tending, words
from knowledge_exchange.search.documents import LOCK, Document, drop, put
from knowledge_exchange.search.filling import fill, fill_waiting, problems
from knowledge_exchange.search.models import SearchDocument, SearchState, SearchWord
from knowledge_exchange.search.sources import Source, register
from tests.search.conftest import Shelf


@pytest.fixture
def room(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """A room that holds nine documents, of which the index knows nothing yet."""

    def after(id_: int, most: int) -> list[Document]:
        return [shelf.documents[one] for one in sorted(shelf.documents) if one > id_][:most]

    register(shelf.app, Source("shelf", after, lambda: len(shelf.documents), lambda _me, _ids: {}))
    monkeypatch.setattr(filling, "PAUSE_S", 0)
    for id_ in range(1, 10):
        shelf.add(id_, f"Rostering number {id_}", where="closed" if id_ > 5 else "open")
    with unit_of_work() as work:
        drop(range(1, 10))
        work.execute(delete(SearchWord))
    return shelf


def _there() -> list[int]:
    end_read()
    return list(db.session.scalars(select(SearchDocument.id).order_by(SearchDocument.id)))


def _source() -> Source:
    found = sources.source_of("shelf")
    assert found is not None
    return found


@pytest.mark.databases("postgres")  # SQLite has one writer at a time anyway
def test_the_job_waits_for_nobody_who_is_long_at_the_index(room: Shelf) -> None:
    """Whoever writes then would wait behind it."""
    with db.engine.connect() as writer:
        writer.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": LOCK})
        fill_waiting()
        assert _there() == []
        writer.rollback()
    fill_waiting()
    assert _there() == list(range(1, 10))


def test_a_database_from_before_is_filled_by_the_job(room: Shelf) -> None:
    fill_waiting()
    assert _there() == list(range(1, 10))
    assert room.ids("rostering") == [5, 4, 3, 2, 1]
    assert room.found("rosterign").guess == "rostering"
    assert problems() == []


def test_filling_goes_on_where_it_was_ended(room: Shelf) -> None:
    steps = fill(_source(), 4)
    assert next(steps) == 4
    steps.close()
    assert _there() == [1, 2, 3, 4]
    state = db.session.get(SearchState, "shelf")
    assert state is not None
    assert state.upto == 4
    assert list(fill(_source(), 4)) == [4, 1]
    assert _there() == list(range(1, 10))
    assert list(fill(_source(), 4)) == [0], "nothing is left to be done"


def test_what_is_written_meanwhile_is_kept_and_what_is_gone_leaves(room: Shelf) -> None:
    steps = fill(_source(), 4)
    next(steps)
    room.add(2, "Changed meanwhile")
    room.add(20, "New meanwhile")
    with unit_of_work():
        put([room.documents[7]])
    del room.documents[7]
    list(steps)
    assert _there() == [1, 2, 3, 4, 5, 6, 8, 9, 20]
    assert room.ids("changed") == [2]
    assert room.ids("new") == [20]


def test_other_stems_fill_it_again(room: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_waiting()
    with unit_of_work():
        drop([3])
    assert problems() == [
        "9 of “shelf” should be found by the search, and 8 can be: run `knowledge-exchange search rebuild`."
    ]
    monkeypatch.setattr(filling, "VERSION", words.VERSION + 1)
    assert problems() == [], "it is being filled"
    fill_waiting()
    assert _there() == list(range(1, 10))


def test_the_command_makes_it_anew_and_says_how_much(room: Shelf) -> None:
    room.add(11, "Wilhelmina")
    del room.documents[11]
    with unit_of_work() as work:
        work.execute(text("UPDATE search_document SET source = 'a room that is gone' WHERE id = 11"))
    done = CliRunner().invoke(cli, ["search", "rebuild"])
    assert done.exit_code == 0, done.output
    assert done.output.startswith("Indexed 9 posts and other documents in ")
    assert _there() == list(range(1, 10))
    assert set(db.session.scalars(select(SearchWord.word))) == {"rostering", "number"}
    if is_sqlite():
        with unit_of_work() as again:
            again.execute(text("INSERT INTO search_index (search_index) VALUES ('integrity-check')"))


def test_a_restore_begins_it_anew(room: Shelf) -> None:
    fill_waiting()
    with unit_of_work():
        empty_search()
    assert _there() == []
    assert room.ids("rostering") == []
    assert problems() == [], "it is being filled"
    fill_waiting()
    assert room.ids("rostering") == [5, 4, 3, 2, 1]


def test_rooms_of_the_exchange_itself_are_whole(app: Flask) -> None:
    with app.app_context():
        fill_waiting()
        assert problems() == []
        assert db.session.scalar(select(func.count()).select_from(SearchState)) == len(sources.all_sources()) > 0


def test_words_are_guessed_after_it_was_made_anew_though_nothing_has_changed(room: Shelf) -> None:
    fill_waiting()
    done = CliRunner().invoke(cli, ["search", "rebuild"])
    assert done.exit_code == 0, done.output
    end_read()
    assert room.found("rosterign").guess == "rostering"
    assert set(db.session.scalars(select(SearchWord.word))) == {"rostering", "number"}


@pytest.mark.databases("sqlite")
def test_tending_joins_the_parts_of_the_index(room: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tending, "PAUSE_S", 0)
    for id_ in range(100, 112):
        room.add(id_, "One more part")
    tending.tend()
    parts = db.session.scalar(text("SELECT count(DISTINCT segid) FROM search_index_idx"))
    assert parts is not None
    assert parts <= 2
    assert len(room.ids("part", order="newest")) == 12


@pytest.mark.databases("postgres")
def test_tending_empties_the_list_of_what_is_new(room: Shelf) -> None:
    tending.tend()
    assert db.session.scalar(text("SELECT gin_clean_pending_list('ix_search_document_words')")) == 0
    tending.settle()
    assert room.ids("rostering") == []
