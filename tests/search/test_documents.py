"""The index: what is put into it and what is left of it, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from knowledge_exchange.core.db import db, end_read, is_sqlite, unit_of_work
from knowledge_exchange.search.documents import Document, put
from knowledge_exchange.search.matching import PLACE, read_for, stated
from knowledge_exchange.search.models import SearchDocument, SearchGram, SearchWord
from knowledge_exchange.search.query import Phrase
from tests.search.conftest import Shelf


def _matches(shelf: Shelf, *stems: str) -> list[int]:
    end_read()
    bounds = {"after": 0, "before": 2**62, "most": 10}
    rows = read_for(PLACE).all(me=shelf.insider, match=stated(Phrase(stems)), **bounds)
    return [row.id for row in rows]


def _words() -> set[str]:
    end_read()
    return set(db.session.scalars(select(SearchWord.word)))


def _is_whole() -> bool:
    """Whether FTS5 holds what the rows say; PostgreSQL's index is part of its row."""
    if not is_sqlite():
        return True
    with unit_of_work() as work:
        work.execute(text("INSERT INTO search_index (search_index) VALUES ('integrity-check')"))
    return True


def test_a_document_is_found_by_its_words_and_the_newest_stands_first(shelf: Shelf) -> None:
    shelf.add(5, "Holidays are booked", title="Annual leave")
    shelf.add(9, "A holiday, at last")
    assert _matches(shelf, "holiday") == [9, 5]
    assert _matches(shelf, "annual", "leav") == [5]
    assert _matches(shelf, "leav", "holiday") == [], "no phrase spans title and text"
    assert _matches(shelf, "w:leav") == [5]
    assert _matches(shelf, f"n:{shelf.networks['open']}") == [9, 5]


def test_what_is_put_again_is_found_by_what_it_says_now(shelf: Shelf) -> None:
    shelf.add(5, "Holidays")
    shelf.add(5, "Bank holidays", facets=("k:advice",))
    shelf.add(5, "Pensions", facets=("k:problem",))
    assert _matches(shelf, "holiday") == []
    assert _matches(shelf, "pension") == [5]
    assert _matches(shelf, "k:advice") == []
    assert _is_whole()


def test_what_is_dropped_is_found_no_more_and_its_words_go(shelf: Shelf) -> None:
    shelf.add(5, "Redundancy consultation with Wilhelmina")
    shelf.add(6, "Another redundancy")
    assert "wilhelmina" in _words()
    shelf.drop(5, 77)
    assert _matches(shelf, "redund") == [6]
    assert _matches(shelf, "wilhelmina") == []
    assert _words() == {"another", "redundancy"}
    assert "wilhelmina" not in set(db.session.scalars(select(SearchGram.word)))
    assert _is_whole()


def test_words_of_what_is_hidden_from_somebody_are_told_nobody(shelf: Shelf) -> None:
    shelf.add(5, "Bullying by Ethelred", is_shielded=True)
    assert _words() == set()
    shelf.add(6, "Bullying by Wulfstan")
    shelf.add(6, "Bullying by Wulfstan", is_shielded=True)
    assert _words() == set()
    shelf.add(6, "Bullying by Wulfstan", where="private")
    assert _words() == {"bullying", "wulfstan"}


def test_what_did_not_change_is_not_written_again(shelf: Shelf) -> None:
    shelf.add(5, "Holidays, follow-up", title="Leave")
    row = db.session.get(SearchDocument, 5)
    assert row is not None
    assert (row.title, row.body) == ("leav", "holiday follow up _ followup")
    with unit_of_work():
        put([shelf.documents[5]])
    assert _matches(shelf, "followup") == [5]
    assert _is_whole()


def test_what_was_rolled_back_is_neither_found_nor_known(shelf: Shelf) -> None:
    def write() -> None:
        with unit_of_work():
            put([Document(5, "post", shelf.networks["open"], None, False, "", "Ombudsman")])
            raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        write()
    assert _matches(shelf, "ombudsman") == []
    assert _words() == set()
    shelf.add(5, "Ombudsman")
    assert _words() == {"ombudsman"}


def test_a_facet_that_could_be_a_word_is_refused(shelf: Shelf) -> None:
    with pytest.raises(ValueError, match="no facet"):
        shelf.add(5, "text", facets=("a b",))


def test_any_text_can_be_indexed(shelf: Shelf) -> None:
    awkward = "\0 ' \\ \" '' 日本語 \ud83d naïve ﷺ " + "x" * 5000 + " " + "a'" * 300 + " 1/2/3 " * 900
    shelf.add(5, awkward.replace("\ud83d", ""), title=awkward)
    assert _matches(shelf, "naiv") == [5]
    assert _matches(shelf, "日本語") == [5]
    shelf.drop(5)
    assert _is_whole()
