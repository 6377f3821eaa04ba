"""Live sockets come in a few at a time, and nobody waits at the door for long. Under either web server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.realtime.support.raw import Socket
from tests.realtime.support.running import Running, running

pytestmark = pytest.mark.server
#: Longer than any test takes: what is over by then was not a matter of waiting.
FOR_EVER = 3600.0
AT_ONCE = 2


def limits(*, at_most: int, turn_s: float) -> str:
    """Two at once, who stay in the doorway until they have caught up."""
    return json.dumps(
        {
            "SOCKETS_AT_ONCE": AT_ONCE,
            "SOCKETS_AT_MOST": at_most,
            "SOCKET_SERVED_SECONDS": FOR_EVER,
            "SOCKET_HELLO_SECONDS": FOR_EVER,
            "SOCKET_TURN_SECONDS": turn_s,
        }
    )


@pytest.fixture(scope="module", params=["embedded", "gunicorn"])
def patient(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        request.param, tmp_path_factory.mktemp("patient"), SMALL_LIMITS=limits(at_most=AT_ONCE, turn_s=FOR_EVER)
    ) as found:
        yield found


@pytest.fixture(scope="module", params=["embedded", "gunicorn"])
def hasty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(
        request.param, tmp_path_factory.mktemp("hasty"), SMALL_LIMITS=limits(at_most=AT_ONCE + 1, turn_s=0.5)
    ) as found:
        yield found


def joined(server: Running, closing: ExitStack, amount: int) -> list[Socket]:
    """Sockets that have joined and have not caught up yet."""
    found = []
    for _ in range(amount):
        found.append(closing.enter_context(Socket(server.port)))
        found[-1].join()
    return found


def catch_up(socket: Socket) -> None:
    socket.text('42/live,1["resume",{}]')
    assert socket.event() == [{"events": [], "cursor": "1"}]


def coming(server: Running, closing: ExitStack) -> Future[Socket]:
    """Somebody who opens a socket and waits for the answer as long as it takes."""
    pool = closing.enter_context(ThreadPoolExecutor(1))
    return pool.submit(lambda: closing.enter_context(Socket(server.port, timeout=60)))


def test_who_has_caught_up_makes_room_for_the_next_and_pages_do_not_wait(patient: Running) -> None:
    with ExitStack() as closing:
        first, _second = joined(patient, closing, AT_ONCE)
        third = coming(patient, closing)
        for _ in range(20):
            assert patient.get("/")
        assert not third.done()
        catch_up(first)
        assert third.result(60).status == 101
        catch_up(first)  # asking again makes no more room
    patient.wait_for_sockets(0)


def test_who_leaves_makes_room_too(patient: Running) -> None:
    with ExitStack() as closing:
        first, _second = joined(patient, closing, AT_ONCE)
        third = coming(patient, closing)
        assert patient.get("/")
        assert not third.done()
        first.close()
        assert third.result(60).status == 101
    patient.wait_for_sockets(0)


def test_who_left_while_waiting_takes_nobodys_turn(patient: Running) -> None:
    with ExitStack() as closing:
        first, second = joined(patient, closing, AT_ONCE)
        impatient = Socket.__new__(Socket)
        with pytest.raises(TimeoutError):
            impatient.__init__(patient.port, timeout=1.0)  # type: ignore[misc]
        impatient.close()
        third = coming(patient, closing)
        catch_up(first)
        assert third.result(60).status == 101
        catch_up(second)
        joined(patient, closing, 1)
    patient.wait_for_sockets(0)


def test_one_more_comes_in_while_nobody_has_anything_to_do_and_the_next_is_sent_away_in_time(hasty: Running) -> None:
    with ExitStack() as closing:
        joined(hasty, closing, AT_ONCE + 1)  # their lines are slow, so the server is idle
        with Socket(hasty.port) as refused:
            assert refused.status == 503
            assert b"again" in refused.body
    hasty.wait_for_sockets(0)


def test_all_of_a_crowd_get_in_who_catch_up_one_after_the_other(hasty: Running) -> None:
    with ExitStack() as closing:
        for _ in range(10 * AT_ONCE):
            (socket,) = joined(hasty, closing, 1)
            catch_up(socket)
        hasty.wait_for_sockets(10 * AT_ONCE)
    hasty.wait_for_sockets(0)


def test_a_slow_line_makes_room_after_a_moment(tmp_path: Path) -> None:
    shorter = {"SOCKETS_AT_ONCE": 1, "SOCKETS_AT_MOST": 1, "SOCKET_SERVED_SECONDS": 0.5, "SOCKET_TURN_SECONDS": 60.0}
    with running("embedded", tmp_path, SMALL_LIMITS=json.dumps(shorter)) as server, ExitStack() as closing:
        joined(server, closing, 1)
        assert coming(server, closing).result(60).status == 101
