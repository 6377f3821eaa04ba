"""Writing under a pseudonym in tests, and what the tables then hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from knowledge_exchange.auth.acting import acting as me_of
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.sealed_list import keep_lists, places_of
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.threads import actions, queries
from knowledge_exchange.threads.models import Thread
from tests.support.community import Community
from tests.support.persons import Person

#: What may differ between the notices of two who are told alike: whose they are, and what hangs on that.
OWN_COLUMNS = ("id", "member_id", "participant_id", "mail_id")


def as_me(who: Person) -> Me:
    """Somebody as the actions know who is asking."""
    return replace(me_of(db.session.get_one(Member, who.id)), places=places_of(who.id))


def ask(here: Community, who: Person, body: str = "Whom may I tell?", title: str = "A rota that frightens me") -> int:
    """Open a thread in North West under a pseudonym; returns its id."""
    with here.app.app_context():
        keep_lists()
        with unit_of_work():
            text = actions.written(body)
            thread_id, _post_id = actions.start_thread(as_me(who), here.north_west, "problem", title, text, "pseudonym")
        return thread_id


def answer(here: Community, who: Person, thread_id: int, body: str = "I see.", parent: int | None = None) -> int:
    """Reply under a pseudonym, to the opening post unless ``parent`` says otherwise; returns the post's id."""
    with here.app.app_context():
        keep_lists()
        with unit_of_work():
            me = as_me(who)
            thread = queries.thread_visible_to(me, thread_id)
            assert thread is not None
            post = queries.post_by_id(parent or thread.opening_post_id)
            assert post is not None
            return actions.reply(me, thread, post, actions.written(body), "pseudonym")


def accept(here: Community, who: Person, thread_id: int, post_id: int) -> None:
    """Mark a reply as the answer."""
    with here.app.app_context(), unit_of_work():
        me = as_me(who)
        thread, post = queries.thread_visible_to(me, thread_id), queries.post_by_id(post_id)
        assert thread is not None
        assert post is not None
        actions.accept(me, thread, post)


def place(here: Community, who: Person, thread_id: int) -> int:
    """Somebody's sealed place in a thread."""
    with here.app.app_context():
        return places_of(who.id)[thread_id]


def place_row(here: Community, place_id: int) -> Participant:
    """A place as it is now."""
    with here.app.app_context():
        return db.session.get_one(Participant, place_id)


def told(here: Community, *which: Any) -> Sequence[Notification]:
    """Notices as the tables have them, oldest first."""
    with here.app.app_context():
        return db.session.scalars(select(Notification).where(*which).order_by(Notification.id)).all()


def told_by_name(here: Community, who: Person, thread_id: int) -> list[dict[str, Any]]:
    """Notices of a thread that name somebody, without what must differ from one to the other."""
    rows = told(here, Notification.member_id == who.id, Notification.thread_id == thread_id)
    columns = [column.name for column in Notification.__table__.columns if column.name not in OWN_COLUMNS]
    return [{name: getattr(row, name) for name in columns} for row in rows]


def told_to(here: Community, place_id: int) -> list[tuple[str, int | None, bool]]:
    """Kind and post of the notices of a sealed place, and whether they are read."""
    rows = told(here, Notification.participant_id == place_id)
    assert all(row.member_id is None for row in rows)
    return [(row.kind, row.post_id, row.read_at is not None) for row in rows]


def last_post(here: Community, thread_id: int) -> int:
    """The newest post of a thread."""
    return int(here.row(Thread, thread_id).last_post_id)
