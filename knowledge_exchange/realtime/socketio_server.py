"""Socket.IO, strict about what comes in and quiet about what is wrong with it.

Every event of the exchange carries exactly one object, so this is where a
packet is checked: a handler is only ever called with one dict, never under a
reserved name (python-socketio would run the connect handler for an event that
a client calls "connect"), and never with binary attachments.
"""

from __future__ import annotations

import logging
from typing import Any

import engineio
import flask_socketio
import socketio
from flask import Flask
from socketio import packet

from knowledge_exchange.realtime.engine import LiveEngine
from knowledge_exchange.realtime.fanout import make_manager
from knowledge_exchange.realtime.limits import SOCKET_PATH
from knowledge_exchange.realtime.live_socket import BadPacket, LiveSocket, quiet
from knowledge_exchange.realtime.origins import may_connect

RESERVED = frozenset({"connect", "disconnect", "connect_error", "message", "json", "error"})
"""Names that mean something to the libraries; no client may use them for an event."""
CATCHES_UP = "resume"
"""The last thing that a browser asks before it only listens."""
MALFORMED = {"ok": False, "error": "malformed"}
FAILED = {"ok": False, "error": "failed"}


class LiveServer(socketio.Server):  # type: ignore[misc]
    """python-socketio's server over :class:`LiveEngine`."""

    def __init__(self, app: Flask, **options: Any) -> None:
        # Events of one socket are handled in order in its own greenlet: who
        # sends a thousand waits for each of them, instead of a thousand greenlets.
        options["async_handlers"] = False
        options.setdefault("client_manager", make_manager(app.config.get("KE_REDIS_URL")))
        super().__init__(
            logger=_quiet_logger("socketio"),
            engineio_logger=_quiet_logger("engineio"),
            may_connect=lambda environ: may_connect(app, environ),
            **options,
        )
        self.namespaces: list[str] = []  # only those with handlers; the default would admit anybody to "/"

    def _engineio_server_class(self) -> type[engineio.Server]:
        return LiveEngine

    def _handle_eio_message(self, eio_sid: str, data: str) -> None:
        """Act on one Socket.IO packet; ``BadPacket`` for all that makes no sense."""
        try:
            self._act_on(eio_sid, data)
        except BadPacket:
            if eio_sid in self.eio.sockets:  # not Flask-SocketIO's test client, which has none
                raise

    def _act_on(self, eio_sid: str, data: str) -> None:
        try:
            pkt = self.packet_class(encoded_packet=data)
        except (ValueError, RecursionError, TypeError, IndexError) as error:
            raise BadPacket("unreadable Socket.IO packet") from error
        namespace = pkt.namespace or "/"
        if pkt.packet_type == packet.EVENT and pkt.attachment_count == 0:
            self._handle_event(eio_sid, namespace, pkt.id, pkt.data)
        elif pkt.packet_type == packet.CONNECT:
            self._handle_connect(eio_sid, namespace, pkt.data)
        elif pkt.packet_type == packet.DISCONNECT:
            self._leave(eio_sid, namespace)
        else:
            raise BadPacket("unexpected Socket.IO packet")

    def _handle_connect(self, eio_sid: str, namespace: str, data: Any) -> None:
        """Join a namespace; a failing handler refuses and leaves nothing behind."""
        if namespace not in self.handlers and namespace not in self.namespace_handlers:
            self._refuse(eio_sid, namespace, "Unable to connect")
            raise BadPacket("unknown namespace")
        if data is not None and not isinstance(data, dict):
            raise BadPacket("malformed sign-in")
        if self.manager.sid_from_eio_sid(eio_sid, namespace):
            raise BadPacket("joined twice")
        try:
            super()._handle_connect(eio_sid, namespace, data)
        except Exception as error:
            quiet.write(logging.ERROR, "live_connect_failed", error=error)
            self._forget(eio_sid, namespace)
            self._refuse(eio_sid, namespace, "Try again later")
        if not self._settle(eio_sid, namespace):
            raise BadPacket("sign-in refused")

    def _settle(self, eio_sid: str, namespace: str) -> bool:
        """Whether it has joined, and is still there to be told so."""
        live = self.eio.sockets.get(eio_sid)
        joined = bool(self.manager.sid_from_eio_sid(eio_sid, namespace))
        if isinstance(live, LiveSocket):
            live.note_joined(joined)
        elif joined and eio_sid not in self.environ:  # it left while its handler ran
            self._forget(eio_sid, namespace)
        return joined

    def _forget(self, eio_sid: str, namespace: str) -> None:
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        self.manager.disconnect(sid, namespace, ignore_queue=True)

    def _handle_event(self, eio_sid: str, namespace: str, id: int | None, data: Any) -> None:
        sid = self.manager.sid_from_eio_sid(eio_sid, namespace)
        if sid is None or not self.manager.is_connected(sid, namespace):
            raise BadPacket("event before sign-in")
        try:
            name, payload = _checked(data)
            self._require_known(name, namespace)
        except BadPacket:
            self._acknowledge(eio_sid, namespace, id, MALFORMED)
            raise
        try:
            answer = self._trigger_event(name, namespace, sid, payload)
        except Exception as error:
            quiet.write(logging.ERROR, f"live_event_failed_{name}", error=error)
            self._acknowledge(eio_sid, namespace, id, FAILED)
            raise BadPacket(f"the handler of {name} failed") from error
        self._acknowledge(eio_sid, namespace, id, answer)
        live = self.eio.sockets.get(eio_sid)
        if name == CATCHES_UP and isinstance(live, LiveSocket):
            live.note_served()

    def disconnect(self, sid: str, namespace: str | None = None, ignore_queue: bool = False) -> None:
        """End a client's membership of a namespace; the socket follows if it lingers."""
        eio_sid = self.manager.eio_sid_from_sid(sid, namespace or "/")
        super().disconnect(sid, namespace=namespace, ignore_queue=ignore_queue)
        if eio_sid is not None:
            self._settle(eio_sid, namespace or "/")

    def _leave(self, eio_sid: str, namespace: str) -> None:
        if self.manager.sid_from_eio_sid(eio_sid, namespace) is None:
            raise BadPacket("left without having joined")
        self._handle_disconnect(eio_sid, namespace, self.reason.CLIENT_DISCONNECT)
        self._settle(eio_sid, namespace)

    def _require_known(self, name: str, namespace: str) -> None:
        functions = self.handlers.get(namespace, {})
        methods = self.namespace_handlers.get(namespace)
        if name not in functions and not callable(getattr(methods, f"on_{name}", None)):
            raise BadPacket("unknown event")

    def _acknowledge(self, eio_sid: str, namespace: str, id: int | None, answer: Any) -> None:
        if id is not None:
            data = list(answer) if isinstance(answer, tuple) else [answer]
            if answer is None:
                data = []
            self._send_packet(eio_sid, self.packet_class(packet.ACK, namespace=namespace, id=id, data=data))

    def _refuse(self, eio_sid: str, namespace: str, message: str) -> None:
        self._send_packet(
            eio_sid,
            self.packet_class(packet.CONNECT_ERROR, data={"message": message}, namespace=namespace[:64]),
        )

    def _note_joined(self, eio_sid: str, namespace: str) -> None:
        live = self.eio.sockets.get(eio_sid)
        if isinstance(live, LiveSocket):
            live.note_joined(bool(self.manager.sid_from_eio_sid(eio_sid, namespace)))


class LiveSocketIO(flask_socketio.SocketIO):
    """Flask-SocketIO over :class:`LiveServer`; ``init_app`` takes python-socketio's options.

    WebSockets only, the Origin checked, KE_REDIS_URL's Redis between processes.
    """

    # What the library has and its stubs leave out.
    server_options: dict[str, Any]
    handlers: list[tuple[str, Any, str]]
    namespace_handlers: list[Any]

    def init_app(self, app: Flask, **options: Any) -> None:
        """Serve Socket.IO on ``app``; call it after the app's settings are there."""
        options = {**self.server_options, **options}
        self.manage_session = options.pop("manage_session", False)
        self.server = LiveServer(app, **options)
        self.async_mode = self.server.async_mode
        for event, handler, namespace in self.handlers:
            self.server.on(event, handler, namespace=namespace)
        for namespace_handler in self.namespace_handlers:
            self.server.register_namespace(namespace_handler)
        self.sockio_mw = flask_socketio._SocketIOMiddleware(  # type: ignore[attr-defined]
            self.server, app, socketio_path=SOCKET_PATH
        )
        app.wsgi_app = self.sockio_mw  # type: ignore[method-assign]
        app.extensions["socketio"] = self

    def open_sockets(self) -> int:
        """How many browsers are connected to this process now."""
        return int(self.server.eio.open_sockets)


def _checked(data: Any) -> tuple[str, dict[str, Any]]:
    """An event's name and its one object (empty when there is none)."""
    if not isinstance(data, list) or not data or not isinstance(data[0], str):
        raise BadPacket("malformed event")
    name, arguments = data[0], data[1:]
    if name in RESERVED:
        raise BadPacket("reserved event name")
    if arguments in ([], [None]):
        return name, {}
    if len(arguments) > 1 or not isinstance(arguments[0], dict):
        raise BadPacket("an event takes one object")
    return name, arguments[0]


def _quiet_logger(name: str) -> logging.Logger:
    """The library's logger, kept from writing packets (people's words) at info level."""
    logger = logging.getLogger(name)
    logger.setLevel(logging.ERROR)
    return logger
