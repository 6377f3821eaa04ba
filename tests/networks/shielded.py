"""What the tests of the shield share: two trusts, who works there, and threads that are hidden from one of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select, update

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.sessions import load_me
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.shield import Hidden
from knowledge_exchange.threads import actions, queries
from knowledge_exchange.threads.models import Thread
from tests.networks import employers
from tests.networks.employers import worker
from tests.support.persons import Person

HERE, THERE = "AAA", "CCC"
TITLE = "A rota with holes in it"
#: Colleagues in every office there is, by what they are.
OFFICES = {"colleague": "member", "officer": "officer", "registrar": "membership_officer", "head": "administrator"}


@dataclass
class Trusts:
    """North West, closed, in which people of two trusts are; the author works in the first."""

    app: Flask
    north_west: int
    author: Person
    colleagues: dict[str, Person]  # at the same trust
    stranger: Person  # of the other trust

    def thread(self, voice: str = "pseudonym", title: str = TITLE, **hidden: Any) -> int:
        """The author starts a thread that is hidden from their trust, or from what ``hidden`` says; returns its id."""
        facts: dict[str, Any] = {"organisations": frozenset({HERE}), "members": frozenset(), **hidden}
        text = actions.Text("What do you do?", "<p>What do you do?</p>", ())
        with self.app.test_request_context(), unit_of_work():
            author = self.me(self.author)
            whole = Hidden(author.id, **facts)
            return actions.start_thread(author, self.north_west, "problem", title, text, voice, whole)[0]

    def open_thread(self, voice: str = "own", title: str = "A thread for everybody") -> int:
        """The author starts a thread that is hidden from nobody; returns its id."""
        text = actions.Text("What do you do?", "<p>What do you do?</p>", ())
        with self.app.test_request_context(), unit_of_work():
            return actions.start_thread(self.me(self.author), self.north_west, "problem", title, text, voice)[0]

    def me(self, who: Person) -> Me:
        """Somebody as the gate knows them."""
        with who.client.session_transaction() as session:
            token = session["_user_id"]
        found: Me | None = load_me(token)
        assert found is not None
        return found

    def readers(self, thread_id: int) -> set[str]:
        """Who may see a thread, by the condition of every read: ``author``, ``stranger``, or what a colleague is."""
        with self.app.app_context():
            may_read = queries.readable(Member.id)
            query = select(Member.id).select_from(Thread).join(Network, Network.id == Thread.network_id)
            query = query.join(Member, may_read).where(Thread.id == thread_id)
            found = set(db.session.scalars(query))
        return {name for name, who in self.people().items() if who.id in found}

    def people(self) -> dict[str, Person]:
        """Everybody, by what they are."""
        return {"author": self.author, "stranger": self.stranger, **self.colleagues}

    def moves(self, who: Person, code: str | None) -> None:
        """Somebody works elsewhere from now on."""
        with self.app.app_context(), unit_of_work() as work:
            work.execute(update(Member).where(Member.id == who.id).values(organisation_code=code))


def settle(app: Flask) -> Trusts:
    """Make the two trusts."""
    with app.app_context():
        employers.settle()
        author, stranger = worker(app, "Asha Author", HERE), worker(app, "Sam Stranger", THERE)
        colleagues = {what: worker(app, f"Col {what}", HERE, role=role) for what, role in OFFICES.items()}
        colleagues["moderator"] = worker(app, "Mo Moderator", HERE)
        with unit_of_work():
            made = networks.create_network("north-west", "North West", kind="regional", visibility="closed")
            north_west = made.id
            for one in (author, stranger, *colleagues.values()):
                networks.add_member(one.id, north_west)
            networks.set_role(colleagues["moderator"].id, north_west, "moderator")
    return Trusts(app, north_west, author, colleagues, stranger)
