"""Following a tag: told once of each thread that comes to bear it, where one may read it, and of nothing else."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks import tag_lists
from knowledge_exchange.networks.care_models import TagFollow
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.models import Thread
from tests.support.community import Community
from tests.support.persons import Person

TAGGED = "tagged"


@pytest.fixture
def tagged(here: Community) -> Community:
    """North West has two tags, and everybody there follows both."""
    with here.app.app_context(), unit_of_work():
        for name in ("Rotas", "Beds"):
            tag_lists.add(here.north_west, name)
    for who in (here.author, here.peer, here.watcher, here.moderator):
        for tag in ("rotas", "beds"):
            assert who.post("/n/north-west/tags/follow", tag=tag, do="follow").status_code == 303
    return here


def tag(here: Community, who: Person, thread_id: int, *slugs: str) -> None:
    """Choose a thread's tags by the form."""
    data = {"csrf_token": who.csrf_token, "seen": here.row(Thread, thread_id).tags, "tag": list(slugs)}
    assert who.client.post(f"/t/{thread_id}/tags", data=data).status_code == 303


def told(here: Community, who: Person) -> list[int | None]:
    """Of which posts somebody was told because of a tag, as the tables have it."""
    return [post_id for kind, post_id in here.notices(who) if kind == TAGGED]


def test_who_follows_a_tag_is_told_once_of_a_thread_and_finds_it_first(tagged: Community) -> None:
    thread_id = tagged.post_thread(tagged.author)
    opening = tagged.opening(thread_id)
    assert told(tagged, tagged.watcher) == []
    tag(tagged, tagged.author, thread_id, "rotas", "beds")
    tag(tagged, tagged.author, thread_id)
    tag(tagged, tagged.author, thread_id, "beds")
    assert told(tagged, tagged.watcher) == [opening]
    assert told(tagged, tagged.author) == [], "nobody is told of what they did themselves"
    listed = tagged.watcher.get("/notifications").text
    assert "is about Beds, Rotas" in listed
    assert "You follow a tag of it" in listed
    waiting = tagged.watcher.get("/").text.partition("New in your networks")[0]
    assert f'data-thread="{thread_id}"' in waiting


def test_a_moderator_who_tags_is_not_told_and_its_author_neither(tagged: Community) -> None:
    thread_id = tagged.post_thread(tagged.author)
    tag(tagged, tagged.moderator, thread_id, "rotas")
    assert told(tagged, tagged.moderator) == told(tagged, tagged.author) == []
    assert told(tagged, tagged.peer) == [tagged.opening(thread_id)]


def test_of_who_writes_under_a_pseudonym_a_notice_is_written_as_for_all_and_shown_to_all_but_them(
    tagged: Community,
) -> None:
    thread_id = tagged.post_thread(tagged.author, voice="pseudonym")
    tag(tagged, tagged.author, thread_id, "rotas")
    with tagged.app.app_context():
        query = select(Notification).where(Notification.thread_id == thread_id, Notification.kind == TAGGED)
        rows = db.session.scalars(query).all()
        everybody = {tagged.author.id, tagged.peer.id, tagged.watcher.id, tagged.moderator.id}
        assert {row.member_id for row in rows} == everybody
        same = {(row.by_participant_id, row.participant_id, row.text, row.url, row.created_at) for row in rows}
        assert len(same) == 1
    assert f"/t/{thread_id}" not in tagged.author.get("/notifications").text
    assert "is about Rotas" in tagged.peer.get("/notifications").text


def test_who_muted_thread_or_network_or_left_it_is_told_nothing(tagged: Community) -> None:
    first, second = (tagged.post_thread(tagged.author, title=f"Question number {n}") for n in range(2))
    tagged.peer.post(f"/t/{first}/level", level="muted")
    tagged.watcher.post("/n/north-west/level", level="muted")
    with tagged.app.app_context(), unit_of_work():
        networks.leave(tagged.moderator.id, tagged.north_west)
    for thread_id in (first, second):
        tag(tagged, tagged.author, thread_id, "rotas")
    assert told(tagged, tagged.watcher) == told(tagged, tagged.moderator) == []
    assert told(tagged, tagged.peer) == [tagged.opening(second)]


def test_the_button_stands_over_the_list_of_a_tag_alone_and_stops_it_again(tagged: Community) -> None:
    assert "Stop following “Rotas”" in tagged.peer.get("/n/north-west?tag=rotas").text
    assert "following" not in tagged.peer.get("/n/north-west").text
    assert "following" not in tagged.peer.get("/n/north-west?tag=nothing").text
    listed = tagged.peer.get("/tags").text
    assert "/n/north-west?tag=rotas" in listed
    answer = tagged.peer.post("/n/north-west/tags/follow", tag="rotas", do="stop", **{"from": "list"})
    assert (answer.status_code, answer.location) == (303, "/tags")
    assert "Follow “Rotas”" in tagged.peer.get("/n/north-west?tag=rotas").text
    thread_id = tagged.post_thread(tagged.author)
    tag(tagged, tagged.author, thread_id, "rotas")
    assert told(tagged, tagged.peer) == []


def test_no_tag_is_followed_that_is_none_or_of_a_network_that_one_may_not_read(tagged: Community) -> None:
    for who, slug, wanted in (
        (tagged.outsider, "north-west", "rotas"),
        (tagged.outsider, "reps", "rotas"),
        (tagged.peer, "north-west", "nothing"),
        (tagged.peer, "nowhere", "rotas"),
    ):
        assert who.post(f"/n/{slug}/tags/follow", tag=wanted).status_code == 404
    with tagged.app.app_context():
        assert tagged.outsider.id not in db.session.scalars(select(TagFollow.member_id)).all()


def test_of_a_network_that_one_may_no_longer_read_no_tag_is_listed(tagged: Community) -> None:
    with tagged.app.app_context(), unit_of_work():
        networks.leave(tagged.peer.id, tagged.north_west)
    assert "tag=rotas" not in tagged.peer.get("/tags").text
    assert "rotas" in tagged.watcher.get("/me/data.json").text


def test_however_many_follow_it_costs_the_same_statements(tagged: Community) -> None:
    said: list[str] = []
    with tagged.app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *args: said.append(args[2]))

    def tagging(title: str) -> int:
        thread_id = tagged.post_thread(tagged.author, title=title)
        said.clear()
        tag(tagged, tagged.author, thread_id, "rotas")
        return sum("tag_follow" in statement for statement in said)

    many = tagging("The first of both")
    tagged.peer.post("/n/north-west/tags/follow", tag="rotas", do="stop")
    assert tagging("The second of both") == many == 1
