"""What the tests of acts share: sending their forms, and what became of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.acts.final import finish_due
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.models import Post, Thread
from tests.support import persons
from tests.support.community import Community, settle
from tests.support.persons import Person

WHY = "It says whose ward it is."
TITLE, WORDS = "A rota with holes in it", "The ward is **Larkspur** and the holes are on Larkspur nights."


@dataclass
class Bench:
    """A thread of the author's with a reply of the peer's, and whoever may want to act on it."""

    here: Community
    thread: int
    reply: int
    #: Moderates another network, and belongs to this one.
    other_moderator: Person
    second: Person
    officer: Person
    pending: Person
    visitor: Person

    @property
    def app(self) -> Flask:
        """The app."""
        return self.here.app

    def on_thread(self, who: Person, action: str, **fields: str) -> Any:
        """Send the form of an act on the thread, as it was opened just now."""
        return self.send(who, f"/t/{self.thread}/moderate/{action}", **fields)

    def on_reply(self, who: Person, action: str, **fields: str) -> Any:
        """Likewise on the reply."""
        return self.send(who, f"/p/{self.reply}/moderate/{action}", **fields)

    def send(self, who: Person, path: str, **fields: str) -> Any:
        """Send a form with a reason."""
        return who.post(path, **{"seen": str(self.facts().acts), "reason": WHY, **fields})

    def facts(self) -> Thread:
        """The thread's row as it is now."""
        found: Thread = self.here.row(Thread, self.thread)
        return found

    def post(self, post_id: int | None = None) -> Post:
        """The reply's row, or another post's."""
        found: Post = self.here.row(Post, post_id or self.reply)
        return found

    def acts(self) -> list[ModerationAct]:
        """What is on the log, oldest first."""
        with self.app.app_context():
            return list(db.session.scalars(select(ModerationAct).order_by(ModerationAct.id)))

    def told(self, who: Person) -> list[Notification]:
        """What somebody was told of acts."""
        with self.app.app_context():
            mine = (Notification.member_id == who.id, Notification.kind == "moderated")
            return list(db.session.scalars(select(Notification).where(*mine).order_by(Notification.id)))

    def undo(self, who: Person, act_id: int | None = None) -> Any:
        """Undo an act, the newest unless said otherwise."""
        return who.post(f"/acts/{act_id or self.acts()[-1].id}/undo")

    def after(self, **later: int) -> None:
        """Let the job look, so much later."""
        with self.app.app_context(), clock.held(clock.now() + timedelta(**later)):
            finish_due()


def build(app: Flask) -> Bench:
    """Make it."""
    here = settle(app)
    second = persons.person(app, "Siu Second")
    other = persons.person(app, "Ola Other")
    officer = persons.person(app, "Olive Officer", role="officer")
    with app.app_context(), unit_of_work():
        for one in (second, other, officer):
            networks.add_member(one.id, here.north_west)
        networks.set_role(second.id, here.north_west, "moderator")
        networks.add_member(other.id, here.reps)
        networks.set_role(other.id, here.reps, "moderator")
    thread = here.post_thread(here.author, TITLE, body=WORDS)
    reply = here.reply(here.peer, thread, WORDS)
    pending = persons.person(app, "Pam Pending", standing="pending")
    return Bench(here, thread, reply, other, second, officer, pending, persons.visitor(app))


def text_of(answer: Any) -> str:
    """A page's words, on one line."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))
