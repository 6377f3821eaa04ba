"""Telling browsers, after the commit. Whatever fails here is replayed from the database later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flask import Flask, current_app

from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import end_read, promise
from knowledge_exchange.core.ids import MOST_IN_A_RUN, new_id
from knowledge_exchange.realtime import events
from knowledge_exchange.realtime.connections import Connection, Room, connections
from knowledge_exchange.realtime.events import Told
from knowledge_exchange.realtime.sockets import NAMESPACE, socketio

#: Of those who are told of one post, so many are pushed to at once. Whoever wrote it waits for the first ones only.
BATCH = 200


def member_room(member_id: int) -> str:
    """The room of one member's sockets."""
    return f"member:{member_id}"


def thread_room(thread_id: int, epoch: int) -> str:
    """The room of those who follow a thread; moving or shielding it raises the epoch."""
    return f"thread:{thread_id}:{epoch}"


def tell_thread(kind: str, thread_id: int, epoch: int, network_id: int, post_id: int | None = None) -> None:
    """Write an event of a thread's stream and promise to broadcast it."""
    event_id = events.record(kind, thread_id=thread_id, network_id=network_id, post_id=post_id)
    told = Told(event_id, kind, thread_id=thread_id, post_id=post_id)
    promise(f"broadcast {kind}", _broadcast, told, thread_room(thread_id, epoch))


def tell_counts(member_ids: Sequence[int], thread_id: int | None = None, post_id: int | None = None) -> None:
    """Write in each member's stream that their counts changed, and promise to push.

    With ``thread_id`` and ``post_id``: because they have read that thread up to and with that post.
    """
    about = {"kind": "unread", "thread_id": thread_id, "post_id": post_id}
    ids = events.record_many([{**about, "member_id": member_id} for member_id in member_ids])
    told = [Told(id_, "unread", who, thread_id, post_id) for id_, who in zip(ids, member_ids, strict=True)]
    promise("push unread", _push, told)


def tell_unwritten(member_ids: Sequence[int], thread_id: int | None = None, post_id: int | None = None) -> None:
    """Promise to push that their counts changed, as :func:`tell_counts` does, and write nothing that names them.

    For what they do under a pseudonym. Browsers that come back later get a fresh count (``replay.py``).
    """
    promise("push unread", _push, [Told(new_id(), "unread", who, thread_id, post_id) for who in member_ids])


def tell_queue(member_ids: Sequence[int]) -> None:
    """Write in each member's stream that something came into their queue or left it, and promise to push.

    It says nothing of what, nor how much waits: that is asked anew by each of them.
    """
    if not member_ids:
        return
    ids = events.record_many([{"kind": "queue", "member_id": member_id} for member_id in member_ids])
    told = [Told(id_, "queue", who) for id_, who in zip(ids, member_ids, strict=True)]
    promise("push queue", _push_queue, told)


def tell_notices(notices: Iterable[tuple[int, int]]) -> None:
    """Promise to push notices that have been written: the id of each, and whose it is."""
    promise("push notices", _push, [Told(id_, "notification", member_id) for id_, member_id in notices])


def tell_run(base: int) -> None:
    """Promise to push notices that a statement has just numbered from ``base`` on (``core.ids.new_run``).

    They may be thousands, and few of those members connected: only what is for them is read.
    """
    promise("push a run", _push_run, base)


def _push_run(base: int) -> None:
    several = _several_processes()
    here = [] if several else connections().members()
    if not (several or here):
        return
    for batch in _sealed(base):
        _push(batch)
    batches = _pages(base) if several else _chunks(base, here)
    first = next(batches, [])
    _push(first)
    if len(first) == BATCH or len(here) > BATCH:
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        socketio.start_background_task(_push_rest, app, batches)


def _push_rest(app: Flask, batches: Iterator[list[Told]]) -> None:
    with app.app_context():
        for batch in batches:
            _push(batch)
            end_read()
            socketio.sleep(0)


def _sealed(base: int) -> Iterator[list[Told]]:
    """Notices of a run that are of sealed places, for those whose these are. As a rule there are none."""
    found = hooks.call("sealed_notices", base, base + MOST_IN_A_RUN, None)
    told = [Told(id_, "notification", member_id) for id_, member_id in found]
    for begin in range(0, len(told), BATCH):
        yield told[begin : begin + BATCH]


def _chunks(base: int, members: Sequence[int]) -> Iterator[list[Told]]:
    """Notices of a run that are for these members."""
    for begin in range(0, len(members), BATCH):
        yield _notices(base, base, members[begin : begin + BATCH])


def _pages(base: int) -> Iterator[list[Told]]:
    """Notices of a run for everybody: who is connected to other processes isn't known here."""
    last = base
    while True:
        found = _notices(base, last, None)
        yield found
        if len(found) < BATCH:
            return
        last = found[-1].id


def _notices(base: int, after: int, members: Sequence[int] | None) -> list[Told]:
    found = hooks.call("notices_between", after, base + MOST_IN_A_RUN, members, BATCH)
    return [Told(id_, "notification", member_id) for id_, member_id in found]


def _broadcast(told: Told, room: str) -> None:
    if not _several_processes() and not socketio.server.manager.rooms.get(NAMESPACE, {}).get(room):
        return  # nobody follows it: nothing to render
    for name, payload in events.payloads([told], member_id=None):
        socketio.emit(name, payload, to=room, namespace=NAMESPACE)


def _several_processes() -> bool:
    return bool(current_app.config["KE_REDIS_URL"])


def _push(told: list[Told]) -> None:
    """To those online: here, or (with Redis) perhaps in another process."""
    several = _several_processes()
    online = [one for one in told if several or connections().has_member(one.member_id or 0)]
    if not online:
        return
    moment = events.counted_now()
    unread = hooks.call("unread_counts", [one.member_id for one in online])
    notices = hooks.call("notification_payloads", None, [one.id for one in online if one.kind == "notification"])
    for one in online:
        fact = {"unread": unread.get(one.member_id, 0), **moment, **events.read_by(one)}
        if one.kind == "notification":
            fact = {**notices.get(one.id, {}), **fact}
            if "text" not in fact:
                continue
        socketio.emit(one.kind, events.stamped(one, fact), to=member_room(one.member_id or 0), namespace=NAMESPACE)


def _push_queue(told: list[Told]) -> None:
    for one in told:
        socketio.emit(one.kind, events.stamped(one, {}), to=member_room(one.member_id or 0), namespace=NAMESPACE)


def say_goodbye(found: Sequence[Connection], reason: str) -> None:
    """Tell sockets why, then close them."""
    for connection in found:
        socketio.emit("goodbye", {"reason": reason}, to=connection.sid, namespace=NAMESPACE)
        socketio.server.disconnect(connection.sid, namespace=NAMESPACE)


def leave_network_rooms(member_id: int, network_id: int) -> None:
    """Take a member's sockets out of the rooms of a network's threads; pages that show one are told that it is gone."""
    for connection in connections().of_member(member_id):
        gone = [thread_id for thread_id, room in connection.watched.items() if room.network_id == network_id]
        for thread_id in gone:
            leave_room(connection, thread_id)


def leave_room(connection: Connection, thread_id: int) -> None:
    """Take a socket out of the room of a thread that its member may not see any more; its page is told."""
    room = connection.watched.pop(thread_id, None)
    if room is None:
        return  # it has left by itself meanwhile
    socketio.server.leave_room(connection.sid, room.name, namespace=NAMESPACE)
    socketio.emit("thread_changed", events.gone(thread_id), to=connection.sid, namespace=NAMESPACE)


def move_to(connection: Connection, thread_id: int, room: Room) -> None:
    """The thread's events go to another room now."""
    before = connection.watched.get(thread_id)
    if before is None:
        return  # it follows the thread no more
    socketio.server.leave_room(connection.sid, before.name, namespace=NAMESPACE)
    connection.watched[thread_id] = room
    socketio.server.enter_room(connection.sid, room.name, namespace=NAMESPACE)


def tell_again(found: Sequence[Connection], told: Sequence[Told]) -> None:
    """Send events of a thread to these sockets, which may have them already: a browser drops what it has seen."""
    for name, payload in events.payloads(told, member_id=None):
        for connection in found:
            socketio.emit(name, payload, to=connection.sid, namespace=NAMESPACE)
