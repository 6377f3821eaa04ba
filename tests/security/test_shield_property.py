"""Whoever a thread is hidden from gets, byte for byte, what they would get if it had never been written.

Asked of every address, every form, every socket event and every message, as colleagues in each office and as somebody
who moves there later. The addresses come from the app itself: a new one is tried without a word here, and one whose
parts nobody knows how to fill fails. The same comparison is made for somebody who may see the thread, and must find
it: what finds nothing there would find nothing anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, product
from urllib.parse import urlencode

from sqlalchemy import select

from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.core.ids import floor_id
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.acts.acts import Of, Reason, note_act
from knowledge_exchange.moderation.acts.telling_acts import tell_author
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.chosen import FILTERS, ORDERS
from knowledge_exchange.threads.curation.curation_models import HeldPost
from knowledge_exchange.threads.files.attachment_models import Attachment
from tests.support.addresses import Address, Answer, addresses, answer_of, differences, look
from tests.support.parts import parts
from tests.support.persons import Person
from tests.support.worlds import (
    COLLEAGUES,
    ELSEWHERE,
    HERE,
    Hidden,
    World,
    at,
    fill,
    life_of_a_thread,
    minutes,
)

#: When the network's list gets further pages, and when the thread is hidden; people look later, with it and without.
FILLED, POSTED = minutes(1), minutes(60)
SENT_ON = 303
#: Words after the question mark that name a thread or a post, and fields of forms that do.
ASKED = ("after", "before", "notice", "parent", "post", "quote", "reply", "thread", "voice")
#: Pages that read more than one of those words: there each is tried by itself, too.
READING = ("threads.thread", "threads.network", "notifications.index", "notifications.why", "realtime.since")
#: Forms that end what the test needs, or make something with a new id, each with what.
NOT_SENT = {
    "auth.sign_out": "this session",
    "collections.delete": "the collection that the world puts it into",
    "auth.end_other_sessions": "sessions",
    "auth.end_session": "sessions",
    "leaving.leave": "the account",
    "networks.leave": "being in the network",
    "network_moderators.step_down": "moderating",
    "threads.post_thread": "a thread with a new id each time",
    "threads.post_reply": "a reply with a new id each time",
}
#: What forms need to be taken.
FIELDS = {"level": "watching", "view": "tree", "only": "all"}
#: What is looked for: words of the hidden thread as they are, misspelt and begun, beside words that others wrote, too.
LOOKED_FOR = (
    "zugzwang",
    "zugzwagn rota",
    "marmal*",
    "do ward question",
    "is:unread ward",
    "tag:rotas network:north-west",
)
#: A title that is like the hidden one.
ALIKE = {"threads.similar": {"title": "Marmalade and zugzwang over the ward rota"}}
MOST_SAID = 12
#: Ids by the part of an address that names them; an address with the fields of a form.
Named = dict[str, list[object]]
Request = tuple[Address, dict[str, str]]


def pages(world: World) -> list[Address]:
    """Every page that speaks of threads, about what everybody knows, and what was missed."""
    missed = f"/live/since?after={floor_id(minutes(30))}&thread={world.ordinary[0]}"
    every = addresses(world.app, "GET", parts(world), telling=True)
    return [*every, Address("GET", "realtime.since", missed), *searches(LOOKED_FOR[:1])]


def searches(looked_for: Sequence[str]) -> list[Address]:
    """Pages of results, in both orders."""
    ways = product(looked_for, ("best", "newest"))
    paths = [f"/search?{urlencode({'q': typed, 'order': order})}" for typed, order in ways]
    return [Address("GET", "search.search", path) for path in paths]


def silent_pages(world: World) -> list[Address]:
    """Every other page, and the lists with what can be chosen for them."""
    lists = [f"{path}?show={only}" for path in ("/n/north-west", "/") for only in FILTERS]
    lists += [f"/n/north-west?show={only}&order={order}" for only in ("all", "unanswered") for order in ORDERS]
    every = set(addresses(world.app, "GET", parts(world))) - set(pages(world))
    listed = [Address("GET", "threads.network", path) for path in lists]
    return [*sorted(every, key=str), *listed, *searches(LOOKED_FOR[1:])]


def seen_by(world: World, *names: str) -> dict[str, dict[Address, Answer]]:
    """What each of them sees: a colleague every page, all others what speaks of threads."""
    wanted = {name: [*pages(world), *(silent_pages(world) if name == "colleague" else ())] for name in names}
    return {name: look(world.people[name], wanted[name]) for name in names}


def posted(world: World) -> Hidden:
    """The hidden thread, an hour before anybody looks; acts on it are noted, and its author is told."""
    with at(POSTED):
        hidden = life_of_a_thread(world)
        with world.app.app_context(), unit_of_work():
            for action, post_id in (("edit", hidden.opening), ("lock", None)):
                of = Of(world.north_west, hidden.thread, post_id)
                tell_author(note_act(None, "exchange", action, of, Reason(text="Nobody reads this but its author.")))
        return hidden


def none_differ(before: Mapping[str, dict[Address, Answer]], after: Mapping[str, dict[Address, Answer]]) -> None:
    """Each of them sees the same before and after; else it says where they don't."""
    say([f"{name}: {how}" for name in before for how in differences(before[name], after[name])])


def say(wrong: list[str]) -> None:
    """Fail, with the first of what is wrong, if anything is."""
    assert not wrong, f"{len(wrong)} differ:\n" + "\n".join(wrong[:MOST_SAID])


def test_every_page_is_the_same_with_and_without_what_is_hidden(world: World) -> None:
    with at(FILLED):
        fill(world)
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
    assert "search.search" in changed


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
        "file_id": [row.id for row in world.rows(select(Attachment.id))],
        "held_id": [row.id for row in world.rows(select(HeldPost.id))],
        "act_id": [row.id for row in world.rows(select(ModerationAct.id).filter_by(thread_id=hidden.thread))],
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
    fields = {key: str(named["thread_id"][0] if key == "thread" else named["post_id"][-1]) for key in ASKED}
    for address in pages(world):
        singly = [f"{key}={one}" for key, one in fields.items()] if address.endpoint in READING else []
        for asked in [*singly, urlencode(fields)]:
            yield Address("GET", address.endpoint, f"{address.path}?{asked}"), {}
    for address in addresses(world.app, "POST", parts(world), telling=True):
        if address.endpoint not in NOT_SENT:
            yield address, {**FIELDS, **fields}


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
        every = addresses(world.app, "POST", parts(world), telling=True)
        wanted = [one for one in every if one.endpoint not in NOT_SENT]
        sent[name] = {one: _send(world.people[name], one, {**fields, **ALIKE.get(one.endpoint, {})}) for one in wanted}
    return sent
