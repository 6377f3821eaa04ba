"""Live sockets that misbehave on the wire: slow, greedy, packed, or from elsewhere. Under either web server."""

from __future__ import annotations

import json
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
import socketio

from tests.realtime.support.raw import BINARY, PING, TEXT, Socket, frame
from tests.realtime.support.running import Running, running

pytestmark = pytest.mark.server
KIB = 1024
MIB = 1024 * KIB
TOO_BIG, PROTOCOL_ERROR, GOING_AWAY, POLICY = 1009, 1002, 1001, 1008
RSV1 = 0x40


@pytest.fixture(scope="module", params=["embedded", "gunicorn"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    shorter = {"SOCKET_STALL_SECONDS": 1.5, "SOCKET_HELLO_SECONDS": 2.0, "SOCKET_WAITING_BYTES": 6 * MIB}
    with running(request.param, tmp_path_factory.mktemp("sockets"), SMALL_LIMITS=json.dumps(shorter)) as found:
        yield found


def numbers(socket: Socket, count: int, size: int) -> list[int]:
    """The numbers of the next ``count`` events, each of which must be whole."""
    found = []
    for _ in range(count):
        name, payload = socket.event()
        assert name == "post"
        assert payload["html"] == "é" * size
        found.append(payload["number"])
    return found


def test_a_slow_reader_gets_every_frame_whole_and_in_order_while_others_are_served(server: Running) -> None:
    count, size = 400, 1500  # 9 KB each as JSON: 3.6 MB
    with Socket(server.port, receive_buffer=4096) as slow, Socket(server.port) as quick:
        slow.join()
        quick.join()
        answers: list[list[int]] = []
        reader = threading.Thread(target=lambda: answers.append(numbers(quick, count, size)))
        reader.start()
        began = time.monotonic()
        assert server.post(f"/emit/{count}/{size}") == b"sent"
        reader.join(10)
        others_took = time.monotonic() - began
        assert answers == [list(range(count))]
        assert others_took < 5
        slow.text('42/live,7["watch",{"thread":"5"}]')  # the answer comes in its turn, not into a frame
        time.sleep(0.5)
        assert numbers(slow, count, size) == list(range(count))
        assert slow.event() == [{"ok": True, "thread": "5"}]


def test_who_never_reads_is_dropped_and_the_others_notice_nothing(server: Running) -> None:
    with Socket(server.port, receive_buffer=4096) as deaf, Socket(server.port) as other:
        deaf.join()
        other.join()
        server.wait_for_sockets(2)
        server.post("/emit/400/1500")
        assert numbers(other, 400, 1500) == list(range(400))
        server.wait_for_sockets(1, seconds=8)
        server.post("/emit/1/1")
        assert numbers(other, 1, 1) == [0]
    server.wait_for_sockets(0)


def test_who_was_dropped_sees_the_line_end_after_whole_events_in_order_and_may_come_back(server: Running) -> None:
    with Socket(server.port, receive_buffer=4096) as deaf:
        deaf.join()
        server.wait_for_sockets(1)
        server.post("/emit/400/1500")
        server.wait_for_sockets(0, seconds=20)
        stream = rest(deaf)  # to its end: no close frame fits into a line that is full
    events = stream.split(b'42/live,["post",')[1:]
    whole = [json.loads(event[: event.index(b"}]") + 1]) for event in events if b"}]" in event]
    assert [event["number"] for event in whole] == list(range(len(whole)))
    assert len(events) - len(whole) <= 1
    assert len(whole) < 400
    with Socket(server.port) as again:
        again.join()
        again.text('42/live,1["resume",{}]')
        assert again.event() == [{"events": [], "cursor": "1"}]


def rest(socket: Socket) -> bytes:
    """All that comes until the server's end of the stream, be it a reset."""
    found = bytearray()
    try:
        while data := socket.stream.read1(65_536):
            found += data
    except ConnectionError:
        pass
    return bytes(found)


def test_what_waits_for_one_reader_is_bounded(server: Running) -> None:
    with Socket(server.port, receive_buffer=4096) as deaf:
        deaf.join()
        server.wait_for_sockets(1)
        before = server.state()["rss"]
        server.post("/emit/3000/1500")  # 27 MB, of which at most 6 may wait
        assert server.state()["rss"] - before < 20 * MIB
        server.wait_for_sockets(0)


def test_compression_is_never_agreed_to(server: Running) -> None:
    offer = "permessage-deflate; client_max_window_bits"
    with Socket(server.port, Sec_WebSocket_Extensions=offer) as socket:
        assert socket.status == 101
        assert "sec-websocket-extensions" not in socket.headers


def test_a_deflate_bomb_costs_nothing(server: Running) -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = packer.compress(b"4" * (200 * MIB)) + packer.flush(zlib.Z_SYNC_FLUSH)
    before = server.state()["rss"]
    with ExitStack() as stack:
        for _ in range(5):
            socket = stack.enter_context(Socket(server.port, Sec_WebSocket_Extensions="permessage-deflate"))
            socket.receive()
            socket.frame(bomb[: 60 * KIB], flags=RSV1)
            assert socket.closed_with() == PROTOCOL_ERROR
        assert server.state()["rss"] - before < 8 * MIB


@pytest.mark.parametrize("joined", [False, True], ids=["before signing in", "after"])
def test_a_frame_of_more_than_64_kb_closes_the_connection(server: Running, joined: bool) -> None:
    with Socket(server.port) as socket:
        if joined:
            socket.join()
        else:
            socket.receive()
        socket.frame(b"4" * (64 * KIB + 1))
        assert socket.closed_with() == TOO_BIG
        assert socket.is_over()


def test_many_small_frames_of_one_message_are_counted_together(server: Running) -> None:
    with Socket(server.port) as socket:
        socket.receive()
        socket.send(frame(b"4" * 60 * KIB, final=False))
        socket.send(frame(b"4" * 5 * KIB, kind=0, final=True))
        assert socket.closed_with() == TOO_BIG


def test_an_announced_frame_of_a_terabyte_takes_no_memory(server: Running) -> None:
    before = server.state()["rss"]
    with Socket(server.port) as socket:
        socket.receive()
        socket.send(b"\x81\xff" + (1 << 40).to_bytes(8, "big") + bytes(4) + b"4" * 32 * KIB)
        assert server.state()["rss"] - before < 4 * MIB


def test_the_largest_message_allowed_is_taken(server: Running) -> None:
    with Socket(server.port) as socket:
        socket.join()
        padding = "x" * (64 * KIB - 100)
        socket.text(f'42/live,1["watch",{{"thread":"12","more":"{padding}"}}]')
        assert socket.event() == [{"ok": True, "thread": "12"}]


def test_frames_that_break_the_protocol_close_with_a_reason(server: Running) -> None:
    for broken in (b"\x81\x05hello", b"\x83\x80\x00\x00\x00\x00", b"\x89\xfe\x01\x00" + bytes(4 + 256)):
        with Socket(server.port) as socket:
            socket.receive()
            socket.send(broken)  # not masked; an unknown kind; a ping of 256 bytes
            assert socket.closed_with() == PROTOCOL_ERROR


def test_pings_are_answered_and_a_flood_of_them_holds_up_nobody(server: Running) -> None:
    with ExitStack() as stack:
        socket = Socket(server.port)
        socket.join()
        socket.frame(b"are you there", kind=PING)
        assert socket.receive() == (10, b"are you there")
        flood = threading.Thread(target=lambda: _flood(socket), daemon=True)
        stack.callback(flood.join, 5)
        stack.callback(socket.close)
        stack.callback(socket.sock.shutdown, 2)
        flood.start()
        for _ in range(10):
            server.get("/")
        assert flood.is_alive()  # it is read slowly by now, and did not go first


def _flood(socket: Socket) -> None:
    try:
        for _ in range(2000):  # 12 MB: more than the system holds for us
            socket.send(frame(b"", kind=PING) * 1000)
    except OSError:
        pass  # it is held back, and then closed by the end of the test


def test_a_page_elsewhere_may_not_open_a_socket(server: Running) -> None:
    port = server.port
    for origin in ("https://elsewhere.example", f"https://127.0.0.1:{port}", "http://127.0.0.1:1", "null", None):
        with Socket(port, origin=origin) as socket:
            assert socket.status == 403, origin
    for origin in (f"http://127.0.0.1:{port}", f"http://localhost:{port}", "https://exchange.example.org"):
        with Socket(port, origin=origin) as socket:
            assert socket.status == 101, origin


def test_only_the_websocket_transport_is_served(server: Running) -> None:
    with Socket(server.port, Upgrade="h2c") as socket:
        assert socket.status == 400
    with Socket(server.port, Sec_WebSocket_Version="8") as socket:
        assert socket.status == 400
    with Socket(server.port, Sec_WebSocket_Key="too short") as socket:
        assert socket.status == 400


def test_who_joins_nothing_is_closed_and_who_has_joined_stays(server: Running) -> None:
    with Socket(server.port) as idle, Socket(server.port) as member:
        member.join()
        idle.receive()
        assert idle.closed_with() == POLICY
        member.text('42/live,1["watch",{"thread":"12"}]')
        assert member.event() == [{"ok": True, "thread": "12"}]


def test_binary_messages_are_not_taken(server: Running) -> None:
    with Socket(server.port) as socket:
        socket.join()
        for _ in range(10):
            socket.frame(b"\x04\x01\x02", kind=BINARY)
        assert socket.closed_with() == POLICY


def test_a_close_is_answered_with_a_close(server: Running) -> None:
    with Socket(server.port) as socket:
        socket.join()
        server.wait_for_sockets(1)
        socket.frame((1000).to_bytes(2, "big"), kind=8)
        assert socket.closed_with() == 1000
        server.wait_for_sockets(0)


def test_nothing_of_all_this_is_logged_as_a_fault(server: Running) -> None:
    with Socket(server.port) as socket:
        socket.frame(b"nonsense", kind=TEXT, flags=RSV1)
    server.wait_for_sockets(0)
    assert "Traceback" not in server.log


def test_the_libraries_own_client_connects_asks_hears_and_leaves(server: Running) -> None:
    heard: list[dict[str, object]] = []
    told = threading.Event()
    client = socketio.Client(reconnection=False)

    def hear(payload: dict[str, object]) -> None:
        heard.append(payload)
        told.set()

    client.on("post", hear, namespace="/live")
    client.connect(server.origin, namespaces=["/live"], transports=["websocket"], wait_timeout=10)
    assert client.call("watch", {"thread": "12"}, namespace="/live") == {"ok": True, "thread": "12"}
    server.post("/emit/1/3")
    assert told.wait(5)
    assert heard == [{"number": 0, "html": "ééé"}]
    client.disconnect()
    server.wait_for_sockets(0)
