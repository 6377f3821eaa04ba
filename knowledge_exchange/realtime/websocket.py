"""WebSockets on simple-websocket, with what it leaves open mended.

- The reader runs in the request's own greenlet: one greenlet a socket, not three.
- permessage-deflate is never negotiated: 194 KB of it cost 385 MB of memory.
- Messages are bounded and so is the rate at which they are read.
- What is sent goes through :class:`OrderedSocket`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any

import gevent
import simple_websocket
from simple_websocket.ws import Base
from wsproto import ConnectionType
from wsproto.connection import Connection
from wsproto.utilities import LocalProtocolError, generate_accept_token

from knowledge_exchange.realtime.limits import (
    LINGER_BYTES,
    SOCKET_BYTES_BURST,
    SOCKET_BYTES_PER_SECOND,
    SOCKET_CLOSE_SECONDS,
    SOCKET_MESSAGE_BYTES,
    SOCKET_READ_BYTES,
)
from knowledge_exchange.realtime.outgoing import OrderedSocket
from knowledge_exchange.realtime.quiet import Allowance, within

Environ = dict[str, Any]
SOCKET_KEY = "knowledge_exchange.socket"
"""Where the embedded server puts the connection's socket in the WSGI environment."""
GUNICORN_KEY = "gunicorn.socket"

_SMALL_FRAME = 125
_MEDIUM_FRAME = 0xFFFF
_TEXT = 0x81  # a final text frame
_KEY_BYTES = 16


class NotAWebSocket(Exception):
    """The request is not a WebSocket handshake that this server can accept."""


def text_frame(text: str) -> bytes:
    """One whole unmasked text frame: the same bytes serve every reader."""
    payload = text.encode("utf-8", "replace")
    size = len(payload)
    if size <= _SMALL_FRAME:
        return bytes((_TEXT, size)) + payload
    if size <= _MEDIUM_FRAME:
        return bytes((_TEXT, 126)) + size.to_bytes(2, "big") + payload
    return bytes((_TEXT, 127)) + size.to_bytes(8, "big") + payload


class _NoThread:
    """simple-websocket starts a reading thread; ours reads in the request's greenlet."""

    name = "unused"

    def __init__(self, target: object) -> None:
        del target

    def start(self) -> None:
        """Nothing to start."""


class _NoEvent:
    """The signal between that thread and the caller, which are one here."""

    def set(self) -> None:
        """Nobody waits."""


class MemberWebSocket(simple_websocket.Server):  # type: ignore[misc]
    """The server's end of one WebSocket. ``NotAWebSocket`` if the handshake is bad."""

    def __init__(self, environ: Environ) -> None:
        self.environ = environ
        self.subprotocols: list[str] = []
        self.mode = "gunicorn" if GUNICORN_KEY in environ else "gevent"
        self._bytes = Allowance(SOCKET_BYTES_PER_SECOND, SOCKET_BYTES_BURST)
        Base.__init__(
            self,
            OrderedSocket(_socket_of(environ)),
            connection_type=ConnectionType.SERVER,
            receive_bytes=SOCKET_READ_BYTES,
            max_message_size=SOCKET_MESSAGE_BYTES,
            thread_class=_NoThread,
            event_class=_NoEvent,
        )

    def handshake(self) -> None:
        """Answer 101 without any extension; wsproto then only sees frames."""
        key = _handshake_key(self.environ)
        if self.sock.is_over():
            raise NotAWebSocket("they left while they waited")
        self.ws = Connection(ConnectionType.SERVER, [])
        self.sock.send(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + generate_accept_token(key) + b"\r\n\r\n"
        )
        self.environ = {}  # the request's headers are no longer needed here
        self.connected = True

    def messages(self) -> Iterator[str | bytes]:
        """Whole messages, one after the other, until either side closes."""
        while True:
            while self.input_buffer:
                yield self.input_buffer.pop(0)
            if not self.connected or not self._read():
                return

    def finish(self, code: int, reason: str) -> None:
        """Say goodbye with a close frame, unless somebody has; never raises."""
        if not self.connected:
            return
        try:
            self.close(code, reason)
        except (OSError, LocalProtocolError):
            self.connected = False

    def linger(self) -> None:
        """Read and forget for a moment, so that our close frame is not lost to a reset."""
        self.sock.drain(SOCKET_CLOSE_SECONDS)
        left = LINGER_BYTES
        with within(SOCKET_CLOSE_SECONDS):
            try:
                while left > 0 and (data := self.sock.recv(SOCKET_READ_BYTES)):
                    left -= len(data)
            except OSError:
                pass

    def _read(self) -> bool:
        """Take in what has arrived; False when the stream is over."""
        try:
            data = self.sock.recv(self.receive_bytes)
            if not data:
                raise OSError("end of stream")
            self.ws.receive_data(data)
            self.connected = self._handle_events() and self.connected
        except (OSError, LocalProtocolError):
            self.connected = False
            return False
        # A flood is always readable: without this it would never be anyone else's turn.
        gevent.sleep(self._bytes.spend(len(data)))
        return True


def _socket_of(environ: Environ) -> Any:
    sock = environ.get(SOCKET_KEY) or environ.get(GUNICORN_KEY)
    if sock is None:
        raise NotAWebSocket("this web server does not hand over its socket")
    sock.settimeout(None)  # a page's time-outs don't suit a connection that idles
    return sock


def _handshake_key(environ: Environ) -> bytes:
    """The client's key, when everything that RFC 6455 asks for is there."""
    tokens = {token.strip() for token in environ.get("HTTP_CONNECTION", "").lower().split(",")}
    if environ.get("HTTP_UPGRADE", "").lower() != "websocket" or "upgrade" not in tokens:
        raise NotAWebSocket("not a WebSocket request")
    if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != "13":
        raise NotAWebSocket("not version 13 of the WebSocket protocol")
    key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "").strip()
    try:
        if len(base64.b64decode(key, validate=True)) != _KEY_BYTES:
            raise NotAWebSocket("the WebSocket key has the wrong length")
    except (binascii.Error, ValueError) as error:
        raise NotAWebSocket("the WebSocket key is not base64") from error
    return bytes(key, "ascii")
