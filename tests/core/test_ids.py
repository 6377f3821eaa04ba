"""Ids that are ordered in time but do not count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from knowledge_exchange.core import clock
from knowledge_exchange.core.ids import RANDOM_BITS, floor_id, new_id, parse_id, time_of

MOMENT = datetime(2026, 11, 21, 12, tzinfo=UTC)


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
