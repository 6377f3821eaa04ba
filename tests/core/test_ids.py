"""Ids that are ordered in time but do not count."""

from __future__ import annotations

import itertools
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from knowledge_exchange.core import clock, ids
from knowledge_exchange.core.ids import RANDOM_BITS, floor_id, new_id, new_rounded_id, parse_id, time_of

MOMENT = datetime(2026, 11, 21, 12, tzinfo=UTC)
BUCKET = clock.ROUNDED_TO


def test_ids_never_go_back_even_if_the_clock_does() -> None:
    before = new_id()
    with clock.held(clock.now() - timedelta(days=1)):
        after = [new_id() for _ in range(1000)]
    assert after == sorted(set(after))
    assert after[0] > before


def test_ids_do_not_count() -> None:
    gaps = {new_id() - new_id() for _ in range(200)}
    assert len(gaps) > 100


def test_history_gets_ids_of_its_own_time() -> None:
    old = new_id(datetime(2014, 3, 13, 20, 32, 4, 33000, tzinfo=UTC))
    assert time_of(old) == datetime(2014, 3, 13, 20, 32, 4, 33000, tzinfo=UTC)
    assert old < floor_id(MOMENT) < 1 << 63


def test_an_id_fits_sixty_three_bits_for_a_lifetime() -> None:
    assert new_id(datetime(2079, 1, 1, tzinfo=UTC)) < 1 << 63
    assert floor_id(datetime(1999, 1, 1, tzinfo=UTC)) == 0
    assert RANDOM_BITS == 22


@pytest.mark.parametrize("text", ["", "0", "-1", "x", "1.5", "9" * 20, "٣", "1e5", None, 5, ["1"], " 1"])
def test_what_cannot_be_an_id_is_none(text: Any) -> None:
    assert parse_id(text) is None


def test_a_decimal_string_is_an_id() -> None:
    assert parse_id("2235559007504497312") == 2235559007504497312


def test_a_rounded_id_tells_its_five_minutes_and_no_more() -> None:
    late = MOMENT + BUCKET - timedelta(microseconds=1)
    for moment in (MOMENT, MOMENT + timedelta(minutes=2, milliseconds=17), late):
        with clock.held(moment):
            assert MOMENT <= time_of(new_rounded_id()) < MOMENT + BUCKET
    with clock.held(MOMENT + BUCKET):
        assert MOMENT + BUCKET <= time_of(new_rounded_id()) < MOMENT + 2 * BUCKET


def test_each_process_begins_a_bucket_at_a_place_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    first = []
    with clock.held(MOMENT + BUCKET - timedelta(seconds=1)):
        for _process in range(300):
            monkeypatch.setattr(ids, "_last_rounded", 0)
            first.append(new_rounded_id())
    assert len(set(first)) == len(first)
    # All over the lower half: with 300 by chance, none in a whole tenth of it happens once in 10 ** 13.
    tenths = {10 * (id_ - floor_id(MOMENT)) // ids._HALF_A_BUCKET for id_ in first}
    assert tenths == set(range(10))


def test_rounded_ids_keep_the_order_of_acts_even_if_the_clock_goes_back() -> None:
    made = []
    for minutes in (0, 1, 4, 5, 6, 3, 12, 0, 11):
        with clock.held(MOMENT + timedelta(minutes=minutes)):
            made += [new_rounded_id() for _act in range(100)]
    assert made == sorted(set(made))


def test_rounded_ids_do_not_count_and_stay_within_their_bucket() -> None:
    with clock.held(MOMENT):
        made = [new_rounded_id() for _act in range(10_000)]
    assert len({later - earlier for earlier, later in itertools.pairwise(made)}) > 1000
    assert time_of(made[-1]) < MOMENT + BUCKET


def test_a_forked_process_does_not_go_on_where_its_parent_does() -> None:
    with clock.held(MOMENT):
        before = new_rounded_id()
        ours, theirs = os.pipe()
        if (child := os.fork()) == 0:
            os.write(theirs, str(new_rounded_id()).encode())
            os._exit(0)
        os.waitpid(child, 0)
        os.close(theirs)
        with os.fdopen(ours) as answer:
            other = int(answer.read())
    assert MOMENT <= time_of(other) < MOMENT + BUCKET
    assert not 0 < other - before <= ids._MAX_STEP
