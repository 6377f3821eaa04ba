"""The ``/live`` namespace: the same gate as for pages, asked again at every event."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, request
from flask_socketio import Namespace, disconnect, emit, join_room, leave_room
from socketio.exceptions import ConnectionRefusedError as Refused

from knowledge_exchange.auth import sessions
from knowledge_exchange.auth.gate import ACTIVE, active, admits, word_of
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import end_read
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.realtime.connections import MAX_SOCKETS, MAX_WATCHED, Connection, connections
from knowledge_exchange.realtime.socketio_server import LiveSocketIO

NAMESPACE = "/live"
NOT_FOUND = {"ok": False, "error": "not_found"}
TOO_MANY = {"ok": False, "error": "too_many"}
#: Why a socket is refused that would hear nothing of the other processes: the browser asks by plain requests.
AWAY = "away"

Answer = dict[str, Any] | None
Handler = Callable[..., Answer]

socketio = LiveSocketIO()


def init_app(app: Flask) -> None:
    """Open the namespace."""
    socketio.init_app(app)


def guarded(handler: Handler) -> Handler:
    """Ask the gate afresh: who this is, whether they still may, before an event is handled."""
    access = word_of(handler) or ACTIVE

    @wraps(handler)
    def ask(self: Live, *data: Any) -> Answer:
        me = sessions.current_me()
        if me is None or not admits(access, me):
            emit("goodbye", {"reason": "standing" if me else "signed_out"})
            disconnect()
            return NOT_FOUND
        return handler(self, me, data[0] if data and isinstance(data[0], dict) else {})

    return ask


class Live(Namespace):
    """What browsers may say."""

    def on_connect(self, _auth: Any = None) -> None:
        """Let in active members, each into the room of their own stream."""
        me = sessions.current_me()
        if me is None or not me.is_active:
            raise Refused("standing" if me else "signed_out")
        if len(connections().of_member(me.id)) >= MAX_SOCKETS:
            raise Refused("too_many")
        end_read()  # the next may wait
        if not socketio.server.manager.is_hearing():
            raise Refused(AWAY)
        connections().add(Connection(_sid(), me.id, me.sign_in_id))
        join_room(f"member:{me.id}")

    def on_disconnect(self, _reason: Any = None) -> None:
        """Forget the socket."""
        connections().remove(_sid())

    @guarded
    @active
    def on_watch(self, me: Me, data: dict[str, Any]) -> Answer:
        """Follow a thread that one may see."""
        thread_id = parse_id(data.get("thread"))
        room = hooks.call("thread_room", me, thread_id) if thread_id else None
        mine = connections().get(_sid())
        if thread_id is None or room is None or mine is None:
            return NOT_FOUND
        if len(mine.watched) >= MAX_WATCHED and thread_id not in mine.watched:
            return TOO_MANY
        _leave(mine, thread_id)
        mine.watched[thread_id] = room
        join_room(room.name)
        return {"ok": True}

    @guarded
    @active
    def on_unwatch(self, _me: Me, data: dict[str, Any]) -> Answer:
        """Stop following a thread; stopping what was never begun is fine."""
        thread_id = parse_id(data.get("thread"))
        mine = connections().get(_sid())
        if thread_id and mine:
            _leave(mine, thread_id)
        return {"ok": True}

    @guarded
    @active
    def on_resume(self, me: Me, data: dict[str, Any]) -> Answer:
        """Everything missed after a cursor."""
        from knowledge_exchange.realtime.replay import missed

        return missed(me, data.get("after"))

    @guarded
    @active
    def on_seen(self, me: Me, data: dict[str, Any]) -> Answer:
        """A post has been read; everything up to it in its thread counts as read."""
        thread_id, post_id = parse_id(data.get("thread")), parse_id(data.get("post"))
        if thread_id is None or post_id is None:
            return NOT_FOUND
        return {"ok": True} if hooks.call("mark_read", me, thread_id, post_id) else NOT_FOUND


def _sid() -> str:
    return str(request.sid)  # type: ignore[attr-defined]


def _leave(mine: Connection, thread_id: int) -> None:
    room = mine.watched.pop(thread_id, None)
    if room is not None:
        leave_room(room.name)


socketio.on_namespace(Live(NAMESPACE))
