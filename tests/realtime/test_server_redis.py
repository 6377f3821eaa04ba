"""Several processes with one Redis, and what becomes of their sockets when it goes away and comes back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.realtime.support.raw import Socket
from tests.realtime.support.running import Running, running
from tests.support.valkey import RedisServer

pytestmark = pytest.mark.server
GOING_AWAY = 1001
TAKEN_S = 30.0


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


def joined(stack: ExitStack, *servers: Running) -> list[Socket]:
    """A joined socket at each server; where they hear nothing of each other at the moment, as soon as they do."""
    return [_joined(stack, server) for server in servers]


def _joined(stack: ExitStack, server: Running) -> Socket:
    until = time.monotonic() + TAKEN_S
    while True:
        socket = stack.enter_context(Socket(server.port))
        if _is_taken(socket):
            return socket
        assert time.monotonic() < until, "sockets are not taken again"


def _is_taken(socket: Socket) -> bool:
    """Whether the server lets this socket in; it may take its time."""
    socket.receive()
    socket.text("40/live,")
    answer = socket.receive()[1]
    assert answer.startswith((b"40/live,", b"44/live,")), answer
    return answer.startswith(b"40")


def test_two_processes_hear_each_other(pair: tuple[Running, Running]) -> None:
    with ExitStack() as stack:
        sockets = joined(stack, *pair)
        for server in pair:
            server.post("/emit/3/10")
        for socket in sockets:
            heard = [socket.event()[1]["number"] for _ in range(6)]
            assert sorted(heard) == [0, 0, 1, 1, 2, 2]
        assert "Traceback" not in pair[0].log + pair[1].log


def test_without_redis_sockets_are_refused_with_a_reason_and_afterwards_taken_again(
    pair: tuple[Running, Running], own_redis: RedisServer
) -> None:
    one, _two = pair
    with ExitStack() as stack:
        here, there = joined(stack, *pair)
        own_redis.stop()
        began = time.monotonic()
        one.post("/emit/200/10")  # none of them may wait for Redis on its own
        assert time.monotonic() - began < 5
        assert [here.event()[1]["number"] for _ in range(200)] == list(range(200))
        # It heard none of them and never would; neither may stand still and look alive.
        assert here.closed_with() == there.closed_with() == GOING_AWAY
        for server in pair:
            assert not _is_taken(stack.enter_context(Socket(server.port)))
        own_redis.start()
        # Both are taken again only when nobody has anything to confess any more: these are not closed again.
        here, there = joined(stack, *pair)
        one.post("/emit/1/10")
        assert there.event()[1]["number"] == here.event()[1]["number"] == 0
    for server in pair:
        assert "Traceback" not in server.log
        assert server.log.count("live_redis_away") <= 10


def test_a_redis_that_says_nothing_is_taken_for_gone(pair: tuple[Running, Running], own_redis: RedisServer) -> None:
    with ExitStack() as stack:
        _here, there = joined(stack, *pair)
        own_redis.pause()
        try:
            assert there.closed_with() == GOING_AWAY
        finally:
            own_redis.resume()
        assert joined(stack, *pair)


def test_a_redis_that_is_back_at_once_costs_each_socket_one_return(
    pair: tuple[Running, Running], own_redis: RedisServer
) -> None:
    with ExitStack() as stack:
        here, there = joined(stack, *pair)
        own_redis.stop()
        own_redis.start()
        assert here.closed_with() == there.closed_with() == GOING_AWAY
        here, there = joined(stack, *pair)
        pair[0].post("/emit/1/10")
        assert there.event()[1]["number"] == here.event()[1]["number"] == 0
