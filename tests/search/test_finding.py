"""What is found, in which order, and by whom; the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from knowledge_exchange.core.db import end_read
from knowledge_exchange.core.ids import floor_id
from knowledge_exchange.search import facets, finding
from knowledge_exchange.search.finding import alike
from tests.search.conftest import Shelf, me


def test_all_words_must_stand_there_in_any_form(shelf: Shelf) -> None:
    shelf.add(1, "Managers claiming time off in lieu")
    shelf.add(2, "A manager's café time")
    shelf.add(3, "Nothing of the kind")
    assert shelf.ids("manager TIME") == [1, 2] or shelf.ids("manager TIME") == [2, 1]
    assert shelf.ids("cafe") == [2]
    assert shelf.ids("CAFÉS") == [2]
    assert shelf.ids("what is lieu") == [1], "words that say nothing need not stand there"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ('"time off in lieu"', [1]),
        ('"in lieu time"', []),
        ("time -lieu", [2]),
        ("lieu or pension", [3, 1]),
        ("follow-up", [4, 3]),
        ("followup", [4, 3]),
        ("managem*", [5]),
        ("24/7", [6]),
        ("R0A", [6]),
        ("time is:answered", [2]),
        ("kind:advice", [3]),
        ('kind:"case study"', []),
        ("time -kind:advice tag:rest", [1]),
        ("by:2", [2]),
        ("time by:1", [1]),
        ("network:open pension", [3]),
        ('network:"open network" pension', [3]),
        ("network:closed pension", []),
        ("network:private", []),
        ("is:mine", []),
        ("-time", []),
        ("time", [2, 1]),
    ],
)
def test_what_is_typed_is_understood(shelf: Shelf, typed: str, found: list[int]) -> None:
    shelf.add(1, "Time off in lieu", facets=(facets.tag("rest"),))
    shelf.add(2, "Part time", facets=(facets.state("answered"),))
    shelf.add(3, "Pension, a follow-up", facets=(facets.kind("advice"),))
    shelf.add(4, "To followup")
    shelf.add(5, "Management")
    shelf.add(6, "Open 24/7 at R0A")
    shelf.add(7, "Pension", where="closed")
    assert shelf.ids(typed, order="newest") == found
    assert sorted(shelf.ids(typed)) == sorted(found)


@pytest.mark.parametrize(
    "typed",
    ['"', "-", "or", "a" * 10_000, "\0", "foo:bar", ":::", "'; DROP", "*", '"" -"', "(((", "NEAR(a b)", "日本*"],
)
@pytest.mark.parametrize("order", finding.ORDERS)
def test_whatever_is_typed_has_an_answer(shelf: Shelf, typed: str, order: str) -> None:
    shelf.add(1, "Time off in lieu")
    assert shelf.ids(typed, order=order) == []
    assert shelf.ids(f"time {typed}", order=order) in ([], [1])


def test_days_are_those_of_whoever_asks(shelf: Shelf) -> None:
    day = floor_id(datetime(2026, 7, 1, 22, 59, tzinfo=UTC)), floor_id(datetime(2026, 7, 1, 23, 1, tzinfo=UTC))
    for id_ in day:
        shelf.add(id_, "rota")
    assert shelf.ids("rota after:2026-07-02") == [day[1]], "in London it is midnight at 23:00 UTC in summer"
    assert shelf.ids("rota before:02/07/2026") == [day[0]]
    assert shelf.ids("rota after:2026 before:2027", order="newest") == [day[1], day[0]]


def test_nobody_finds_what_they_may_not_see(shelf: Shelf) -> None:
    shelf.add(1, "Restructure", where="private")
    shelf.add(2, "Restructure", where="closed")
    shelf.add(3, "Restructure", is_shielded=True)
    for order in finding.ORDERS:
        assert shelf.ids("restructure", order=order) == []
        assert sorted(shelf.ids("restructure", shelf.insider, order=order)) == [1, 2]
    hidden, missing = (shelf.found(f"network:{name} restructure") for name in ("private", "missing"))
    assert [hint.replace("private", "missing") for hint in hidden.hints] == list(missing.hints) != []


def test_what_is_hidden_has_no_say_in_the_order(shelf: Shelf) -> None:
    for id_ in range(1, 9):
        shelf.add(id_, f"rota {'gap ' * (id_ % 3)} and more")
    before = [shelf.ids(typed, order=order) for typed in ("rota gap", "gap rest") for order in finding.ORDERS]
    for id_ in range(20, 40):
        shelf.add(id_, "gap gap rest", title="gap rest rota", where="private")
        shelf.add(id_ + 100, "gap gap rest", title="gap rest rota", is_shielded=True)
    assert [shelf.ids(typed, order=order) for typed in ("rota gap", "gap rest") for order in finding.ORDERS] == before


def test_best_is_what_says_it_in_its_title_then_side_by_side_then_the_answer(shelf: Shelf) -> None:
    shelf.add(1, "Talk of it", title="Annual leave on bank holidays")
    shelf.add(2, "They said that bank holidays count")
    shelf.add(3, f"The bank {'said nothing of it ' * 9} holidays")
    shelf.add(4, f"The bank {'said nothing of it ' * 9} holidays", facets=(facets.accepted(), facets.state("answered")))
    for id_ in range(5, 9):
        shelf.add(id_, f"A bank {'is a place ' * 20} holidays")
    assert shelf.ids("bank holidays")[:3] == [1, 2, 4]


def test_a_thread_stands_once_over_all_pages(shelf: Shelf) -> None:
    for id_ in range(1, 61):
        shelf.add(id_, "rota", thread_id=1000 + id_ % 7)
    for order in finding.ORDERS:
        threads: list[int | None] = []
        key = ""
        for _page in range(9):
            found = shelf.found("rota", order=order, before=key, most=3)
            threads += [hit.thread_id for hit in found.hits]
            key = found.next_key
            if not key:
                break
        assert (len(threads), set(threads)) == (7, {1000 + number for number in range(7)})
    assert shelf.ids("rota", order="newest", most=3) == [60, 59, 58]
    assert shelf.found("rota").hits[0].matches >= 8


def test_a_page_of_newest_is_full_however_long_a_thread_is(shelf: Shelf) -> None:
    for id_ in range(1, 5):
        shelf.add(id_, "rota")
    for id_ in range(10, 10 + 2 * finding._A_ROUND):
        shelf.add(id_, "rota", thread_id=10)
    found = shelf.found("rota", order="newest", most=3)
    assert [hit.thread_id for hit in found.hits] == [10, 4, 3]
    assert [hit.id for hit in shelf.found("rota", order="newest", most=3, before=found.next_key).hits] == [2, 1]


def test_more_than_can_be_weighed_is_said_and_old_titles_are_found(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "CANDIDATES", 5)
    shelf.add(1, "Old, but to the point", title="The rota gap")
    for id_ in range(2, 12):
        shelf.add(id_, "rota with a gap")
    found = shelf.found("rota gap")
    assert found.is_cut
    assert found.hits[0].id == 1
    assert len(found.hits) == 6


def test_where_few_hold_all_words_those_with_some_follow(shelf: Shelf) -> None:
    shelf.add(1, "sick pay during probation")
    shelf.add(2, "sick pay")
    shelf.add(3, "probation")
    hits = shelf.found("sick pay probation").hits
    assert [(hit.id, hit.is_partial) for hit in hits] == [(1, False), (2, True)]
    assert shelf.ids('"sick pay" probation') == [1], "a phrase is meant as it stands"


def test_misspelt_words_are_guessed_from_what_one_may_see(shelf: Shelf) -> None:
    shelf.add(1, "Redundancy and the whistleblower")
    shelf.add(2, "Wilhelmina", where="private")
    shelf.add(3, "Ethelreda", is_shielded=True)
    found = shelf.found("redundnacy kind:problem whistelblower")
    assert found.guess == "redundancy kind:problem whistleblower"
    assert not found.is_guess, "there is none of that kind"
    found = shelf.found("Redundancys whistelblower")
    assert (found.is_guess, [hit.id for hit in found.hits]) == (True, [1])
    assert shelf.found("wilhelmena").guess == ""
    assert shelf.found("wilhelmena", shelf.insider).guess == "wilhelmina"
    assert shelf.found("ethelredda", shelf.insider).guess == ""
    shelf.drop(1)
    assert shelf.found("redundnacy").guess == ""


def test_alike_is_what_shares_words_with_a_title_answered_ones_first(shelf: Shelf) -> None:
    shelf.add(1, "text", title="Can my trust cancel annual leave that was booked?")
    shelf.add(2, "text", title="Annual leave cancelled by the trust", facets=(facets.state("answered"),))
    shelf.add(3, "text", title="Parking charges")
    shelf.add(4, "text", title="Leave cancelled by the trust", where="private")
    end_read()
    hits = alike(me(shelf.reader), 'My trust: "cancelled" annual-leave?', 5)
    assert [hit.id for hit in hits] == [2, 1]
    assert alike(me(shelf.reader), "leave", 5) == []
    end_read()
    assert [hit.id for hit in alike(me(shelf.insider), "trust cancelled leave", 5, [shelf.networks["private"]])] == [4]
