"""Telling and the ledger go by the same rules: whatever happens, each post is accounted for to everybody."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from sqlalchemy import select

from knowledge_exchange.auth.acting import acting as me_of
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.notifications.ledger import explain
from knowledge_exchange.notifications.models import LEVELS, Notification
from knowledge_exchange.notifications.why_rules import Outcome
from knowledge_exchange.threads.models import Post
from tests.support.community import Community
from tests.support.persons import Person

STEPS = 60
#: A life that knows fewer would try little.
LEAST_OUTCOMES = 4
IN_NETWORK = ("author", "peer", "watcher", "moderator")


class Life:
    """What members do, at random but the same for the same seed."""

    def __init__(self, here: Community, seed: int) -> None:
        self.here = here
        self.chance = random.Random(seed)
        self.threads = [here.post_thread(here.author), here.post_thread(here.peer)]
        self.people: list[Person] = [getattr(here, name) for name in IN_NETWORK]
        self.written: list[tuple[Person, int]] = [
            (who, here.opening(thread)) for who, thread in zip(self.people, self.threads, strict=False)
        ]

    def live(self) -> None:
        """Do so many things, one after the other."""
        acts: list[Callable[[Person], None]] = [*[self.reply] * 5, self.choose, self.choose_network, self.stay]
        acts += [self.read, self.edit, self.start, self.leave_and_return, self.delete]
        for _step in range(STEPS):
            self.chance.choice(acts)(self.chance.choice(self.people))

    def words(self) -> str:
        """A text that names somebody, or a network, or nobody."""
        named = [f"@{self.here.handle(who)}" for who in self.people]
        return f"Well, {self.chance.choice([*named, '@north-west', '', '', ''])}."

    def reply(self, who: Person) -> None:
        thread = self.chance.choice(self.threads)
        parent = self.chance.choice([post.id for post in self.here.posts(thread)])
        self.written.append((who, self.here.reply(who, thread, self.words(), parent=str(parent))))

    def start(self, who: Person) -> None:
        self.threads.append(self.here.post_thread(who, body=self.words()))
        self.written.append((who, self.here.opening(self.threads[-1])))

    def edit(self, who: Person) -> None:
        mine = [post_id for author, post_id in self.written if author is who]
        if mine:
            who.post(f"/p/{self.chance.choice(mine)}/edit", body=self.words(), title="A rota with holes in it")

    def delete(self, who: Person) -> None:
        # Opening posts stay: with their thread they would take the page of every reply along.
        mine = [post_id for author, post_id in self.written if author is who]
        replies = [post_id for post_id in mine if self.here.row(Post, post_id).parent_id is not None]
        if replies:
            who.post(f"/p/{self.chance.choice(replies)}/delete")

    def choose(self, who: Person) -> None:
        who.post(f"/t/{self.chance.choice(self.threads)}/level", level=self.chance.choice(LEVELS))

    def choose_network(self, who: Person) -> None:
        who.post("/n/north-west/level", level=self.chance.choice(LEVELS))

    def stay(self, who: Person) -> None:
        who.post(f"/t/{self.chance.choice(self.threads)}/stayed")

    def read(self, who: Person) -> None:
        thread = self.chance.choice(self.threads)
        who.post(f"/t/{thread}/read", post=str(self.here.opening(thread)))

    def leave_and_return(self, who: Person) -> None:
        who.post("/n/north-west/leave")
        with self.here.app.app_context(), unit_of_work():
            networks.add_member(who.id, self.here.north_west)


@pytest.mark.parametrize("seed", range(6))
def test_what_was_told_is_owned_and_what_was_not_has_a_reason(here: Community, seed: int) -> None:
    life = Life(here, seed)
    life.live()
    with here.app.app_context():
        rows = db.session.execute(select(Notification.member_id, Notification.post_id)).all()
        told = {(row.member_id, row.post_id) for row in rows}
        outcomes = {
            (who.id, author.id, post_id): outcome_for(here.row(Member, who.id), post_id)
            for who in life.people
            for author, post_id in life.written
        }
    assert told
    assert len(set(outcomes.values())) > LEAST_OUTCOMES
    for (who, author, post_id), outcome in outcomes.items():
        assert (outcome is Outcome.TOLD) is ((who, post_id) in told)
        assert (outcome is Outcome.OWN) is (author == who and outcome is not Outcome.TOLD)
        assert outcome not in (Outcome.MISSING, Outcome.NOT_ON_RECORD, Outcome.IMPORTED)


def outcome_for(member: Member, post_id: int) -> Outcome:
    found = explain(me_of(member), post_id)
    assert found is not None
    return found.outcome
