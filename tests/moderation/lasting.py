"""What the tests of curating that lasts share: a thread with an accepted answer, and everybody who may come to it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.lasting.stale import ask_about_old_answers
from knowledge_exchange.networks import tag_lists
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.curation.outcomes import ask_what_happened
from knowledge_exchange.threads.models import Thread
from tests.moderation.acting import Bench, build
from tests.support.persons import Person

TAGS = ("Rotas", "Job bands", "Meetings", "Beds")


@dataclass
class Shelf:
    """A bench, with an accepted answer, a thread of the same, and tags."""

    bench: Bench
    #: Asks the same, of the peer's, with a reply that was accepted.
    other: int
    other_reply: int

    @property
    def app(self) -> Flask:
        """The app."""
        return self.bench.app

    @property
    def thread(self) -> int:
        """The author's thread."""
        return self.bench.thread

    @property
    def outside(self) -> list[Person]:
        """Everybody who may curate nothing in North West."""
        here, bench = self.bench.here, self.bench
        return [bench.visitor, bench.pending, here.outsider, here.watcher, here.peer, bench.other_moderator]

    @property
    def curators(self) -> list[Person]:
        """Everybody who may."""
        return [self.bench.here.moderator, self.bench.second, self.bench.officer]

    def facts(self, thread_id: int | None = None) -> Thread:
        """A thread's row as it is now."""
        found: Thread = self.bench.here.row(Thread, thread_id or self.thread)
        return found

    def page(self, who: Person, thread_id: int | None = None) -> str:
        """A thread's page as somebody sees it."""
        return who.get(f"/t/{thread_id or self.thread}", follow_redirects=True).text

    def acts(self) -> list[str]:
        """The names of what is on the log."""
        return [act.action for act in self.bench.acts()]

    def last_act(self) -> ModerationAct:
        """The newest act."""
        return self.bench.acts()[-1]

    def asked(self, who: Person) -> list[str]:
        """Where somebody is asked something, by notices that are not withdrawn."""
        mine = (Notification.member_id == who.id, Notification.kind == "care_asked")
        with self.app.app_context():
            return list(db.session.scalars(select(Notification.url).where(*mine).order_by(Notification.id)))

    def summarise(self, who: Person, body: str = "Ask the ward clerk.", **fields: str) -> Any:
        """Send the form of a summary as it was opened just now."""
        given = {"seen": str(self.facts().summary_id or 0), "body": body, **fields}
        return who.post(f"/t/{self.thread}/summary", **given)

    def duplicate(self, who: Person, target: object = None, **fields: str) -> Any:
        """Send the form that names another thread."""
        given = {"seen": str(self.facts().acts), "target": str(target or f"https://x.example/t/{self.other}/a-rota")}
        return who.post(f"/t/{self.thread}/duplicate", **{**given, **fields})

    def tag(self, who: Person, *slugs: str) -> Any:
        """Send the form of tags."""
        data = {"csrf_token": who.csrf_token, "seen": self.facts().tags, "tag": list(slugs)}
        return who.client.post(f"/t/{self.thread}/tags", data=data)

    def run_jobs(self) -> None:
        """What happens by itself."""
        with self.app.app_context():
            ask_what_happened()
            ask_about_old_answers()

    @contextmanager
    def later(self, **after: int) -> Iterator[None]:
        """So much later; everybody is still signed in."""
        with clock.held(clock.now() + timedelta(**after)):
            yield


def shelf_in(app: Flask) -> Shelf:
    """Make it."""
    bench = build(app)
    here = bench.here
    assert here.author.post(f"/p/{bench.reply}/accept").status_code == 303
    other = here.post_thread(here.peer, "Who fills holes in a rota", body="We have two.")
    reply = here.reply(here.watcher, other, "The bank does, if you ask on Monday.")
    assert here.peer.post(f"/p/{reply}/accept").status_code == 303
    with app.app_context(), unit_of_work():
        for name in TAGS:
            tag_lists.add(here.north_west, name)
    return Shelf(bench, other, reply)
