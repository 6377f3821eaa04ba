"""Packets that no honest browser sends: they cost a little, fill no log and break nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.realtime.support.raw import Socket
from tests.realtime.support.running import Running, running

pytestmark = pytest.mark.server
POLICY = 1008
BAD_PACKETS = 10
MALFORMED = [{"ok": False, "error": "malformed"}]
#: Far fewer than the packets that cause them, however many connections send those.
MOST_LOG_LINES = 15


@pytest.fixture(scope="module", params=["embedded", "gunicorn"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(request.param, tmp_path_factory.mktemp("malformed")) as found:
        yield found


ENGINE = ["", "9", "2", "5", "6", "x", "0{}", "b4AAAA", "²", "4"]
SOCKET_IO = [
    "47",
    "4²",
    "42",
    "42/live,",
    "42/live,{}",
    "42/live,[]",
    "42/live,[1]",
    '42/live,["watch"',
    '42/live,["watch",{"thread":"1"}',
    "42/live," + "[" * 30_000,
    '42/live,["watch",' + '{"a":' * 10_000,
    "42/live," + "9" * 200 + '["watch",{}]',
    '42["watch",{}]',
    '42/nowhere,["watch",{}]',
    "43/live,1[]",
    "43/live,1",
    '44/live,{"message":"x"}',
    "41/nowhere,",
    "40/nowhere,",
    "40/live,",
    "40/live,[]",
    '451-/live,["watch",{"_placeholder":true,"num":0}]',
    '4599999999999-/live,["watch"]',
    '461-/live,1[{"_placeholder":true,"num":7}]',
    "4" + "/" * 30_000,
    "4\x00\x00",
    "40/" + "n" * 30_000 + ",",
]
EVENTS = [
    '["connect",{}]',
    '["disconnect",{}]',
    '["message",{}]',
    '["no_such_event",{}]',
    '["__init__",{}]',
    '["watch",1]',
    '["watch","text"]',
    '["watch",[]]',
    '["watch",{},{}]',
    '["watch",true]',
]


def send_until_dropped(server: Running, packet: str, *, joined: bool = True) -> None:
    """Send ``packet`` until the server has had enough."""
    with Socket(server.port) as socket:
        if joined:
            socket.join()
        for _ in range(BAD_PACKETS):
            socket.text(packet)
        assert socket.closed_with() == POLICY, packet[:60]


@pytest.mark.parametrize("packet", ENGINE + SOCKET_IO, ids=lambda packet: repr(packet[:24]))
def test_ten_malformed_packets_end_a_connection(server: Running, packet: str) -> None:
    send_until_dropped(server, packet)


@pytest.mark.parametrize("event", EVENTS)
def test_an_event_of_the_wrong_shape_is_refused_in_its_acknowledgement(server: Running, event: str) -> None:
    with Socket(server.port) as socket:
        socket.join()
        socket.text("42/live,1" + event)
        assert socket.event() == MALFORMED
        socket.text('42/live,2["watch",{"thread":"12"}]')
        assert socket.event() == [{"ok": True, "thread": "12"}]
    send_until_dropped(server, "42/live,1" + event)


def test_an_event_may_leave_out_its_object(server: Running) -> None:
    with Socket(server.port) as socket:
        socket.join()
        socket.text('42/live,1["watch"]')
        assert socket.event() == [{"ok": False, "error": "failed"}]  # the handler's own complaint


def test_events_before_signing_in_end_the_connection(server: Running) -> None:
    send_until_dropped(server, '42/live,1["watch",{"thread":"12"}]', joined=False)
    send_until_dropped(server, "41/live,", joined=False)


def test_a_refused_sign_in_leaves_nothing_behind_and_is_not_tried_for_ever(server: Running) -> None:
    with Socket(server.port) as socket:
        socket.receive()
        for _ in range(BAD_PACKETS):
            socket.text('40/live,{"nobody":true}')
        assert socket.receive()[1].startswith(b"44/live,")
        assert socket.closed_with() == POLICY


def test_a_failing_sign_in_is_refused_and_the_next_one_works(server: Running) -> None:
    with Socket(server.port) as socket:
        socket.receive()
        socket.text('40/live,{"boom":true}')
        assert socket.receive()[1] == b'44/live,{"message":"Try again later"}'
        socket.text("40/live,")
        assert socket.receive()[1].startswith(b"40/live,{")


@pytest.mark.parametrize("argument", ['{"thread":{"a":1}}', '{"thread":"x"}', '{"thread":null}', '{"thread":1e999}'])
def test_a_handler_that_fails_answers_and_serves_on(server: Running, argument: str) -> None:
    with Socket(server.port) as socket:
        socket.join()
        socket.text(f'42/live,1["watch",{argument}]')
        assert socket.event() == [{"ok": False, "error": "failed"}]
        socket.text('42/live,2["watch",{"thread":"12"}]')
        assert socket.event() == [{"ok": True, "thread": "12"}]


def test_leaving_and_joining_again_is_honest(server: Running) -> None:
    with Socket(server.port) as socket:
        socket.join()
        for _ in range(2):
            socket.text("41/live,")
            socket.text("40/live,")
            assert socket.receive()[1].startswith(b"40/live,{")


def test_a_thousand_malformed_packets_and_failing_events_do_not_flood_the_log(server: Running) -> None:
    before = len(server.log.splitlines())
    for number in range(100):
        packet = '42/live,1["watch",{"thread":"x"}]' if number % 2 else SOCKET_IO[number % len(SOCKET_IO)]
        send_until_dropped(server, packet)
    after = server.log.splitlines()[before:]
    starts = [line for line in after if line.startswith(("ERROR", "WARNING", "Traceback", "INFO", "["))]
    assert len(starts) <= 2 * MOST_LOG_LINES, "\n".join(starts)
    assert server.get("/") == b"<p>Good morning</p>" * 300
    server.wait_for_sockets(0)


def test_the_log_of_dropped_connections_holds_nothing_that_was_sent(server: Running) -> None:
    for _ in range(3):
        send_until_dropped(server, '42/live,1["secret-words",{"thread":"12"}]')
    assert "secret-words" not in server.log
