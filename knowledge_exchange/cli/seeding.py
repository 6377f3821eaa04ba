"""Filling a database for measurements: members, twenty networks, threads with talk that is partly unread."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Table, func, insert, select

from knowledge_exchange.auth.models import Member, SignIn, TakenHandle
from knowledge_exchange.cli.seeding_texts import bodies, person, titles
from knowledge_exchange.cli.seeding_threads import Person, Plan, Row, Rows, add_thread
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import new_token, token_hash
from knowledge_exchange.core.db import Base, db, end_read, unit_of_work
from knowledge_exchange.core.ids import new_id, new_rounded_id
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.search import documents
from knowledge_exchange.search.documents import Document
from knowledge_exchange.search.filling import begin_filled
from knowledge_exchange.search.tending import settle
from knowledge_exchange.threads.finding.indexing import SOURCE, count, facets_of, text_of
from knowledge_exchange.threads.models import Post, Thread, Voice

NETWORKS = 20
#: Each member belongs to so many of them.
NETWORKS_A_MEMBER = 6
#: Only the newest threads are unread by some: nobody leaves a million posts unread.
UNREAD_THREADS = 400
HISTORY = timedelta(days=730)
#: The newest thread begins this long ago at the latest, so that its replies are in the past.
LATEST_START = timedelta(hours=1)
#: Rows that go into the database together.
POSTS_A_BATCH = 5000
#: How unequal the threads are: a few long ones, many short ones.
_SPREAD = 0.9
_EMAIL = "bench-{}@bench.example"
_IS_BENCH = Member.email.like("bench-%@bench.example")
_ORDER: tuple[tuple[type[Base], str], ...] = (
    (Thread, "threads"),
    (Participant, "participants"),
    (Voice, "voices"),
    (Post, "posts"),
    (Notification, "notifications"),
)


def add_members(amount: int) -> None:
    """Add active members, each in some of the networks; none of them has a password that works."""
    with unit_of_work() as work:
        networks = _networks()
        known = work.scalar(select(func.count()).select_from(Member).where(_IS_BENCH)) or 0
        numbers = range(known + 1, known + amount + 1)
        rows = [_member(number) for number in numbers]
        if rows:
            work.execute(insert(Member), rows)
            work.execute(insert(TakenHandle), [{"handle": row["handle"], "taken_at": now()} for row in rows])
            work.execute(insert(NetworkMembership), list(_memberships(rows, numbers, networks)))


def _networks() -> list[int]:
    found = {slug: id_ for id_, slug in db.session.execute(select(Network.id, Network.slug))}
    visibilities = ("open", "closed", "closed", "open", "private")
    for number in range(1, NETWORKS + 1):
        slug = f"bench-{number:02}"
        if slug not in found:
            found[slug] = new_id()
            facts = {"kind": "interest", "visibility": visibilities[number % len(visibilities)]}
            name = f"Measured network {number}"
            db.session.add(Network(id=found[slug], slug=slug, name=name, description="For measurements.", **facts))
    db.session.flush()
    return [found[f"bench-{number:02}"] for number in range(1, NETWORKS + 1)]


def _member(number: int) -> Row:
    name, title = person(number)
    return {
        "id": new_id(),
        "email": _EMAIL.format(number),
        "email_confirmed_at": now(),
        "name": name,
        "handle": f"bench-{number}",
        "password_hash": "!",
        "standing": "active",
        "title": title,
    }


def _memberships(rows: Sequence[Row], numbers: range, networks: Sequence[int]) -> Iterator[Row]:
    for row, number in zip(rows, numbers, strict=True):
        for place in range(NETWORKS_A_MEMBER):
            # Steps of three and seven: neighbours in number share some networks, not all.
            network = networks[(number * 7 + place * 3) % NETWORKS]
            yield {"member_id": row["id"], "network_id": network, "origin": "joined"}


def add_threads(threads: int, posts: int, told: Callable[[int], None]) -> None:
    """Add so many threads with so many posts in all; ``told`` hears how many are there.

    Raises ``ValueError`` where there are no bench members to write them.
    """
    people = _people()
    if not people:
        raise ValueError("there is nobody to write")
    if count() == 0:
        with unit_of_work():
            begin_filled(SOURCE)
    texts, chance, done = bodies(), random.Random(posts), 0  # noqa: S311
    rows = Rows()
    for plan in _plans(threads, posts, people, chance):
        add_thread(rows, plan, texts, chance)
        if len(rows.posts) >= POSTS_A_BATCH:
            done += _store(rows)
            told(done)
            rows = Rows()
    told(done + _store(rows))
    settle()


def _people() -> dict[int, list[Person]]:
    """The bench members of each network."""
    query = (
        select(NetworkMembership.network_id, Member.id, Member.name, Member.handle, Member.title)
        .join(Member, Member.id == NetworkMembership.member_id)
        .where(_IS_BENCH)
        .order_by(NetworkMembership.network_id, Member.id)
    )
    found: dict[int, list[Person]] = {}
    for network_id, member_id, name, handle, title in db.session.execute(query):
        found.setdefault(network_id, []).append(Person(member_id, name, handle or "", title))
    end_read()
    return found


def _plans(threads: int, posts: int, people: dict[int, list[Person]], chance: random.Random) -> Iterator[Plan]:
    ends = now()
    begins, step = ends - HISTORY, (HISTORY - LATEST_START) / max(threads - 1, 1)
    places, named = list(people), titles(chance)
    for number, replies in enumerate(_shares(threads, posts - threads, chance)):
        network_id = places[number % len(places)]
        yield Plan(
            network_id=network_id,
            title=next(named),
            starts=_whole_ms(begins + number * step),
            ends=ends,
            replies=replies,
            people=people[network_id],
            has_unread=number >= threads - UNREAD_THREADS,
        )


def _whole_ms(moment: datetime) -> datetime:
    """Ids know milliseconds: moments that differ by less must not share one."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _shares(threads: int, replies: int, chance: random.Random) -> list[int]:
    """How many replies each thread gets, unequally, together exactly so many."""
    weights = [chance.lognormvariate(0, _SPREAD) for _ in range(threads)]
    whole = sum(weights)
    shares = [int(replies * weight / whole) for weight in weights]
    for number in range(replies - sum(shares)):
        shares[number % threads] += 1
    return shares


def _store(rows: Rows) -> int:
    with unit_of_work() as work:
        for model, name in _ORDER:
            batch = getattr(rows, name)
            if batch:
                # The table, not the model: the ORM would part rows with and without an empty column.
                work.execute(insert(cast(Table, model.__table__)), batch)
        documents.put(_documents(rows))
    return len(rows.posts)


def _documents(rows: Rows) -> Iterator[Document]:
    """The posts as they can be found; from the rows at hand, for reading them again would take as long as writing."""
    threads = {thread["id"]: thread for thread in rows.threads}
    for post in rows.posts:
        thread = threads[post["thread_id"]]
        yield Document(
            id=post["id"],
            source=SOURCE,
            network_id=thread["network_id"],
            thread_id=thread["id"],
            is_shielded=False,
            title=thread["title"] if post["parent_id"] is None else "",
            text=_text_of(post["html"]),
            facets=facets_of(post["id"], kind=thread["kind"], answer_id=thread["answer_id"]),
        )


#: Bodies come from a small pool.
_text_of = lru_cache(maxsize=None)(text_of)


def add_sign_ins(amount: int) -> list[tuple[int, str]]:
    """Sign so many bench members in; returns their ids and tokens, fewer where there are fewer of them."""
    with unit_of_work() as work:
        members = work.scalars(select(Member.id).where(_IS_BENCH).order_by(Member.id).limit(amount)).all()
        signed: list[tuple[int, str]] = [(member_id, new_token()) for member_id in members]
        rows: list[dict[str, Any]] = [
            {"id": new_rounded_id(), "member_id": member_id, "token_hash": token_hash(token), "device": "a load test"}
            for member_id, token in signed
        ]
        if rows:
            work.execute(insert(SignIn), rows)
    return signed
