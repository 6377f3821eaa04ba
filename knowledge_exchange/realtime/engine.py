"""Engine.IO over WebSockets only: one greenlet a socket and one heartbeat for all.

python-engineio keeps a queue, a writer greenlet, a sleeping greenlet for the
next ping and (in simple-websocket) a reading one for every socket, and writes
a traceback for every malformed packet. This engine keeps its interface, which
python-socketio calls, and replaces what lies below.
"""

from __future__ import annotations

import io
import logging
import time
import urllib.parse
from collections.abc import Callable, Iterable
from typing import Any

import engineio
import gevent
from engineio import packet

from knowledge_exchange.realtime.doorway import Doorway, Place
from knowledge_exchange.realtime.limits import (
    SOCKET_MESSAGE_BYTES,
    SOCKET_PING_SECONDS,
    SOCKET_PONG_SECONDS,
)
from knowledge_exchange.realtime.live_socket import GOING_AWAY, LiveSocket, quiet
from knowledge_exchange.realtime.websocket import (
    SOCKET_KEY,
    Environ,
    MemberWebSocket,
    NotAWebSocket,
)

HEARTBEAT_SECONDS = 1.0
_EMPTY = io.BytesIO()


class _NoPlace(Exception):
    """Too many wait already."""


class LiveEngine(engineio.Server):  # type: ignore[misc]
    """Engine.IO's server for WebSockets whose Origin ``may_connect`` accepts."""

    def __init__(self, *, may_connect: Callable[[Environ], bool], **options: Any) -> None:
        super().__init__(
            async_mode="gevent",
            transports=["websocket"],
            ping_interval=SOCKET_PING_SECONDS,
            ping_timeout=SOCKET_PONG_SECONDS,
            max_http_buffer_size=SOCKET_MESSAGE_BYTES,
            monitor_clients=False,
            **options,
        )
        self._may_connect = may_connect
        self._doorway = Doorway()
        self._heart: gevent.Greenlet[[], None] | None = None

    def handle_request(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """The WSGI door: a WebSocket of Engine.IO 4, or a refusal in a sentence."""
        refusal = self._refusal(environ)
        if refusal is None:
            try:
                return self._let_in(environ)
            except NotAWebSocket as error:
                refusal = ("400 Bad Request", str(error))
            except _NoPlace:
                refusal = ("503 Service Unavailable", "Too many have come at once. Try again in a moment.")
        status, text = refusal
        body = text.encode()
        start_response(status, [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
        return [body]

    def take_message(self, sid: str, body: str) -> None:
        """Pass a message to python-socketio; ``BadPacket`` if it makes no sense."""
        self.handlers["message"](sid, body)

    def tell_disconnected(self, sid: str, reason: str | None) -> None:
        """Let python-socketio forget a socket; an error in it must not keep the socket."""
        self.sockets.pop(sid, None)
        try:
            self.handlers["disconnect"](sid, reason or self.reason.SERVER_DISCONNECT)
        except Exception as error:
            quiet.write(logging.ERROR, "live_disconnect_failed", error=error)

    def close_all(self, seconds: float) -> None:
        """Close every socket as 'going away'; the browsers come back by themselves."""
        for live in list(self.sockets.values()):
            live.close(code=GOING_AWAY)
        closing = time.monotonic() + seconds
        while self.open_sockets and time.monotonic() < closing:
            gevent.sleep(0.02)

    open_sockets = 0
    """Connections whose greenlet still runs."""

    def _refusal(self, environ: Environ) -> tuple[str, str] | None:
        if not self._may_connect(environ):
            return "403 Forbidden", "Live updates are only for this exchange's own pages."
        if environ["REQUEST_METHOD"] != "GET":
            return "405 Method Not Allowed", "Live updates use a WebSocket."
        query = urllib.parse.parse_qs(environ.get("QUERY_STRING", ""))
        if query.get("transport") != ["websocket"] or "sid" in query:
            return "400 Bad Request", "Live updates use the WebSocket transport only."
        if query.get("EIO") != ["4"]:
            return "400 Bad Request", "Live updates use version 4 of the Engine.IO protocol."
        return None

    def _let_in(self, environ: Environ) -> list[bytes]:
        """Serve a socket as soon as there is a place; ``_NoPlace`` where that takes too long."""
        place = self._doorway.enter()
        if place is None:
            raise _NoPlace
        try:
            return self._serve(MemberWebSocket(environ), environ, place)
        finally:
            place.leave()

    def _serve(self, ws: MemberWebSocket, environ: Environ, place: Place) -> list[bytes]:
        """Run one socket to its end in the request's greenlet."""
        live = self._welcome(ws, environ, place)
        self.open_sockets += 1
        try:
            live.serve()
        finally:
            self.open_sockets -= 1
            ws.sock.close()
        if ws.mode == "gunicorn":
            raise StopIteration  # how gunicorn is told that there is nothing to answer
        return []

    def _welcome(self, ws: MemberWebSocket, environ: Environ, place: Place) -> LiveSocket:
        if self._heart is None:
            self._heart = gevent.spawn(self._beat)
        sid = self.generate_id()
        live = LiveSocket(self, sid, ws, place)
        self.sockets[sid] = live
        hello = {
            "sid": sid,
            "upgrades": [],
            "pingTimeout": int(SOCKET_PONG_SECONDS * 1000),
            "pingInterval": int(SOCKET_PING_SECONDS * 1000),
            "maxPayload": SOCKET_MESSAGE_BYTES,
        }
        live.send(packet.Packet(packet.OPEN, hello))
        self.handlers["connect"](sid, _without_stream(environ))
        return live

    def _beat(self) -> None:
        """One greenlet for all heartbeats; it outlives any single socket's trouble."""
        while True:
            gevent.sleep(HEARTBEAT_SECONDS)
            now = time.monotonic()
            for live in list(self.sockets.values()):
                try:
                    live.heartbeat(now)
                except Exception as error:
                    quiet.write(logging.ERROR, "live_heartbeat_failed", error=error)


def _without_stream(environ: Environ) -> Environ:
    """The request's facts, which events are authorised by, without its 8 KiB buffer."""
    environ.pop(SOCKET_KEY, None)
    environ["wsgi.input"] = _EMPTY
    return environ
