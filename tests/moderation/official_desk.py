"""What official answers are tried with: a problem that people watch and track, and officers who may read it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.threads.curation.curation_models import OfficialAnswer
from tests.support.community import Community, settle
from tests.support.persons import Person, person

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY, NEXT_YEAR = date(2026, 11, 22), date(2027, 11, 22)
FIELDS = {
    "body": "You may **step back** from running it.",
    "nations": "england",
    "dated": TODAY.isoformat(),
    "review_on": NEXT_YEAR.isoformat(),
    "sources": "- [Guide](https://example.org/guide), section 4",
    "seen": "0",
}


@dataclass
class Desk:
    """A problem in North West that people watch and track, and officers who may read it."""

    app: Flask
    here: Community
    officer: Person
    second: Person
    thread: int

    def __getattr__(self, name: str) -> Person:
        """Somebody of the community."""
        found: Person = getattr(self.__dict__["here"], name)
        return found

    @property
    def form(self) -> str:
        """Where one is given."""
        return f"/t/{self.thread}/official"

    def give(self, who: Person | None = None, **fields: str) -> int:
        """Answer officially by the form; returns the post's id."""
        answer = (who or self.officer).post(self.form, **{**FIELDS, **fields})
        assert answer.status_code == 303, answer.text
        return int(answer.location.rpartition("/")[2])

    def do(self, post_id: int, word: str, who: Person | None = None, **fields: str) -> Any:
        """Send one of the forms of its page."""
        seen = fields.pop("seen", None) or self.seen(post_id)
        return (who or self.officer).post(f"/p/{post_id}/official", do=word, seen=seen, **fields)

    def seen(self, post_id: int) -> str:
        """The state as its page shows it now."""
        row = self.here.row(OfficialAnswer, post_id)
        return f"{row.version}{'w' if row.withdrawn_at else ''}"

    def page(self, who: Person | None = None) -> str:
        """The thread as somebody reads it."""
        return (who or self.peer).get(f"/t/{self.thread}", follow_redirects=True).text

    def told(self, who: Person) -> list[tuple[str, int | None]]:
        """Kinds and posts of their notices, oldest first."""
        return self.here.notices(who)

    def rows(self, model: Any, *where: Any) -> list[Any]:
        """Rows as they are now."""
        with self.app.app_context():
            return list(db.session.scalars(select(model).where(*where)))


@contextmanager
def settled(app: Flask) -> Iterator[Desk]:
    """It is noon of a Sunday in November."""
    with clock.held(NOON):
        here = settle(app)
        officer = person(app, "Owen Officer", role="officer", organisation_code=None)
        second = person(app, "Opal Officer", role="officer")
        with app.app_context(), unit_of_work():
            for one in (officer, second):
                networks.add_member(one.id, here.north_west)
        thread = here.post_thread(here.author, "Consultation with 14 days of notice")
        for who, level in ((here.watcher, "watching"), (here.peer, "tracking"), (here.moderator, "muted")):
            assert who.post(f"/t/{thread}/level", level=level).status_code == 303
        yield Desk(app, here, officer, second, thread)
