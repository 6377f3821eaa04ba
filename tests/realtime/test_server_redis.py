"""Several processes with one Redis, and what becomes of their sockets when it goes away and comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from knowledge_exchange.realtime.fanout import REDIS_CHANNEL
from tests.realtime.support.raw import Socket
from tests.realtime.support.running import Running, running
from tests.support.valkey import RedisServer

pytestmark = pytest.mark.server
GOING_AWAY = 1001


@pytest.fixture
def pair(tmp_path: Path, own_redis: RedisServer) -> Iterator[tuple[Running, Running]]:
    """Two processes that hear each other."""
    with ExitStack() as stack:
        found = []
        for name in ("one", "two"):
            folder = tmp_path / name
            folder.mkdir()
            found.append(stack.enter_context(running("embedded", folder, SMALL_REDIS_URL=own_redis.url)))
        yield found[0], found[1]


def joined(stack: ExitStack, redis_url: str, *servers: Running) -> list[Socket]:
    """A joined socket at each server, once all of them listen to each other."""
    sockets = [stack.enter_context(Socket(server.port)) for server in servers]
    for socket in sockets:
        socket.join()
    with redis.Redis.from_url(redis_url) as link:
        until = time.monotonic() + 10
        while dict(link.pubsub_numsub(REDIS_CHANNEL))[REDIS_CHANNEL.encode()] < len(servers):
            assert time.monotonic() < until
            time.sleep(0.02)
    return sockets


def wait_for(server: Running, words: str) -> None:
    """Until ``words`` are in a server's log."""
    until = time.monotonic() + 10
    while words not in server.log:
        assert time.monotonic() < until, server.log
        time.sleep(0.05)


def test_two_processes_hear_each_other(pair: tuple[Running, Running], own_redis: RedisServer) -> None:
    with ExitStack() as stack:
        sockets = joined(stack, own_redis.url, *pair)
        for server in pair:
            server.post("/emit/3/10")
        for socket in sockets:
            heard = [socket.event()[1]["number"] for _ in range(6)]
            assert sorted(heard) == [0, 0, 1, 1, 2, 2]
        assert "Traceback" not in pair[0].log + pair[1].log


def test_without_redis_a_process_serves_its_own_and_afterwards_everybody_catches_up(
    pair: tuple[Running, Running], own_redis: RedisServer
) -> None:
    one, _two = pair
    with ExitStack() as stack:
        here, there = joined(stack, own_redis.url, *pair)
        own_redis.stop()
        began = time.monotonic()
        one.post("/emit/200/10")  # none of them may wait for Redis on its own
        assert time.monotonic() - began < 5
        assert [here.event()[1]["number"] for _ in range(200)] == list(range(200))
        own_redis.start()
        assert there.closed_with() == GOING_AWAY  # it missed 200 events and comes again
    for server in pair:
        wait_for(server, "live_events_missed")
    time.sleep(1)  # "one" also tells "two" that it could not be told something: that closes sockets too
    with ExitStack() as stack:
        here, there = joined(stack, own_redis.url, *pair)
        one.post("/emit/1/10")
        assert there.event()[1]["number"] == here.event()[1]["number"] == 0
    for server in pair:
        assert "Traceback" not in server.log
        assert server.log.count("live_redis_away") <= 10
