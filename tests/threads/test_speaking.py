"""Voices: one for each member and thread, chosen with the first post, and what a pseudonym keeps to itself."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from knowledge_exchange.auth import sealed_list
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks.shield import Hidden
from knowledge_exchange.notifications import sealed
from knowledge_exchange.notifications.models import LevelChange, Notification, Participant
from knowledge_exchange.realtime.models import LiveEvent
from knowledge_exchange.threads import actions, queries
from knowledge_exchange.threads.actions import Text
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.veils import speaking
from knowledge_exchange.threads.veils.pseudonyms import new_name
from knowledge_exchange.threads.veils.speaking import chosen_voice
from tests.support.community import Community
from tests.support.persons import Person
from tests.threads.test_reading import me_of

TEXT = Text("They blame me.", "<p>They blame me.</p>", ())
NAMES = 300


def opened(here: Community, who: Person, hidden: Hidden | None = None) -> int:
    """A thread that somebody opened under a pseudonym."""
    with here.app.test_request_context(), unit_of_work():
        made = actions.start_thread(
            me_of(here, who), here.north_west, "problem", "My chief lies", TEXT, "pseudonym", hidden
        )
    return made[0]


def test_a_pseudonym_hangs_on_a_place_that_names_nobody(here: Community) -> None:
    thread_id = opened(here, here.author)
    with here.app.app_context():
        voice = db.session.scalars(select(Voice).join(Thread, Thread.voice_id == Voice.id)).one()
        place = db.session.get_one(Participant, voice.participant_id)
        assert (voice.kind, voice.handle, voice.title) == ("pseudonym", None, "")
        assert place.member_id is None
        assert sealed.owner_in(place.sealed) == here.author.id
        assert dict(sealed_list.places_of(here.author.id)) == {thread_id: place.id}
        assert sealed.owners_of([place.id]) == {place.id: here.author.id}


def test_no_row_of_the_thread_names_its_author(here: Community) -> None:
    opened(here, here.author)
    with here.app.app_context():
        for model in (Participant, Notification, LiveEvent, LevelChange):
            mine = select(func.count()).select_from(model).where(model.member_id == here.author.id)
            assert db.session.scalar(mine) == 0, model.__tablename__


def test_one_keeps_the_voice_in_which_one_began(here: Community) -> None:
    thread_id = opened(here, here.author)
    with here.app.test_request_context(), unit_of_work():
        me = me_of(here, here.author)
        row = queries.thread_visible_to(me, thread_id)
        assert row is not None
        parent = queries.post_by_id(row.opening_post_id)
        assert parent is not None
        assert chosen_voice(me, thread_id) == "pseudonym"
        actions.reply(me, row, parent, TEXT, "own")
    with here.app.app_context():
        assert db.session.scalar(select(func.count(Post.voice_id.distinct())).where(Post.thread_id == thread_id)) == 1


def test_who_has_written_under_their_name_gets_no_pseudonym(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    with here.app.test_request_context():
        assert chosen_voice(me_of(here, here.author), thread_id) == "own"
        assert chosen_voice(me_of(here, here.peer), thread_id) is None


def test_names_are_friendly_and_none_comes_twice(here: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    with here.app.test_request_context():
        assert all(len(new_name().split()) == 2 for _one in range(NAMES))
    monkeypatch.setattr("knowledge_exchange.threads.veils.pseudonyms._HOW", ["quiet"])
    monkeypatch.setattr("knowledge_exchange.threads.veils.pseudonyms._WHO", ["heron"])
    for _one in range(3):
        opened(here, here.author)
    with here.app.app_context():
        names = list(db.session.scalars(select(Voice.name)))
        assert len(set(names)) == len(names)
        assert "Quiet Heron" in names


def test_a_name_that_another_takes_at_the_same_moment_is_left_to_them(
    here: Community, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = iter(["Quiet Heron", "Quiet Heron", "Quiet Heron", "Calm Otter"])
    monkeypatch.setattr(speaking, "new_name", lambda: next(names))
    for _one in range(2):
        opened(here, here.author)
    with here.app.app_context():
        assert sorted(db.session.scalars(select(Voice.name))) == ["Calm Otter", "Quiet Heron"]
