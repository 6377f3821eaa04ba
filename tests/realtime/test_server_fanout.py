"""Broadcasts: the right bytes for the right people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_socketio import join_room
from socketio import packet

from knowledge_exchange.realtime.fanout import FanoutManager
from knowledge_exchange.realtime.socketio_server import LiveSocketIO
from knowledge_exchange.realtime.websocket import text_frame
from tests.realtime.support.raw import TEXT, Socket
from tests.realtime.support.running import running

LIVE = "/live"


class Reader:
    """A socket's sending side that keeps what it was handed."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def send_frame(self, frame: bytes) -> None:
        self.frames.append(frame)


@pytest.fixture
def live() -> LiveSocketIO:
    app = Flask(__name__)
    app.config.update(KE_BASE_URL="https://exchange.example.org", SECRET_KEY="secret")
    found = LiveSocketIO()

    @found.on("connect", namespace=LIVE)
    def connect() -> None:
        join_room("everybody")

    found.init_app(app)
    return found


def readers_in(live: LiveSocketIO, *rooms: list[str]) -> list[Reader]:
    """One reader per list of rooms, joined to ``/live``."""
    found = []
    for number, names in enumerate(rooms):
        reader = Reader()
        live.server.eio.sockets[f"engine{number}"] = reader
        sid = live.server.manager.pre_connect(f"engine{number}", LIVE)
        live.server.manager.connect(sid, LIVE)
        for name in names:
            live.server.enter_room(sid, name, namespace=LIVE)
        found.append(reader)
    return found


def unframed(frame: bytes) -> str:
    """The text in an unmasked frame, whose header must be right."""
    assert frame[0] == 0x81
    size, begin = frame[1], 2
    if size >= 126:
        begin = 4 if size == 126 else 10
        size = int.from_bytes(frame[2:begin], "big")
    assert len(frame) == begin + size
    return frame[begin:].decode()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 200_000])
def test_a_frame_says_its_own_length(size: int) -> None:
    assert unframed(text_frame("x" * size)) == "x" * size
    assert unframed(text_frame("é" * size)) == "é" * size


@pytest.mark.parametrize("data", [None, "text", {"a": "é"}, [1, 2], (1, {"b": 2}), {"html": "x" * 70_000}])
def test_a_broadcast_is_what_the_library_would_have_sent(live: LiveSocketIO, data: Any) -> None:
    (reader,) = readers_in(live, ["thread:1"])
    live.server.emit("post", data, to="thread:1", namespace=LIVE)
    arguments = list(data) if isinstance(data, tuple) else [] if data is None else [data]
    expected = packet.Packet(packet.EVENT, data=["post", *arguments], namespace=LIVE).encode()
    assert [unframed(frame) for frame in reader.frames] == ["4" + expected]


def test_only_the_room_hears_of_it_and_each_once(live: LiveSocketIO) -> None:
    first, both, second, none = readers_in(live, ["one"], ["one", "two"], ["two"], [])
    live.server.emit("post", {}, to="one", namespace=LIVE)
    live.server.emit("post", {}, to=["one", "two"], namespace=LIVE)
    assert [len(reader.frames) for reader in (first, both, second, none)] == [2, 2, 1, 0]
    assert first.frames[0] is both.frames[0]  # the same bytes, not a copy for each
    live.server.emit("post", {}, to="nobody", namespace=LIVE)
    live.server.emit("post", {}, to="one", namespace="/elsewhere")
    assert len(none.frames) == 0


def test_who_is_to_be_left_out_is(live: LiveSocketIO) -> None:
    one, two = readers_in(live, ["room"], ["room"])
    sids = [sid for sid, _ in live.server.manager.get_participants(LIVE, "room")]
    live.server.emit("post", {}, to="room", namespace=LIVE, skip_sid=sids[0])
    live.server.emit("post", {}, to="room", namespace=LIVE, skip_sid=sids)
    assert [len(one.frames), len(two.frames)] == [0, 1]


def test_leaving_and_disconnecting_empty_the_rooms(live: LiveSocketIO) -> None:
    manager: FanoutManager = live.server.manager
    (reader,) = readers_in(live, ["one", "two"])
    ((sid, _),) = list(manager.get_participants(LIVE, "one"))
    assert sorted(manager.get_rooms(sid, LIVE)) == sorted([sid, "one", "two"])
    live.server.leave_room(sid, "one", namespace=LIVE)
    live.server.emit("post", {}, to="one", namespace=LIVE)
    assert reader.frames == []
    manager.disconnect(sid, LIVE)
    assert manager.rooms == {}
    assert manager.get_rooms(sid, LIVE) == []
    assert manager._rooms_of == {}
    assert manager.pending_connect == manager.pending_disconnect == {}


def test_flask_socketios_test_client_hears_broadcasts_too(live: LiveSocketIO) -> None:
    app = live.sockio_mw.flask_app
    client = live.test_client(app, namespace=LIVE)
    assert client.is_connected(LIVE)
    live.emit("post", {"a": 1}, to="everybody", namespace=LIVE)
    assert client.get_received(LIVE) == [{"name": "post", "args": [{"a": 1}], "namespace": LIVE}]


@pytest.mark.server
def test_an_event_of_a_megabyte_reaches_a_real_socket_whole(tmp_path: Path) -> None:
    with running("embedded", tmp_path) as server, Socket(server.port) as socket:
        socket.join()
        server.post("/emit/1/170000")
        kind, payload = socket.receive()
        assert kind == TEXT
        assert json.loads(payload.removeprefix(b"42/live,"))[1] == {"number": 0, "html": "é" * 170_000}
