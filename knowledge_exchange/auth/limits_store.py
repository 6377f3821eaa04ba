"""Counts in Redis that tell nobody's times: each ends at a full five minutes.

A count ends so long after the first act that it counted. Whoever has a copy of Redis' memory could work out from its
end, to the millisecond, when that was, and lay it beside the time of a post.
"""

from __future__ import annotations

import math
import time
from typing import Any

from limits.storage import RedisStorage

from knowledge_exchange.core.clock import ROUNDED_TO

_SCHEME = "rounded+"
_COUNT = b"""
local current = redis.call("incrby", KEYS[1], ARGV[2])
if tonumber(current) == tonumber(ARGV[2]) then
    redis.call("expireat", KEYS[1], ARGV[1])
end
return current
"""


def address_of(redis_url: str) -> str:
    """``KE_REDIS_URL`` as the limiter is to be told it."""
    return f"{_SCHEME}{redis_url}"


class RoundedStorage(RedisStorage):
    """Redis, where a limit lasts as long as it says and up to five minutes longer."""

    # By their schemes the library knows its stores.
    STORAGE_SCHEME = [f"{_SCHEME}{scheme}" for scheme in ("redis", "rediss", "unix")]

    def __init__(self, uri: str, **options: Any) -> None:
        super().__init__(uri.removeprefix(_SCHEME), **options)
        self._count = self.get_connection().register_script(_COUNT)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count, and end it ``expiry`` seconds from now at the earliest."""
        step = int(ROUNDED_TO.total_seconds())
        end = math.ceil((time.time() + expiry) / step) * step
        return int(self._count([self.prefixed_key(key)], [end, amount]))
