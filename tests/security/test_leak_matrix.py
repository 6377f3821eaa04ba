"""The leak matrix (docs/leak-matrix.toml), cell by cell: what of a pseudonym could show whose it is.

An author who has written nothing under their own name asks under a pseudonym, and answers under another in somebody
else's thread. Whatever anybody else can open, hear or be sent may hold the pseudonym or the author, never both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain

import pytest
from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core.ids import floor_id
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.realtime.sockets import NAMESPACE, socketio
from knowledge_exchange.threads.models import Voice
from tests.notifications.mailbox import Mailbox
from tests.support.addresses import addresses, look
from tests.support.parts import parts
from tests.support.worlds import (
    AUTHOR,
    HANDLE,
    TITLE,
    WORDS,
    Hidden,
    World,
    at,
    build,
    life_of_a_thread,
    minutes,
    sent,
)

OTHERS = (
    *("colleague", "moderator", "link_manager", "officer", "administrator", "membership"),
    *("peer", "watcher", "outsider", "visitor"),
)
LOOKED = minutes(120)


@dataclass
class Story:
    """Two pseudonyms of one author, one of somebody else, and what each wrote."""

    world: World
    asked: Hidden
    elsewhere: Hidden
    others: Hidden
    answered: int

    @property
    def mine(self) -> tuple[Hidden, Hidden]:
        """What is the author's."""
        return self.asked, self.elsewhere

    def persons(self) -> set[str]:
        """All that names the author."""
        who = self.world.author
        return {str(who.id), HANDLE, AUTHOR, AUTHOR.split()[1], who.email}

    def pseudonyms(self) -> set[str]:
        """All that names one of their pseudonyms, or what was written under it."""
        named = {one.name for one in self.mine} | {TITLE, WORDS}
        return named.union(*(one.ids for one in self.mine))


@pytest.fixture
def story(app: Flask) -> Iterator[Story]:
    """Nothing is hidden from anybody, so that everybody may look."""
    with at(minutes(0)):
        world = build(app)
        for name in ("author", "control", "peer", "watcher", "colleague"):
            world.watch_network(world.people[name])
        asked = life_of_a_thread(world, shield="")
        others = world.hide(world.control, shield="", title="Another question", body="Other words entirely.")
        thread = world.open_thread(world.peer, "A question of a peer", "What would you do?")
        world.ordinary.append(thread)
        answered = world.reply(world.author, thread, f"> quoted\n\n{WORDS}", voice="pseudonym")
        voice = world.rows(select(Voice.id, Voice.name, Voice.participant_id).where(Voice.kind == "pseudonym"))
        [mine] = [row for row in voice if row.id not in (asked.voice, others.voice)]
        elsewhere = Hidden(thread, answered, mine.name, mine.id, mine.participant_id, [answered])
    with at(LOOKED):
        yield Story(world, asked, elsewhere, others, answered)


def _parts(story: Story) -> dict[str, list[object]]:
    posts = [story.asked.opening, story.asked.posts[-1], story.answered]
    return parts(
        story.world,
        thread_id=[story.asked.thread, story.elsewhere.thread],
        post_id=list(dict.fromkeys(posts)),
        voice_id=[story.asked.voice],
        participant_id=[story.asked.place],
        handle=[HANDLE, story.asked.name.replace(" ", "-").lower()],
        member_id=[story.world.author.id],
    )


def _bodies(story: Story, name: str) -> dict[str, str]:
    """Every page as somebody sees it, headers and all, and a thread with what can be asked of it."""
    who = story.world.people[name]
    wanted = addresses(story.world.app, "GET", _parts(story), telling=name != "colleague")
    told = {str(address): f"{answer.headers}\n{answer.body.decode()}" for address, answer in look(who, wanted).items()}
    for query in ("?view=flat", f"?quote={story.answered}", f"?reply={story.answered}", "?view=tree"):
        told[query] = who.get(f"/t/{story.elsewhere.thread}{query}", follow_redirects=True).text
    missed = f"/live/since?after={floor_id(minutes(-60))}&thread={story.asked.thread}"
    return {**told, missed: who.get(missed).text}


def _words_of(text: str, words: Iterable[str]) -> set[str]:
    return {word for word in words if word in text}


def _both(texts: Mapping[str, str], persons: set[str], pseudonyms: set[str]) -> list[str]:
    """Where a text holds both, and what."""
    found = [(name, _words_of(text, persons), _words_of(text, pseudonyms)) for name, text in texts.items()]
    return [f"{name}: {sorted(who)} beside {sorted(what)}" for name, who, what in found if who and what]


def test_nobody_elses_page_holds_an_author_beside_their_pseudonym(story: Story) -> None:
    leaks = []
    shown: set[str] = set()
    for name in OTHERS:
        bodies = _bodies(story, name)
        leaks += [f"{name}: {leak}" for leak in _both(bodies, story.persons(), story.pseudonyms())]
        shown |= _words_of("".join(bodies.values()), {story.asked.name, story.elsewhere.name})
    assert leaks == []
    assert shown == {story.asked.name, story.elsewhere.name}, "the pseudonyms were not seen at all"


def test_no_page_holds_the_id_of_a_place(story: Story) -> None:
    with story.world.app.app_context():
        places = {str(row.id) for row in story.world.rows(select(Participant.id))}
    for name in ("moderator", "author"):
        for where, text in _bodies(story, name).items():
            asked_for = {str(story.asked.place)} if str(story.asked.place) in where else set()
            assert _words_of(text, places - asked_for) == set(), f"{name}: {where}"


def test_the_id_of_a_place_follows_no_order(story: Story) -> None:
    for turn in range(5):
        story.world.open_thread(story.world.peer, f"One more {turn}")
    ids = [row.id for row in story.world.rows(select(Participant.id, Participant.thread_id).order_by("thread_id"))]
    assert ids != sorted(ids)
    assert max(ids) > 2**61, "the ids begin with a time"


def test_a_profile_never_shows_what_was_written_under_a_pseudonym(story: Story) -> None:
    peer = story.world.peer
    assert peer.get(f"/m/{HANDLE}").status_code == 404
    own = story.world.open_thread(story.world.author, "Under my own name", "And these words.", slug="national")
    page = peer.get(f"/m/{HANDLE}")
    assert page.status_code == 200
    assert str(own) in page.text or "Under my own name" in page.text
    assert _words_of(page.text, story.pseudonyms()) == set()


def test_only_the_author_may_change_what_a_pseudonym_wrote(story: Story) -> None:
    author, opening = story.world.author, story.asked.opening
    paths = [f"/p/{opening}/{verb}" for verb in ("edit", "delete")]
    for name in OTHERS:
        who = story.world.people[name]
        answers = [who.get(path) for path in paths] + [who.post(path, title="Mine", body="Mine.") for path in paths]
        wanted = 302 if name == "visitor" else 404
        assert {answer.status_code for answer in answers} == {wanted}, name
    assert [author.get(path).status_code for path in paths] == [200, 200]
    assert sent(author, paths[0], {"title": TITLE, "body": "Better words."}).status_code == 303
    assert author.post(f"/p/{story.answered}/delete").status_code == 303


def test_what_sockets_and_programs_are_sent_of_a_pseudonym_names_nobody(story: Story) -> None:
    world = story.world
    names = ("peer", "watcher", "moderator", "administrator")
    sockets = {
        name: socketio.test_client(world.app, NAMESPACE, flask_test_client=world.people[name].client) for name in names
    }
    for socket in sockets.values():
        watched = {"thread": str(story.asked.thread)}
        assert socket.emit("watch", watched, namespace=NAMESPACE, callback=True) == {"ok": True}
    world.reply(world.author, story.asked.thread, "Live words.")
    edited = sent(world.author, f"/p/{story.asked.opening}/edit", {"title": TITLE, "body": "Live words again."})
    assert edited.status_code == 303
    assert world.author.post(f"/t/{story.asked.thread}/read", post=str(story.asked.opening)).status_code == 303
    for name, socket in sockets.items():
        heard = socket.get_received(NAMESPACE)
        assert {event["name"] for event in heard} <= {
            "post",
            "post_changed",
            "thread_changed",
            "notification",
            "unread",
        }
        text = json.dumps(heard)
        assert story.asked.name in text, f"{name} heard nothing"
        assert _words_of(text, story.persons() | {str(story.asked.place)}) == set(), name


def test_notices_and_mail_of_a_pseudonym_name_nobody(story: Story) -> None:
    world = story.world
    world.mail_soon(world.peer, world.watcher, world.colleague)
    with ExitStack() as time:
        office = Mailbox(world, time)  # type: ignore[arg-type]
        office.at(LOOKED + timedelta(minutes=1))
        world.reply(world.author, story.asked.thread, "A reply to be told of.")
        raw = office.deliver()
    assert raw, "nobody got any mail"
    mine = [letter for letter in raw if world.author.email in str(letter["To"])]
    texts = {f"{number}": letter.as_string() for number, letter in enumerate(raw) if letter not in mine}
    assert _both(texts, story.persons(), story.pseudonyms()) == []
    notices = {name: world.people[name].get("/notifications").text for name in ("peer", "watcher", "colleague")}
    assert story.asked.name in notices["watcher"]
    assert _both(notices, story.persons(), story.pseudonyms()) == []


def test_mail_to_an_author_says_nothing_of_their_pseudonym(story: Story) -> None:
    world = story.world
    with ExitStack() as time:
        office = Mailbox(world, time)  # type: ignore[arg-type]
        office.at(LOOKED + timedelta(minutes=1))
        world.reply(world.peer, story.asked.thread, "A reply to the author.", parent=str(story.asked.opening))
        raw: list[bytes] = []
        for _turn in range(30):  # the moment of sending is by chance
            office.decide()
            office.later(timedelta(minutes=30))
            office.send()
            raw += office.arrived_raw()
    mine = [letter for letter in raw if world.author.email.encode() in letter]
    assert mine, "the author got no mail"
    for letter in mine:
        assert _words_of(letter.decode(), story.pseudonyms()) == set()
        assert re.findall(rb"(?im)^(?:List-Id|References|In-Reply-To):", letter) == []


def test_ones_own_data_holds_what_one_wrote_under_a_pseudonym_and_nobody_elses_does(story: Story) -> None:
    held = {name: story.world.people[name].get("/me/data.json").text for name in ("author", "peer", "administrator")}
    assert _words_of(held["author"], {WORDS, story.asked.name}) == {WORDS, story.asked.name}
    for name in ("peer", "administrator"):
        assert _words_of(held[name], story.persons()) == set(), name


#: Numbers and words that could be an id, a key or a name.
_TOKENS = re.compile(r"[\w-]{4,}")


def test_two_pseudonyms_of_one_author_share_nothing_that_those_of_two_do_not(story: Story) -> None:
    world = story.world
    with at(LOOKED):
        second = world.hide(world.author, shield="", title="Zebra crossing", body="A xylophone fell.")
        third = world.hide(world.control, shield="", title="Zebra crossing", body="A xylophone fell.")

        def page(one: Hidden) -> set[str]:
            text = world.peer.get(f"/t/{one.thread}", follow_redirects=True).text
            # Two drawn names may have a word in common by chance, whoever they are of.
            own = (*one.ids, one.name)
            return set(_TOKENS.findall(text)) - set(chain.from_iterable(_TOKENS.findall(name) for name in own))

        first = page(story.asked)
        shared, with_another = first & page(second), first & page(third)
    assert shared - with_another == set()
    names = {one.name for one in (story.asked, story.elsewhere, second)}
    assert len(names) == len({one.place for one in (story.asked, story.elsewhere, second)}) == 3


def test_attributions_of_quotes_name_the_voice(story: Story) -> None:
    page = story.world.peer.get(f"/t/{story.elsewhere.thread}?quote={story.answered}", follow_redirects=True).text
    assert story.elsewhere.name in page
    assert _words_of(page, story.persons()) == set()
