"""Whoever a thread is hidden from gets, byte for byte, what they would get if it had never been written.

Asked of every address, every form, every socket event and every message, as colleagues in each office and as somebody
who moves there later. The addresses come from the app itself: a new one is tried without a word here, and one whose
parts nobody knows how to fill fails. The same comparison is made for somebody who may see the thread, and must find
it: what finds nothing there would find nothing anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import timedelta
from email.message import EmailMessage
from itertools import chain
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core.ids import floor_id
from knowledge_exchange.mail.models import MailMessage
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.realtime.sockets import NAMESPACE, Live, socketio
from knowledge_exchange.threads.listing import FILTERS
from tests.notifications.mailbox import Mailbox
from tests.support.addresses import Address, Answer, addresses, answer_of, differences, look
from tests.support.persons import Person
from tests.support.worlds import (
    COLLEAGUES,
    ELSEWHERE,
    HERE,
    TITLE,
    Hidden,
    World,
    at,
    build,
    fill,
    life_of_a_thread,
    minutes,
)

#: When the world is made, when the thread is hidden in it, and when people look, before (it) and after.
MADE, POSTED, LOOKED = minutes(0), minutes(60), minutes(120)
SENT_ON = 303
#: Words after the question mark that name a thread or a post, and fields of forms that do.
ASKED = ("after", "before", "notice", "parent", "post", "quote", "reply", "thread", "voice")
#: What follows the question mark is tried here; elsewhere nothing is asked of threads.
ROOMS = ("home", "networks", "notifications", "realtime", "threads", "guard", "moderation", "waiting")
#: Forms that end what the test needs, or make something with a new id, each with what.
NOT_SENT = {
    "auth.sign_out": "this session",
    "auth.end_other_sessions": "sessions",
    "auth.end_session": "sessions",
    "leaving.leave": "the account",
    "networks.leave": "being in the network",
    "threads.post_thread": "a thread with a new id each time",
    "threads.post_reply": "a reply with a new id each time",
}
#: What forms need to be taken.
FIELDS = {"level": "watching", "view": "tree", "only": "all"}
MOST_SAID = 12
OF_NOBODY = (
    *("appeal_id", "claim_id", "import_id", "invitation_id", "number", "passkey_id", "request_id", "run_id"),
    *("sign_in_id", "notification_id", "voice_id", "participant_id", "waiting_id", "unsealing_id"),
)
#: Parts of addresses that name no thread: something that is there, or nothing that anybody could have.
PARTS: Mapping[str, list[object]] = {
    "slug": ["north-west", "national"],
    "code": [HERE, ELSEWHERE],
    "source": ["unison"],
    "kind": ["new"],
    "word": ["suspend"],
    "token": ["no-such-token"],
    **{name: ["4"] for name in OF_NOBODY},
}


#: Ids by the part of an address that names them; an address with the fields of a form.
Named = dict[str, list[object]]
Request = tuple[Address, dict[str, str]]


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    """More threads than a page holds, and people who wish to be told of everything."""
    with at(MADE):
        made = build(app)
        for name in (*COLLEAGUES, "newcomer", "peer", "watcher"):
            made.watch_network(made.people[name])
        fill(made)
    with at(LOOKED):
        yield made


def parts(world: World, **others: list[object]) -> dict[str, list[object]]:
    """What stands for each part of an address, of an ordinary thread unless others are given."""
    some = world.ordinary[0]
    people = [world.author, world.peer]
    return {
        **PARTS,
        "handle": [world.handle(one) for one in people],
        "member_id": [one.id for one in people],
        "thread_id": [some],
        "post_id": [world.opening(some)],
        **others,
    }


def pages(world: World, *, telling: bool) -> list[Address]:
    """Every page about what everybody knows, and the lists with what can be chosen for them.

    ``telling``: without those that the leak matrix says speak of no thread.
    """
    lists = [f"{path}?show={only}" for path in ("/n/north-west", "/") for only in FILTERS]
    missed = f"/live/since?after={floor_id(minutes(30))}&thread={world.ordinary[0]}"
    chosen = [Address("GET", "threads.network", path) for path in lists]
    every = addresses(world.app, "GET", parts(world), telling=telling)
    return [*every, *chosen, Address("GET", "realtime.since", missed)]


def seen_by(world: World, *names: str) -> dict[str, dict[Address, Answer]]:
    """What each of them sees: one every page, the others what speaks of threads."""
    return {name: look(world.people[name], pages(world, telling=name != names[0])) for name in names}


def posted(world: World) -> Hidden:
    """The hidden thread, an hour before anybody looks."""
    with at(POSTED):
        return life_of_a_thread(world)


def none_differ(before: Mapping[str, dict[Address, Answer]], after: Mapping[str, dict[Address, Answer]]) -> None:
    """Each of them sees the same before and after; else it says where they don't."""
    say([f"{name}: {how}" for name in before for how in differences(before[name], after[name])])


def say(wrong: list[str]) -> None:
    """Fail, with the first of what is wrong, if anything is."""
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong[:MOST_SAID])


def test_every_page_is_the_same_with_and_without_what_is_hidden(world: World) -> None:
    before = seen_by(world, *COLLEAGUES)
    posted(world)
    after = seen_by(world, *COLLEAGUES)
    none_differ(before, after)
    assert any("before=" in address.path for address in before["colleague"]), "the list has no second page"


def test_whoever_it_is_not_hidden_from_finds_it_wherever_it_belongs(world: World) -> None:
    before = seen_by(world, "peer")["peer"]
    posted(world)
    after = seen_by(world, "peer")["peer"]
    changed = {address.endpoint for address in before if address in after and before[address] != after[address]}
    assert {"home.index", "threads.network", "notifications.index", "auth.my_data", "realtime.since"} <= changed


def test_whoever_moves_there_later_finds_no_trace_either(world: World) -> None:
    newcomer = world.newcomer
    world.move(newcomer, HERE)
    before = seen_by(world, "newcomer")["newcomer"]
    world.move(newcomer, ELSEWHERE)
    hidden = posted(world)
    assert any(row.member_id == newcomer.id for row in world.notices_of(hidden.thread)), "they were not told"
    world.move(newcomer, HERE)
    say(differences(before, seen_by(world, "newcomer")["newcomer"]))
    mine = select(Notification.id).where(Notification.member_id == newcomer.id)
    told = world.rows(mine.where(Notification.thread_id == hidden.thread))[0].id
    there, nowhere = (answer_of(newcomer.post(f"/notifications/{one}/open")) for one in (told, told ^ 1))
    assert there == nowhere


def _naming(world: World, hidden: Hidden) -> Named:
    """What is hidden, by every part of an address that could name it."""
    notices = [row.id for row in world.notices_of(hidden.thread)][:1]
    return {
        "thread_id": [hidden.thread],
        "post_id": [hidden.opening, hidden.posts[-1]],
        "voice_id": [hidden.voice],
        "participant_id": [hidden.place],
        "notification_id": list(notices),
    }


def _by_address(world: World, named: Named) -> Iterator[Request]:
    """Everything that can be asked of some ids by an address that holds one."""
    values = parts(world, **named)
    for method in ("GET", "POST"):
        for address in addresses(world.app, method, values):
            if any(str(one) in address.path for one in chain.from_iterable(named.values())):
                yield address, {}


def _by_the_way(world: World, named: Named) -> Iterator[Request]:
    """Everything that can be asked of them after a question mark, or in a form."""
    fields = [(key, str(named["thread_id"][0] if key == "thread" else named["post_id"][-1])) for key in ASKED]
    for address in pages(world, telling=True):
        if address.endpoint.partition(".")[0] in ROOMS:
            for key, one in fields:
                yield Address("GET", address.endpoint, f"{address.path}?{key}={one}"), {}
    for address in addresses(world.app, "POST", parts(world)):
        if address.endpoint not in NOT_SENT and address.endpoint.partition(".")[0] in ROOMS:
            yield from ((address, {**FIELDS, key: one}) for key, one in fields)


def _pairs(world: World, there: Named, nowhere: Named, *, more: bool) -> Iterator[tuple[Request, Request]]:
    """Each request for what is hidden, beside the same for nothing."""
    yield from zip(_by_address(world, there), _by_address(world, nowhere), strict=True)
    if more:
        yield from zip(_by_the_way(world, there), _by_the_way(world, nowhere), strict=True)


def _send(who: Person, address: Address, fields: Mapping[str, str]) -> Answer:
    answer = who.get(address.path) if address.method == "GET" else who.post(address.path, **fields)
    assert answer.status_code < 500, str(address)
    if answer.status_code == SENT_ON:
        who.get("/rules")  # it shows what else would be said on the next page, whosever that is
    return answer_of(answer)


def test_every_address_of_what_is_hidden_answers_like_one_of_nothing(world: World) -> None:
    hidden = posted(world)
    there = _naming(world, hidden)
    # The next id: of the same moment, and of nothing.
    nowhere: Named = {name: [int(str(one)) ^ 1 for one in ids] for name, ids in there.items()}
    wrong = []
    for name in ("colleague", "moderator", "administrator"):
        for (address, fields), (elsewhere, others) in _pairs(world, there, nowhere, more=name == "colleague"):
            one = _send(world.people[name], address, fields).without(*chain.from_iterable(there.values()))
            other = _send(world.people[name], elsewhere, others).without(*chain.from_iterable(nowhere.values()))
            if how := one.differs_from(other):
                wrong.append(f"{name}: {address} {fields}: {how}")
    assert world.peer.get(f"/t/{hidden.thread}", follow_redirects=True).status_code == 200
    say(wrong)


def test_every_form_answers_the_same_with_and_without_what_is_hidden(world: World) -> None:
    names = ("colleague", "moderator", "administrator")
    _send_all(world, names)
    before = _send_all(world, names)  # what the first round changed it changes no more
    posted(world)
    after = _send_all(world, names)
    none_differ(before, after)


def _send_all(world: World, names: tuple[str, ...]) -> dict[str, dict[Address, Answer]]:
    fields = {**FIELDS, "post": str(world.opening(world.ordinary[0]))}
    sent: dict[str, dict[Address, Answer]] = {}
    for name in names:
        every = addresses(world.app, "POST", parts(world), telling=name != names[0])
        wanted = [one for one in every if one.endpoint not in NOT_SENT]
        sent[name] = {one: _send(world.people[name], one, fields) for one in wanted}
    return sent


def test_no_socket_hears_of_what_is_hidden_and_every_event_answers_like_of_nothing(world: World) -> None:
    sockets = {
        name: socketio.test_client(world.app, NAMESPACE, flask_test_client=world.people[name].client)
        for name in (*COLLEAGUES, "peer")
    }
    after = sockets["peer"].emit("resume", {}, namespace=NAMESPACE, callback=True)["cursor"]
    hidden = life_of_a_thread(world)
    heard = {name: socket.get_received(NAMESPACE) for name, socket in sockets.items()}
    assert heard.pop("peer"), "nobody heard of it"
    assert heard == {name: [] for name in COLLEAGUES}
    for name in COLLEAGUES:
        for event in _events():
            asked = [_ask(sockets[name], event, hidden.thread ^ wrong, hidden.opening ^ wrong) for wrong in (0, 1)]
            assert asked[0] == asked[1], f"{name}: {event}"
        missed = sockets[name].emit("resume", {"after": after}, namespace=NAMESPACE, callback=True)
        assert missed["events"] == [], name
    assert sockets["peer"].emit("resume", {"after": after}, namespace=NAMESPACE, callback=True)["events"]


def _events() -> list[str]:
    names = [name.removeprefix("on_") for name in dir(Live) if name.startswith("on_")]
    return [name for name in names if name not in ("connect", "disconnect")]


def _ask(socket: Any, event: str, thread: int, post: int) -> Any:
    told = {"thread": str(thread), "post": str(post)}
    return socket.emit(event, told, namespace=NAMESPACE, callback=True)


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
        time.enter_context(at(MADE))
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


def test_no_row_of_mail_or_notice_is_made_for_those_from_whom_it_is_hidden(world: World) -> None:
    hidden = posted(world)
    theirs = {world.people[name].id for name in COLLEAGUES}
    assert theirs.isdisjoint(row.member_id for row in world.notices_of(hidden.thread))
    messages = world.rows(select(MailMessage.member_id).where(MailMessage.thread_id == hidden.thread))
    assert theirs.isdisjoint(row.member_id for row in messages)
