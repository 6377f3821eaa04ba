"""A small community: two networks, the people in them, and somebody from elsewhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.threads.models import Post, Thread
from tests.support.persons import Person, person


@dataclass
class Community:
    """North West is closed; National is open to all; Reps is private."""

    app: Flask
    north_west: int
    national: int
    reps: int
    author: Person
    peer: Person
    watcher: Person
    moderator: Person
    outsider: Person

    def post_thread(self, who: Person, title: str = "A rota with holes in it", **fields: str) -> int:
        """Post a thread by the form; returns its id."""
        fields = {"kind": "problem", "body": "What do you do?", "title": title, **fields}
        slug = fields.pop("slug", "north-west")
        answer = who.post(f"/n/{slug}/new", **fields)
        assert answer.status_code == 303, answer.text
        found = re.search(r"/t/(\d+)/", answer.location)
        assert found is not None, answer.location
        return int(found.group(1))

    def reply(self, who: Person, thread_id: int, body: str = "Ask early.", **fields: str) -> int:
        """Reply by the form; returns the post's id."""
        answer = who.post(f"/t/{thread_id}/replies", body=body, **fields)
        assert answer.status_code == 303, answer.text
        return int(answer.location.rpartition("/")[2])

    def opening(self, thread_id: int) -> int:
        """The id of a thread's opening post."""
        return int(self.row(Thread, thread_id).opening_post_id)

    def row(self, model: Any, id_: int) -> Any:
        """A row as it is now."""
        with self.app.app_context():
            return db.session.get_one(model, id_)

    def posts(self, thread_id: int) -> list[Post]:
        """A thread's posts in the order in which the tree is read."""
        with self.app.app_context():
            query = select(Post).where(Post.thread_id == thread_id).order_by(Post.position)
            return list(db.session.scalars(query))

    def notices(self, who: Person) -> list[tuple[str, int | None]]:
        """Kind and post of somebody's unread notifications, oldest first."""
        query = select(Notification.kind, Notification.post_id).order_by(Notification.id)
        with self.app.app_context():
            mine = query.where(Notification.member_id == who.id, Notification.read_at.is_(None))
            return [(row.kind, row.post_id) for row in db.session.execute(mine)]

    def place(self, who: Person, thread_id: int) -> Participant:
        """Somebody's place in a thread."""
        with self.app.app_context():
            query = select(Participant).where(Participant.member_id == who.id, Participant.thread_id == thread_id)
            return db.session.scalars(query).one()

    def handle(self, who: Person) -> str:
        """Somebody's handle."""
        return str(self.row(Member, who.id).handle)


def settle(app: Flask) -> Community:
    """Make the community."""
    names = ("Asha Author", "Piet Peer", "Wim Watcher", "Mo Moderator", "Olu Outsider")
    people = [person(app, name) for name in names]
    with app.app_context(), unit_of_work():
        ids = [
            networks.create_network(slug, slug.title(), kind=kind, visibility=visibility).id
            for slug, kind, visibility in (
                ("north-west", "regional", "closed"),
                ("national", "national", "open"),
                ("reps", "interest", "private"),
            )
        ]
        for one in people[:4]:
            networks.add_member(one.id, ids[0])
        networks.set_role(people[3].id, ids[0], "moderator")
        networks.add_member(people[0].id, ids[2])
    north_west, national, reps = ids
    return Community(app, north_west, national, reps, *people)
