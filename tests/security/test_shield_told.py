"""What somebody is told without asking (sockets, mail, digests) holds nothing of a thread that is hidden from them.

The same comparison as in test_shield_property.py.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from flask import Flask

from knowledge_exchange.realtime.sockets import NAMESPACE, Live, socketio
from tests.notifications.mailbox import Mailbox
from tests.support.worlds import (
    COLLEAGUES,
    TITLE,
    World,
    at,
    build,
    life_of_a_thread,
    minutes,
)


def test_no_socket_hears_of_what_is_hidden_and_every_event_answers_like_of_nothing(world: World) -> None:
    sockets = {
        name: socketio.test_client(world.app, NAMESPACE, flask_test_client=world.people[name].client)
        for name in (*COLLEAGUES, "peer")
    }
    after = _told(sockets["peer"], "resume")["cursor"]
    hidden = life_of_a_thread(world)
    heard = {name: socket.get_received(NAMESPACE) for name, socket in sockets.items()}
    assert heard.pop("peer"), "nobody heard of it"
    assert heard == {name: [] for name in COLLEAGUES}
    for name in COLLEAGUES:
        for event in _events():
            there, nowhere = (
                _told(sockets[name], event, thread=str(hidden.thread ^ wrong), post=str(hidden.opening ^ wrong))
                for wrong in (0, 1)
            )
            assert there == nowhere, f"{name}: {event}"
        assert _told(sockets[name], "resume", after=after)["events"] == [], name
    assert _told(sockets["peer"], "resume", after=after)["events"]


def _events() -> list[str]:
    names = [name.removeprefix("on_") for name in dir(Live) if name.startswith("on_")]
    return [name for name in names if name not in ("connect", "disconnect")]


def _told(socket: Any, event: str, **said: str) -> Any:
    return socket.emit(event, said, namespace=NAMESPACE, callback=True)


#: What each message has for itself, made anew for each: ids, and the key of its link to stop such mail.
_OF_ITSELF = re.compile(r"\d{6,}|/unsubscribe/[\w.-]+")
#: Headers that say nothing but which message it is, and which thread's, by a hash.
_FRESH = frozenset({"message-id", "date", "references", "in-reply-to", "list-unsubscribe"})


def _letter(message: EmailMessage) -> list[str]:
    """What a message says, without what it has for itself."""
    headers = [f"{name}: {value}" for name, value in message.items() if name.lower() not in _FRESH]
    parts = [_OF_ITSELF.sub("", str(part.get_content())) for part in message.walk() if not part.is_multipart()]
    names = sorted(name for name in message.keys() if name.lower() in _FRESH)  # noqa: SIM118
    return [_BOUNDARY.sub("", line) for line in (*headers, *names, *parts)]


_BOUNDARY = re.compile(r'boundary="[^"]*"')


def test_mail_and_digests_are_the_same_with_and_without_what_is_hidden(app: Flask) -> None:
    with ExitStack() as time:
        time.enter_context(at(minutes(0)))
        world = build(app)
        names = (*COLLEAGUES, "peer")
        for name in names:
            world.watch_network(world.people[name])
        world.mail_soon(*(world.people[name] for name in ("colleague", "administrator", "peer")))
        office = Mailbox(world, time)  # type: ignore[arg-type]
        without = _week_of_mail(world, office, is_hidden=False)
        with_it = _week_of_mail(world, office, is_hidden=True)
    addresses_here = {world.people[name].email for name in COLLEAGUES}
    assert {who: with_it.get(who) for who in addresses_here} == {who: without.get(who) for who in addresses_here}
    assert any(without.get(who) for who in addresses_here), "no colleague got any mail"
    assert with_it[world.peer.email] != without[world.peer.email], "nobody was told"
    assert TITLE not in str([with_it.get(who) for who in addresses_here])


def _week_of_mail(world: World, office: Mailbox, *, is_hidden: bool) -> dict[str, list[list[str]]]:
    """What everybody is sent of a thread that all may see, by itself or beside one that is hidden."""
    thread = world.open_thread(world.watcher, "A question to all", "What do you do?")
    if is_hidden:
        life_of_a_thread(world)
    world.reply(world.watcher, thread, "Nobody knows?")
    office.decide()
    office.later()
    office.send()
    office.later(timedelta(days=8))
    office.digests()
    office.send()
    sent: dict[str, list[list[str]]] = {}
    for message in office.arrived():
        sent.setdefault(str(message["To"]), []).append(_letter(message))
    return sent


def test_the_tables_hold_as_much_for_those_from_whom_it_is_hidden_as_for_others(world: World) -> None:
    """Rows that one organisation alone lacked would tell where its author works; of one watcher there, who it is."""
    world.watch_network(world.author)
    hidden = life_of_a_thread(world)
    told = {row.member_id for row in world.notices_of(hidden.thread) if row.post_id == hidden.opening}
    assert {world.people[name].id for name in (*COLLEAGUES, "peer")} | {world.author.id} <= told
