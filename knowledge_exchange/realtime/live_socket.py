"""One browser's live connection: what it may send, its heartbeat, its end."""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING, Any

import gevent
from engineio import base_socket, packet

from knowledge_exchange.realtime.doorway import Place
from knowledge_exchange.realtime.limits import (
    SOCKET_BAD_PACKETS,
    SOCKET_CLOSE_SECONDS,
    SOCKET_HELLO_SECONDS,
    SOCKET_MESSAGES_BURST,
    SOCKET_MESSAGES_PER_SECOND,
    SOCKET_PING_SECONDS,
    SOCKET_PONG_SECONDS,
    SOCKET_SERVED_SECONDS,
)
from knowledge_exchange.realtime.quiet import Allowance, QuietLog
from knowledge_exchange.realtime.websocket import MemberWebSocket, text_frame

if TYPE_CHECKING:
    from knowledge_exchange.realtime.engine import LiveEngine

GOING_AWAY = 1001
POLICY_VIOLATION = 1008
_PING = text_frame(str(packet.PING))
_PONG = str(packet.PONG)
_MESSAGE = str(packet.MESSAGE)
_CLOSE = str(packet.CLOSE)

quiet = QuietLog(logging.getLogger("knowledge_exchange.live"))


class BadPacket(Exception):
    """A packet that no honest client sends. Its text holds nothing that was sent."""


class LiveSocket(base_socket.BaseSocket):  # type: ignore[misc]
    """One browser's connection, with the interface that python-socketio expects."""

    # BaseSocket's own attributes, as class attributes where they never change.
    connected = upgraded = True
    upgrading = False

    def __init__(self, server: LiveEngine, sid: str, ws: MemberWebSocket, place: Place) -> None:
        self.server = server
        self.sid = sid
        self.ws = ws
        self._place: Place | None = place
        self.session: dict[str, Any] = {}
        self.closing = self.closed = self.joined = False
        self.opened = time.monotonic()
        self.alone_since = self.opened
        """Since when it belongs to no namespace (while ``joined`` is False)."""
        # The first heartbeat comes early for some, so that thousands who came
        # back together after a restart don't beat together for ever.
        self.quiet_since = time.monotonic() - random.uniform(0, SOCKET_PING_SECONDS / 2)  # noqa: S311
        self.awaiting_pong = False
        self.bad_packets = 0
        self._messages = Allowance(SOCKET_MESSAGES_PER_SECOND, SOCKET_MESSAGES_BURST)

    def send(self, pkt: Any) -> None:
        """Hand over one Engine.IO packet; never blocks, never raises."""
        encoded = pkt.encode()
        if isinstance(encoded, str):
            self.send_frame(text_frame(encoded))

    def send_frame(self, frame: bytes) -> None:
        """Hand over one ready frame; a reader who is gone or too slow ends here."""
        if self.closed:
            return
        try:
            self.ws.sock.send(frame)
        except OSError:
            self.ws.connected = False  # the reading greenlet wakes up and tidies

    def close(
        self,
        wait: bool = True,
        abort: bool = False,
        reason: str | None = None,
        code: int = GOING_AWAY,
    ) -> None:
        """End it once: tell the namespaces, say goodbye, leave no later than a second on."""
        if self.closing or self.closed:
            return
        self.closing = True
        self.server.tell_disconnected(self.sid, reason)
        self.closed = True
        if abort or not self.ws.connected:
            self.ws.sock.close()
            return
        self.ws.finish(code, "")
        gevent.spawn_later(SOCKET_CLOSE_SECONDS, self.ws.sock.close)

    def note_joined(self, joined: bool) -> None:
        """Remember whether it belongs to a namespace, and since when it doesn't."""
        self.joined = joined
        self.alone_since = time.monotonic()

    def note_served(self) -> None:
        """It has caught up: the next one may come in."""
        if self._place is not None:
            self._place.leave()
            self._place = None

    def serve(self) -> None:
        """Take messages until the connection ends. Runs in the request's greenlet."""
        try:
            for message in self.ws.messages():
                if self.closed or not self._take(message):
                    break
                gevent.sleep(self._messages.spend(1))
        finally:
            if not self.closed:
                self.close(abort=True, reason=self.server.reason.TRANSPORT_CLOSE)

    def heartbeat(self, now: float) -> None:
        """Send what is due at ``now`` (monotonic seconds) and end what is dead."""
        if self._place is not None and now - self.opened > SOCKET_SERVED_SECONDS:
            self.note_served()
        if not self.joined and now - self.alone_since > SOCKET_HELLO_SECONDS:
            self.close(code=POLICY_VIOLATION, reason=self.server.reason.SERVER_DISCONNECT)
        elif self.awaiting_pong:
            if now - self.quiet_since > SOCKET_PONG_SECONDS:
                self.close(abort=True, reason=self.server.reason.PING_TIMEOUT)
        elif now - self.quiet_since > SOCKET_PING_SECONDS:
            self.awaiting_pong, self.quiet_since = True, now
            self.send_frame(_PING)

    def _take(self, message: str | bytes) -> bool:
        """Act on one message; False ends the connection."""
        try:
            return self._dispatch(message)
        except BadPacket as bad:
            self.bad_packets += 1
            if self.bad_packets < SOCKET_BAD_PACKETS:
                return True
            quiet.write(logging.WARNING, "live_connection_dropped", reason=bad, bad=self.bad_packets)
        self.ws.finish(POLICY_VIOLATION, "Too many malformed messages")
        self.ws.linger()
        return False

    def _dispatch(self, message: str | bytes) -> bool:
        if not isinstance(message, str) or not message:
            raise BadPacket("binary or empty packet")
        kind, body = message[0], message[1:]
        if kind == _MESSAGE:
            self.server.take_message(self.sid, body)
        elif kind == _PONG:
            self.awaiting_pong, self.quiet_since = False, time.monotonic()
        elif kind == _CLOSE:
            return False
        else:
            raise BadPacket("unexpected Engine.IO packet")
        return True
