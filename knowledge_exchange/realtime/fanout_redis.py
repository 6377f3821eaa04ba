"""Broadcasts between processes; apart, so that one process alone need not load Redis's client."""

from __future__ import annotations

from socketio.redis_manager import RedisManager

from knowledge_exchange.realtime.fanout import FanoutManager


class RedisFanoutManager(RedisManager, FanoutManager):  # type: ignore[misc]
    """The same rooms and frames in each of several processes, which tell each other through Redis."""
