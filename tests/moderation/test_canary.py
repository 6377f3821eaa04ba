"""A thread is moved to a private network: whoever is left behind finds no word of it anywhere, from that moment on.

They have its page open with a socket, kept what their browser kept, saved its addresses, and mail about it is unsent.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.notifications.models import NoticeChoice, Notification
from knowledge_exchange.realtime.sockets import NAMESPACE, socketio
from knowledge_exchange.threads.curation import relocating
from knowledge_exchange.threads.curation.even_gone import thread_now
from knowledge_exchange.threads.models import Thread
from tests.notifications.mailbox import Mailbox
from tests.realtime.support.listening import Listener
from tests.support.addresses import addresses
from tests.support.community import Community, settle
from tests.support.parts import PARTS
from tests.support.persons import Person
from tests.support.servers import Server

CANARY = "Xylograph"
#: Headers by which a browser asks whether what it kept is still good.
KEPT = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}


def watched_thread(here: Community) -> tuple[int, int]:
    """A thread that is full of the word, and a reply in it; the watcher and the peer are told of all."""
    for one in (here.watcher, here.peer):
        assert one.post("/n/north-west/level", level="watching").status_code == 303
    thread = here.post_thread(here.author, f"{CANARY} in the rota", body=f"About the {CANARY}.")
    assert here.watcher.post(f"/t/{thread}/level", level="watching").status_code == 303
    handle = here.handle(here.watcher)
    return thread, here.reply(here.author, thread, f"More {CANARY}, @{handle}.")


def let_moderate(here: Community) -> None:
    """Mo moderates the private network, too."""
    with here.app.app_context(), unit_of_work():
        networks.set_role(here.moderator.id, here.reps, "moderator")


def move(here: Community, thread: int, slug: str = "reps") -> None:
    seen = str(here.row(Thread, thread).acts)
    answer = here.moderator.post(f"/t/{thread}/move", network=slug, reason="Of the reps alone.", seen=seen)
    assert answer.status_code == 303, answer.text


def values(here: Community, thread: int, post: int) -> dict[str, list[Any]]:
    """What stands for each part of an address: the thread and its posts above all."""
    with here.app.app_context():
        notices = list(db.session.scalars(select(Notification.id).where(Notification.thread_id == thread)))
    return {
        **PARTS,
        **{name: PARTS.get(name, ["4"]) for rule in here.app.url_map.iter_rules() for name in rule.arguments},
        "slug": ["north-west", "national", "reps"],
        "handle": [here.handle(here.author), here.handle(here.watcher)],
        "member_id": [here.author.id],
        "thread_id": [thread],
        "post_id": [here.opening(thread), post],
        "notification_id": list(notices),
    }


def pages_with_it(here: Community, who: Person, thread: int, post: int) -> set[str]:
    """Endpoints of all pages, with ids or without, on which somebody finds the word."""
    every = list(addresses(here.app, "GET", values(here, thread, post)))
    return {one.endpoint for one in every if CANARY.lower() in who.get(one.path, follow_redirects=True).text.lower()}


def asked(socket: Any, event: str, **said: str) -> Any:
    """What the server answers to an event."""
    return socket.emit(event, said, namespace=NAMESPACE, callback=True)


def heard(socket: Any) -> str:
    return json.dumps(socket.get_received(NAMESPACE))


def badge(here: Community, who: Person) -> int:
    from knowledge_exchange.core import hooks

    with here.app.app_context():
        return int(hooks.call("unread_counts", [who.id]).get(who.id, 0))


@pytest.fixture
def office(app: Flask) -> Iterator[tuple[Community, Mailbox]]:
    """The community, and its post."""
    with ExitStack() as time:
        here = settle(app)
        let_moderate(here)
        mailbox = Mailbox(here, time)
        mailbox.at(now())
        yield here, mailbox


def test_who_is_left_behind_finds_no_word_of_a_moved_thread_anywhere(office: tuple[Community, Mailbox]) -> None:
    here, mailbox = office
    rows = [
        {"member_id": here.watcher.id, "kind": kind, "toast": True, "mail": "soon"} for kind in ("mention", "reply")
    ]
    with here.app.app_context(), unit_of_work():
        db.session.execute(insert(NoticeChoice), rows)
    thread, post = watched_thread(here)
    sockets = {
        one.name: socketio.test_client(here.app, NAMESPACE, flask_test_client=one.client)
        for one in (here.watcher, here.author)
    }
    cursors = {}
    for name, socket in sockets.items():
        assert socket.emit("watch", {"thread": str(thread)}, namespace=NAMESPACE, callback=True) == {"ok": True}
        cursors[name] = asked(socket, "resume")["cursor"]
    before = pages_with_it(here, here.watcher, thread, post)
    assert {"home.index", "threads.network", "threads.thread", "notifications.index", "auth.my_data"} <= before
    kept = here.watcher.get(f"/t/{thread}", follow_redirects=True)
    saved = {KEPT[name]: value for name, value in kept.headers.items() if name in KEPT}
    mailbox.decide()  # the message waits in the outbox
    move(here, thread)
    # From this moment on: pages, by whatever address; what was kept is not said to be good still.
    assert pages_with_it(here, here.watcher, thread, post) == set()
    again = here.watcher.get(f"/t/{thread}/xylograph-in-the-rota", headers={**saved, "If-None-Match": "*"})
    assert (again.status_code, CANARY in again.text) == (404, False)
    assert badge(here, here.watcher) == 0
    # The open socket: told that it is gone, and of nothing that comes later.
    later = here.reply(here.moderator, thread, f"Further {CANARY}.")
    told = heard(sockets[here.watcher.name])
    assert CANARY not in told
    assert '"gone": true' in told
    assert str(later) not in told
    assert CANARY in heard(sockets[here.author.name]), "who may follow it is left out"
    watch = sockets[here.watcher.name].emit("watch", {"thread": str(thread)}, namespace=NAMESPACE, callback=True)
    assert watch == {"ok": False, "error": "not_found"}
    for way in ("since", "socket"):
        cursor = cursors[here.watcher.name]
        if way == "socket":
            missed = json.dumps(
                sockets[here.watcher.name].emit("resume", {"after": cursor}, namespace=NAMESPACE, callback=True)
            )
        else:
            missed = here.watcher.get(f"/live/since?after={cursor}&thread={thread}").text
        assert CANARY not in missed
        assert str(post) not in missed
    # The mail that waited, and the digest of the week.
    mailbox.later()
    mailbox.send()
    mailbox.later(timedelta(days=8))
    mailbox.digests()
    mailbox.send()
    theirs = [one for one in mailbox.arrived() if one["To"] == here.watcher.email]
    assert [one for one in theirs if CANARY in one.as_string()] == []
    assert here.author.get(f"/t/{thread}", follow_redirects=True).status_code == 200


def test_the_badge_tells_at_once_what_was_lost_and_what_came_back(office: tuple[Community, Mailbox]) -> None:
    here, _mailbox = office
    thread, _post = watched_thread(here)
    socket = socketio.test_client(here.app, NAMESPACE, flask_test_client=here.watcher.client)
    assert badge(here, here.watcher) == 1
    move(here, thread)
    [told] = [event["args"][0] for event in socket.get_received(NAMESPACE) if event["name"] == "unread"]
    assert told["unread"] == 0
    assert "thread" not in told, "it names more than it must"
    move(here, thread, "north-west")
    [told] = [event["args"][0] for event in socket.get_received(NAMESPACE) if event["name"] == "unread"]
    assert told["unread"] == 1


@pytest.mark.server
def test_a_move_by_another_process_reaches_an_open_socket_within_seconds(
    make_app: Callable[..., Flask], serve: Callable[..., Server]
) -> None:
    here = settle(make_app(KE_DEMO=True))
    thread, _post = watched_thread(here)
    socket = Listener(serve().url, here.watcher)
    try:
        assert socket.ask("watch", thread=str(thread)) == {"ok": True}
        began = time.monotonic()
        with here.app.app_context(), unit_of_work():
            row = thread_now(thread)
            assert row is not None
            relocating.move(row, here.reps)
        [told] = socket.wait_for("thread_changed")
        assert told == {"thread": str(thread), "gone": True}
        assert time.monotonic() - began < 10
        assert CANARY not in json.dumps(socket.heard)
    finally:
        socket.close()
