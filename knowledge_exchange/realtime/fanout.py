"""One event to many sockets: encoded once, framed once, handed over without a switch.

python-socketio already encodes a broadcast once; what cost most was its queue
and writer greenlet per socket and wsproto's framing per recipient. The bytes of
an unmasked text frame are the same for everybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from engineio import packet as engine_packet
from socketio import packet
from socketio.manager import Manager

from knowledge_exchange.realtime.websocket import text_frame

REDIS_CHANNEL = "knowledge-exchange-live"
_MESSAGE = str(engine_packet.MESSAGE)
_EVENT = f"{_MESSAGE}{packet.EVENT}"
_ENCODE = json.JSONEncoder(separators=(",", ":")).encode


class FanoutManager(Manager):  # type: ignore[misc]
    """Rooms in this process, with broadcasts by frame and an index of rooms by socket."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._rooms_of: dict[tuple[str, str], set[str | None]] = {}

    def is_hearing(self) -> bool:
        """Whether sockets here are told all that there is: in one process alone, always."""
        return True

    def emit(
        self,
        event: str,
        data: Any,
        namespace: str,
        room: str | None = None,
        skip_sid: str | list[str] | None = None,
        callback: Any = None,
        to: str | None = None,
        **options: Any,
    ) -> None:
        """Send an event to a room. Text only; callbacks and bytes take the library's way."""
        text = None if callback else self._encoded(event, data, namespace)
        if text is None:
            super().emit(event, data, namespace, to or room, skip_sid, callback, **options)
            return
        skipped = skip_sid if isinstance(skip_sid, list) else [skip_sid]
        self._broadcast(text, self.get_participants(namespace, to or room), skipped)

    def _encoded(self, event: str, data: Any, namespace: str) -> str | None:
        """The event's Engine.IO packet as text, or None when it has attachments.

        Written here: the library first looks for bytes in all of it, which costs as much as the rest.
        """
        none: list[Any] = []
        arguments = list(data) if isinstance(data, tuple) else none if data is None else [data]
        try:
            body = _ENCODE([event, *arguments])
        except TypeError:  # bytes, or what the library shall complain about
            return None
        prefix = _EVENT if namespace in ("", "/") else f"{_EVENT}{namespace},"
        return prefix + body

    def _broadcast(self, text: str, participants: Iterable[tuple[str, str]], skipped: list[Any]) -> None:
        frame = text_frame(text)
        sockets = self.server.eio.sockets
        for sid, eio_sid in participants:
            if sid in skipped:
                continue
            live = sockets.get(eio_sid)
            if live is not None:
                live.send_frame(frame)
            else:  # Flask-SocketIO's test client, which has no socket
                pkt = engine_packet.Packet(engine_packet.MESSAGE, text.removeprefix(_MESSAGE))
                self.server._send_eio_packet(eio_sid, pkt)

    # The library looks through every room of the namespace whenever somebody
    # leaves: with 2,000 sockets and 6,000 rooms a restart costs seconds.

    def basic_enter_room(self, sid: str, namespace: str, room: str | None, eio_sid: str | None = None) -> None:
        """Enter ``room`` and note it in the index."""
        super().basic_enter_room(sid, namespace, room, eio_sid=eio_sid)
        self._rooms_of.setdefault((namespace, sid), set()).add(room)

    def basic_leave_room(self, sid: str, namespace: str, room: str | None) -> None:
        """Leave ``room`` and take it out of the index."""
        super().basic_leave_room(sid, namespace, room)
        rooms = self._rooms_of.get((namespace, sid))
        if rooms is not None:
            rooms.discard(room)
            if not rooms:
                del self._rooms_of[namespace, sid]

    def basic_disconnect(self, sid: str, namespace: str, **_options: Any) -> None:
        """Leave every room and forget the socket."""
        for room in list(self._rooms_of.get((namespace, sid), ())):
            self.basic_leave_room(sid, namespace, room)
        self.callbacks.pop(sid, None)
        for waiting in (self.pending_connect, self.pending_disconnect):
            if sid in waiting.get(namespace, ()):
                waiting[namespace].remove(sid)
                if not waiting[namespace]:
                    del waiting[namespace]

    def get_rooms(self, sid: str, namespace: str) -> list[str]:
        """The rooms that a socket is in."""
        return [room for room in self._rooms_of.get((namespace, sid), ()) if room is not None]


def make_manager(redis_url: str | None) -> FanoutManager:
    """The manager for one process, or for several when there is a Redis."""
    if not redis_url:
        return FanoutManager()
    from knowledge_exchange.realtime.fanout_redis import RedisFanoutManager

    return RedisFanoutManager(redis_url, channel=REDIS_CHANNEL)
