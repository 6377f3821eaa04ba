"""The community in which pseudonyms and shields are attacked: an author, colleagues in every office, and others."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, update
from werkzeug.test import TestResponse

from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.sealed_list import keep_lists
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks import collections, profiles, tag_lists
from knowledge_exchange.networks.care_models import NetworkCare
from knowledge_exchange.networks.models import LinkManager, NetworkMembership
from knowledge_exchange.networks.profiles import Said
from knowledge_exchange.notifications.models import NoticeChoice, Notification, Participant
from knowledge_exchange.threads.curation import duplicates
from knowledge_exchange.threads.curation.even_gone import thread_now
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.tags import tag_follows
from tests.networks import employers
from tests.support.persons import Person, person, visitor

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
#: Who works where the author does, by what they are there or here.
COLLEAGUES = ("colleague", "moderator", "link_manager", "officer", "administrator", "membership")
ROLES = {"officer": "officer", "administrator": "administrator", "membership": "membership_officer"}
HERE, ELSEWHERE = "AAA", "BBB"
#: What nobody else in the world is called.
AUTHOR, HANDLE = "Quillan Ashgrove", "velvet-turnstile"
TITLE, WORDS = "Zugzwang over a rota", "Marmalade is missing from the ward budget."
#: A word that moderators of North West see before anybody else does.
WATCHED = "quibblewort"
#: The answer to a form that is shown again.
GUARDED = 422
#: More than two pages of a network's list.
MANY_THREADS = 45


@dataclass
class Hidden:
    """A thread under a pseudonym: all ids by which it, its posts and its author's place could be asked for."""

    thread: int
    opening: int
    name: str
    voice: int
    place: int
    posts: list[int] = field(default_factory=list)

    @property
    def ids(self) -> list[str]:
        """Every id, as pages would show it."""
        return [str(one) for one in {self.thread, self.opening, self.voice, self.place, *self.posts}]


@dataclass
class World:
    """North West is closed and everybody is in it but the outsider; National is open."""

    app: Flask
    north_west: int
    national: int
    people: dict[str, Person]
    #: Threads of others, of which everybody knows.
    ordinary: list[int] = field(default_factory=list)

    def __getattr__(self, name: str) -> Person:
        """Somebody by what they are in the story."""
        try:
            people: dict[str, Person] = self.__dict__["people"]
            return people[name]
        except KeyError:
            raise AttributeError(name) from None

    def open_thread(self, who: Person, title: str = TITLE, body: str = WORDS, **fields: str) -> int:
        """Open a thread by the form; returns its id."""
        slug = fields.pop("slug", "north-west")
        answer = sent(who, f"/n/{slug}/new", {"kind": "problem", "title": title, "body": body, **fields})
        found = re.search(r"/t/(\d+)", answer.location or "")
        assert answer.status_code == 303, f"{answer.status_code} for a new thread"
        assert found is not None, answer.location
        return int(found.group(1))

    def reply(self, who: Person, thread_id: int, body: str = "Ask early.", **fields: str) -> int:
        """Reply by the form; returns the post's id."""
        answer = sent(who, f"/t/{thread_id}/replies", {"body": body, **fields})
        assert answer.status_code == 303, f"{answer.status_code} for a reply"
        return int(answer.location.rpartition("/")[2])

    def hide(self, who: Person, **fields: str) -> Hidden:
        """Open a thread under a pseudonym, hidden from the author's organisation unless ``shield`` is empty."""
        given = {"voice": "pseudonym", "shield": "1", **fields}
        return self.hidden(self.open_thread(who, **{name: text for name, text in given.items() if text}))

    def hidden(self, thread_id: int) -> Hidden:
        """A thread under a pseudonym as the tables have it, every post in it with it."""
        thread = self.row(Thread, thread_id)
        voice = self.row(Voice, thread.voice_id)
        assert voice.kind == "pseudonym"
        posts = [row.id for row in self.rows(select(Post.id).where(Post.thread_id == thread_id))]
        return Hidden(thread_id, thread.opening_post_id, voice.name, voice.id, voice.participant_id, posts)

    def opening(self, thread_id: int) -> int:
        """The id of a thread's opening post."""
        return int(self.row(Thread, thread_id).opening_post_id)

    def handle(self, who: Person) -> str:
        """Somebody's handle."""
        return str(self.row(Member, who.id).handle)

    def row(self, model: Any, key: Any) -> Any:
        """A row as it is now."""
        with self.app.app_context():
            return db.session.get_one(model, key)

    def rows(self, query: Any) -> Sequence[Any]:
        """What a SELECT finds now."""
        with self.app.app_context():
            return db.session.execute(query).all()

    def move(self, who: Person, code: str) -> None:
        """Somebody works there from now on."""
        with self.app.app_context(), unit_of_work():
            db.session.execute(update(Member).where(Member.id == who.id).values(organisation_code=code))

    def watch_network(self, who: Person, slug: str = "north-west") -> None:
        """Somebody wishes to be told of everything in a network."""
        assert who.post(f"/n/{slug}/level", level="watching").status_code == 303

    def mail_soon(self, *people: Person, kinds: Sequence[str] = ("reply", "new_thread")) -> None:
        """They wish for mail of these kinds of notices soon, not in a digest."""
        rows = [{"member_id": who.id, "kind": kind, "toast": True, "mail": "soon"} for who in people for kind in kinds]
        with self.app.app_context(), unit_of_work():
            db.session.execute(insert(NoticeChoice), rows)

    def notices_of(self, thread_id: int) -> Sequence[Any]:
        """Whom a thread's notices name, with their ids, and of which posts they are."""
        columns = (Notification.id, Notification.member_id, Notification.participant_id, Notification.post_id)
        return self.rows(select(*columns).where(Notification.thread_id == thread_id))

    def places_in(self, thread_id: int) -> Sequence[Any]:
        """The places of a thread."""
        columns = (Participant.id, Participant.member_id)
        return self.rows(select(*columns).where(Participant.thread_id == thread_id))


def sent(who: Person, path: str, fields: Mapping[str, str]) -> TestResponse:
    """Send a form; where the guard asks whether it is to be posted as it is, press that button."""
    answer = who.post(path, **fields)
    asked = re.search(r'name="looked_at" value="(\w+)"', answer.text) if answer.status_code == GUARDED else None
    return who.post(path, **fields, looked_at=asked.group(1)) if asked else answer


def build(app: Flask) -> World:
    """Make the world; whoever works with the author is hidden from by default."""
    with app.app_context():
        employers.settle()
        with unit_of_work():
            made = [
                networks.create_network(slug, slug.title(), kind=kind, visibility=visibility).id
                for slug, kind, visibility in (("north-west", "regional", "closed"), ("national", "national", "open"))
            ]
    people = {"author": _worker(app, AUTHOR, HERE, handle=HANDLE)}
    for name in COLLEAGUES:
        people[name] = _worker(app, f"Cole {name.title()}", HERE, role=ROLES.get(name, "member"))
    for name in ("control", "peer", "watcher", "newcomer", "outsider"):
        people[name] = _worker(app, f"Ellis {name.title()}", ELSEWHERE)
    world = World(app, made[0], made[1], people | {"visitor": visitor(app)})
    _settle(world)
    return world


def _worker(app: Flask, name: str, code: str, **facts: Any) -> Person:
    return person(app, name, organisation_code=code, region="north-west", **facts)


def _settle(world: World) -> None:
    """Places in networks, offices, and what jobs do when the exchange is first started."""
    moment = clock.now()
    manager = {"organisation_code": HERE, "member_id": world.link_manager.id, "consented_at": moment}
    with world.app.app_context():
        with unit_of_work():
            for name, somebody in world.people.items():
                if name not in ("outsider", "visitor"):
                    networks.add_member(somebody.id, world.north_west)
            networks.set_role(world.moderator.id, world.north_west, "moderator")
            db.session.add(NetworkCare(network_id=world.north_west, watched_words=WATCHED))
            db.session.execute(insert(LinkManager).values(manager))
            followed = tag_lists.add(world.north_west, "Rotas")
            collections.make(world.north_west, "Start here", "")
        # Everybody is in national, too: where one belongs tells nothing.
        with unit_of_work():
            there = set(db.session.scalars(select(NetworkMembership.member_id).filter_by(network_id=world.national)))
            for name, somebody in world.people.items():
                if name not in ("outsider", "visitor") and somebody.id not in there:
                    networks.add_member(somebody.id, world.national)
        with unit_of_work():
            for name, somebody in world.people.items():
                if name not in ("outsider", "visitor"):
                    tag_follows.follow(somebody.id, followed)
                if name == "peer":
                    profiles.say(somebody.id, "", Said(is_listed=True, ask_me_about="Rotas"))
        keep_lists()


def fill(world: World, number: int = MANY_THREADS) -> None:
    """So many threads of others in North West, so that its list has pages."""
    world.ordinary += [world.open_thread(world.peer, f"Question {turn}", "What do you do?") for turn in range(number)]


def life_of_a_thread(world: World, **fields: str) -> Hidden:
    """The author asks under a pseudonym, is answered, replies, edits, accepts; others read, and posts are reported."""
    hidden = world.hide(world.author, **fields)
    answer = world.reply(world.peer, hidden.thread, "Ask the ward clerk.")
    world.reply(world.author, hidden.thread, f"Thank you. {attached(world.author)}", parent=str(answer))
    edited = sent(world.author, f"/p/{hidden.opening}/edit", {"title": f"{TITLE}!", "body": f"{WORDS} Still."})
    accepted = world.author.post(f"/p/{answer}/accept")
    read = world.peer.post(f"/t/{hidden.thread}/read", post=str(answer))
    marked = [world.author.post(f"/p/{answer}/helpful"), world.peer.post(f"/p/{hidden.opening}/too")]
    assert [one.status_code for one in (edited, accepted, read, *marked)] == [303] * 5
    report(world.peer, hidden.opening)
    report(world.author, answer)
    held(world.author, f"/t/{hidden.thread}/replies", body=f"A {WATCHED}. {attached(world.author)}")
    given = {"voice": "pseudonym", "shield": "1", **fields}
    held(world.author, "/n/north-west/new", kind="problem", title=f"{TITLE}, again", body=f"A {WATCHED}.", **given)
    looked_after(world, hidden.thread)
    return world.hidden(hidden.thread)


def looked_after(world: World, thread_id: int) -> None:
    """The author tags it and tells its end; it is put into a collection, and is the duplicate of a known one."""
    tagged = world.author.post(f"/t/{thread_id}/tags", tag="rotas", seen="")
    told = sent(world.author, f"/t/{thread_id}/outcome", {"body": "It worked."})
    assert [tagged.status_code, told.status_code] == [303] * 2
    with world.app.app_context(), unit_of_work():
        found = collections.collection(world.north_west, "start-here")
        assert found is not None
        collections.add_thread(found.id, thread_id, "Read it first.")
        row = thread_now(thread_id)
        assert row is not None
        for known in world.ordinary[:1]:
            duplicates.mark(row, known)


def attached(who: Person) -> str:
    """Somebody sends a file that bears their name; the text that names it in a post."""
    file: Any = (io.BytesIO(b"who,when\nnights,later\n"), f"{who.name}.csv")
    answer = who.post("/files", file=file)
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["text"])


def report(who: Person, post_id: int, category: str = "attack", note: str = "Look at this.") -> None:
    """Somebody reports a post."""
    assert who.post(f"/p/{post_id}/report", category=category, note=note).status_code == 303


def held(who: Person, path: str, **fields: str) -> None:
    """Somebody writes what a moderator is to see first."""
    answer = sent(who, path, {name: text for name, text in fields.items() if text})
    assert (answer.status_code, answer.location) == (303, "/me/waiting"), answer.status_code


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """It is that moment."""
    with clock.held(moment):
        yield


def minutes(number: float) -> datetime:
    """So many minutes after the beginning."""
    return START + timedelta(minutes=number)
