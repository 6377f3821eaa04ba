"""Putting the demo community into the database, each act at its own moment in the past."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import merge
from typing import Any

import click
from sqlalchemy import case, insert, select, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth import actions as accounts
from knowledge_exchange.auth.acting import acting
from knowledge_exchange.auth.categories import STANDARD, known
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.passwords import hash_password
from knowledge_exchange.auth.sealed_list import places_of
from knowledge_exchange.cli.demo_claims import load_claims
from knowledge_exchange.cli.demo_content import (
    PASSWORD,
    READ_UNTIL_HOURS,
    DemoCommunity,
    Person,
    Post,
    Thread,
    load,
)
from knowledge_exchange.cli.demo_held import held_text, load_held
from knowledge_exchange.cli.demo_lasting import lasting_texts, load_lasting
from knowledge_exchange.cli.demo_official import official_acts_of, official_texts
from knowledge_exchange.cli.demo_people import load_people
from knowledge_exchange.cli.demo_places import load_link_manager
from knowledge_exchange.cli.demo_queue import load_queue
from knowledge_exchange.cli.demo_rules import load_rules, rules_texts
from knowledge_exchange.cli.demo_sanctions import load_sanctions
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.core.ids import floor_id, new_id
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.models import CategoryNetwork, Network, NetworkMembership, Organisation
from knowledge_exchange.networks.shield import Hidden, thread_open_to
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.threads import actions as threads
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.models import Thread as ThreadRow
from knowledge_exchange.threads.veils.shielding import organisation_of
from knowledge_exchange.threads.veils.speaking import OWN, PSEUDONYM

#: Members joined before anything was written.
MEMBERS_SINCE = timedelta(days=400)
_ROLES = {"officer": "officer", "membership": "membership_officer", "admin": "administrator"}


@dataclass
class Loading:
    """What has been put in so far."""

    community: DemoCommunity
    now: datetime
    people: dict[str, Me] = field(default_factory=dict)
    networks: dict[str, int] = field(default_factory=dict)
    threads: dict[str, int] = field(default_factory=dict)
    posts: dict[tuple[str, str | None], int] = field(default_factory=dict)

    def ago(self, hours: float) -> datetime:
        """That many hours before the demo was loaded."""
        return self.now - timedelta(hours=hours)


Act = tuple[datetime, int, Callable[[], None]]


def load_community() -> dict[str, int]:
    """Load everything, in one unit of work: the demo is there as a whole or not at all."""
    community = load()
    state = Loading(community, clock.now())
    hashed = hash_password(PASSWORD)
    texts, lasting, official = _rendered(community), lasting_texts(), official_texts()
    rules, held = rules_texts(), held_text()
    with unit_of_work():
        with clock.held(state.now - MEMBERS_SINCE):
            _settle(state, hashed)
        answers = official_acts_of(community, state.people, state.threads, state.now, official)
        for moment, _order, act in merge(*_acts(state, texts), answers):
            with clock.held(moment):
                act()
        load_queue(community, state.people, state.networks, state.posts, state.ago)
        _read_the_old(state)
        load_held(state.people, state.networks, state.ago, held)
        load_claims(community, state.people, state.ago)
        load_link_manager(state.people, state.now)
        load_rules(state.people, state.networks, state.ago, rules)
        load_sanctions(state.people, state.networks, state.threads, state.posts, state.ago)
        load_lasting(community, state.people, state.networks, state.threads, state.ago, lasting)
        load_people(community, state.people, state.networks, state.threads, state.posts)
        # Nobody is sent mail about what was made up in one moment.
        db.session.execute(update(Notification).values(mail="old", mail_at=state.now))
        # The history is invented, the record of it is of today: else it would seem to have waited a year for its seal.
        db.session.execute(update(AuditEntry).values(at=state.now))
    counts = {"people": len(community.people), "threads": len(community.threads)}
    return {**counts, "posts": len(texts)}


def _rendered(community: DemoCommunity) -> dict[str, threads.Text]:
    """Every body, rendered before the unit of work begins."""
    bodies = {body for thread in community.threads for body in _bodies(thread)}
    with click.progressbar(sorted(bodies), label="Setting the texts") as shown:
        return {body: threads.written(body) for body in shown}


def _bodies(thread: Thread) -> Iterator[str]:
    yield thread.body
    for post in thread.posts:
        yield post.body


def _settle(state: Loading, hashed: str) -> None:
    """Organisations, networks, people, and who is where."""
    rows = [{"code": o.code, "name": o.name, "region": o.region} for o in state.community.organisations]
    db.session.execute(insert(Organisation), rows)
    for network in state.community.networks:
        made = networks.create_network(
            network.slug,
            network.name,
            kind=network.kind,
            visibility=network.visibility,
            description=network.description,
        )
        state.networks[network.slug] = made.id
    for person in state.community.people:
        state.people[person.handle] = _person(person, hashed)
    _join(state)


def _person(person: Person, hashed: str) -> Me:
    member = accounts.create_member(
        email=person.email,
        name=person.name,
        # Those without a printed sign-in can't sign in: no password has this hash.
        password_hash=hashed if person.demo else "!",
        handle=person.handle,
        standing=person.standing,
        cause=person.standing_reason,
        role=_ROLES.get(person.office, "member"),
        confirmed=True,
        title=person.role,
        category=known(person.category),
        region=person.region or None,
        organisation_code=person.organisation or None,
    )
    db.session.flush()
    return acting(member)


def _join(state: Loading) -> None:
    everybodys = set(
        db.session.scalars(select(CategoryNetwork.network_slug).where(CategoryNetwork.category == STANDARD))
    )
    for network in state.community.networks:
        network_id = state.networks[network.slug]
        automatic = network.kind in ("regional", "organisation") or network.slug in everybodys
        rows = [
            {
                "member_id": state.people[handle].id,
                "network_id": network_id,
                "role": "moderator" if handle in network.moderators else "member",
                "origin": "automatic" if automatic else "joined",
                "joined_at": clock.now(),
            }
            for handle in sorted(state.community.members_of(network.slug))
        ]
        db.session.execute(insert(NetworkMembership), rows)


def _acts(state: Loading, texts: dict[str, threads.Text]) -> Iterator[list[Act]]:
    """What happened, thread by thread, each in its order."""
    for number, thread in enumerate(state.community.threads):
        acts = [(state.ago(thread.hours_ago), number, _starting(state, thread, texts))]
        for post in thread.posts:
            moment = state.ago(post.hours_ago)
            acts.append((moment, number, _replying(state, thread, post, texts)))
            if post.is_answer:
                acts.append((moment + timedelta(minutes=1), number, _accepting(state, thread, post)))
        yield sorted(acts, key=lambda act: act[0])


def _starting(state: Loading, thread: Thread, texts: dict[str, threads.Text]) -> Callable[[], None]:
    def act() -> None:
        author = state.people[thread.author]
        network_id = state.networks[thread.network]
        hidden = Hidden(author.id, organisation_of(author), frozenset()) if thread.is_shielded else None
        voice = PSEUDONYM if thread.is_pseudonymous else OWN
        ids = threads.start_thread(author, network_id, thread.kind, thread.title, texts[thread.body], voice, hidden)
        state.threads[thread.key], state.posts[thread.key, None] = ids
        _note_place(state, thread.author, voice)

    return act


def _replying(state: Loading, thread: Thread, post: Post, texts: dict[str, threads.Text]) -> Callable[[], None]:
    def act() -> None:
        author = state.people[post.author]
        row = _row(author, state.threads[thread.key])
        parent = queries.post_by_id(state.posts[thread.key, post.parent])
        assert parent is not None
        voice = PSEUDONYM if post.is_pseudonymous else OWN
        state.posts[thread.key, post.key] = threads.reply(author, row, parent, texts[post.body], voice)
        _note_place(state, post.author, voice)

    return act


def _note_place(state: Loading, handle: str, voice: str) -> None:
    """Whoever has taken a pseudonym acts by it from now on."""
    if voice == PSEUDONYM:
        me = state.people[handle]
        state.people[handle] = replace(me, places=places_of(me.id))


def _accepting(state: Loading, thread: Thread, post: Post) -> Callable[[], None]:
    def act() -> None:
        author = state.people[thread.author]
        row = queries.post_by_id(state.posts[thread.key, post.key])
        if row is not None:
            threads.accept(author, _row(author, state.threads[thread.key]), row)

    return act


def _row(me: Me, thread_id: int) -> Any:
    row = queries.thread_visible_to(me, thread_id)
    if row is None:
        raise ValueError(f"{me.handle} can't see the thread that they write in")
    return row


def _read_the_old(state: Loading) -> None:
    """Everybody has read what is older than a day; the accounts that are printed, every thread of it."""
    read_to = floor_id(state.ago(READ_UNTIL_HOURS))
    places = select(ThreadRow.id, NetworkMembership.member_id).join(Network, Network.id == ThreadRow.network_id)
    printed = [state.people[person.handle].id for person in state.community.people if person.demo]
    mine = places.join(NetworkMembership, NetworkMembership.network_id == Network.id).where(
        NetworkMembership.member_id.in_(printed),
        ThreadRow.id < read_to,
        thread_open_to(ThreadRow.id, NetworkMembership.member_id),
    )
    there = set(db.session.execute(select(Participant.thread_id, Participant.member_id)).tuples())
    rows = [
        {"id": new_id(), "thread_id": thread_id, "member_id": member_id, "level": "normal", "last_read_id": 0}
        for thread_id, member_id in db.session.execute(mine).tuples()
        if (thread_id, member_id) not in there
    ]
    db.session.execute(insert(Participant), rows)
    older = Participant.last_read_id < read_to
    db.session.execute(update(Participant).where(older).values(last_read_id=read_to))
    told = update(Notification).where(Notification.post_id < read_to)
    # Of sealed places no time of reading is kept.
    read_at = case((Notification.member_id.is_(None), Notification.created_at), else_=state.now)
    db.session.execute(told.values(read_at=read_at))
