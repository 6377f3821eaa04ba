"""Keys that sort."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge_exchange.core.order import DIGITS, FIRST, key_between

MAX_DEPTH_KEY = 64


# On a busy machine making the lists takes a while; that says nothing of the keys.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.floats(min_value=0, max_value=1, exclude_max=True), max_size=300))
def test_a_key_always_fits_between_two_neighbours(places: list[float]) -> None:
    keys = [FIRST]
    for place in places:
        at = int(place * len(keys))
        following = keys[at + 1] if at + 1 < len(keys) else None
        fresh = key_between(keys[at], following)
        assert keys[at] < fresh
        assert following is None or fresh < following
        assert set(fresh) <= set(DIGITS)
        keys.insert(at + 1, fresh)
    assert keys == sorted(set(keys))


def test_keys_stay_short_where_replies_usually_go() -> None:
    keys = [FIRST]
    for _reply in range(2000):
        keys.append(key_between(keys[-1], None))
    assert len(keys[-1]) <= MAX_DEPTH_KEY
    low, high = FIRST, key_between(FIRST, None)
    for _reply in range(2000):
        low = key_between(low, high)
    assert len(low) <= MAX_DEPTH_KEY


def test_keys_compare_the_same_as_bytes() -> None:
    chance = random.Random(3)
    keys = [FIRST]
    for _reply in range(500):
        at = chance.randrange(len(keys))
        keys.insert(at + 1, key_between(keys[at], keys[at + 1] if at + 1 < len(keys) else None))
    assert keys == sorted(keys, key=str.encode)
