"""Levels of whole networks, and marking networks read."""

from __future__ import annotations

import re

import pytest

from knowledge_exchange.core.db import db
from knowledge_exchange.notifications.levels import effective
from knowledge_exchange.notifications.models import NetworkLevel
from tests.notifications.test_rules import badge
from tests.support.community import Community
from tests.support.persons import Person

CASES = [
    # own level, chosen, the network's: what holds
    (None, False, None, "normal"),
    (None, False, "watching", "watching"),
    (None, False, "tracking", "tracking"),
    (None, False, "muted", "muted"),
    ("normal", False, "muted", "muted"),
    ("normal", True, "muted", "normal"),
    ("normal", True, "watching", "normal"),
    ("muted", True, "watching", "muted"),
    ("tracking", False, "watching", "watching"),
    ("tracking", False, "muted", "tracking"),
    ("watching", False, "normal", "watching"),
    ("watching", False, "muted", "watching"),
    ("watching", True, "muted", "watching"),
]


def choose(who: Person, level: str, slug: str = "north-west") -> None:
    assert who.post(f"/n/{slug}/level", level=level).status_code == 303


@pytest.mark.parametrize(("own", "chosen", "network", "expected"), CASES)
def test_a_choice_for_a_thread_goes_first_then_what_is_louder(
    own: str | None, chosen: bool, network: str | None, expected: str
) -> None:
    assert effective(own, network, chosen=chosen) == expected


@pytest.mark.parametrize(("own", "chosen", "network", "expected"), CASES)
def test_the_database_tells_by_the_same_rule(
    here: Community, own: str | None, chosen: bool, network: str | None, expected: str
) -> None:
    thread_id = here.post_thread(here.author)
    if own is not None and chosen:
        here.watcher.post(f"/t/{thread_id}/level", level=own)
    elif own == "normal":
        here.watcher.post(f"/t/{thread_id}/read", post=str(here.opening(thread_id)))
    elif own == "tracking":
        here.watcher.post(f"/t/{thread_id}/stayed")
    elif own == "watching":
        here.reply(here.watcher, thread_id)
    if network:
        choose(here.watcher, network)
    post_id = here.reply(here.peer, thread_id)
    assert here.notices(here.watcher) == ([("reply", post_id)] if expected == "watching" else [])
    named = here.reply(here.peer, thread_id, f"@{here.handle(here.watcher)}")
    assert (("mention", named) in here.notices(here.watcher)) is (expected != "muted")


def test_who_watches_a_network_hears_of_every_new_thread_and_every_reply(here: Community) -> None:
    choose(here.watcher, "watching")
    thread_id = here.post_thread(here.author)
    reply = here.reply(here.peer, thread_id)
    assert here.notices(here.watcher) == [("new_thread", here.opening(thread_id)), ("reply", reply)]
    assert "2 new: Piet Peer replied" in here.watcher.get("/notifications").text


def test_a_new_thread_that_mentions_somebody_who_watches_tells_them_once(here: Community) -> None:
    choose(here.watcher, "watching")
    thread_id = here.post_thread(here.author, body=f"@{here.handle(here.watcher)}?")
    assert here.notices(here.watcher) == [("mention", here.opening(thread_id))]


def test_an_edit_that_mentions_somebody_who_was_told_as_a_watcher_tells_them_nothing_more(here: Community) -> None:
    choose(here.watcher, "watching")
    thread_id = here.post_thread(here.author)
    opening = here.opening(thread_id)
    here.author.post(f"/p/{opening}/edit", title="A rota", body=f"@{here.handle(here.watcher)}")
    assert here.notices(here.watcher) == [("new_thread", opening)]


def test_the_author_of_a_thread_is_not_told_of_it_even_watching_the_network(here: Community) -> None:
    choose(here.author, "watching")
    here.post_thread(here.author)
    assert here.notices(here.author) == []


def test_a_muted_network_is_silent_but_where_one_takes_part(here: Community) -> None:
    mine = here.post_thread(here.watcher)
    other = here.post_thread(here.author)
    choose(here.watcher, "muted")
    here.reply(here.peer, other, f"@{here.handle(here.watcher)}")
    answer = here.reply(here.peer, mine)
    assert here.notices(here.watcher) == [("direct_reply", answer)]


def test_only_those_who_may_read_the_network_choose_its_level_or_mark_it_read(here: Community) -> None:
    for path in ("level", "read"):
        assert here.outsider.post(f"/n/north-west/{path}", level="watching").status_code == 404
        assert here.peer.post(f"/n/reps/{path}", level="watching").status_code == 404
    assert here.watcher.post("/n/north-west/level", level="loud").status_code == 400


def test_the_page_of_a_network_shows_the_level_and_a_thread_inherits_it(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    choose(here.watcher, "tracking")
    page = here.watcher.get("/n/north-west").text
    assert re.search(r'value="tracking" aria-current="true"', page)
    page = here.watcher.get(f"/t/{thread_id}", follow_redirects=True).text
    assert re.search(r'value="tracking" aria-current="true"', page)


def test_a_network_that_is_tracked_counts_what_is_unread_in_threads_one_has_opened(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/read", post=str(here.opening(thread_id)))
    here.reply(here.peer, thread_id)
    assert "1 new" not in here.watcher.get("/n/north-west").text
    choose(here.watcher, "tracking")
    assert "1 new" in here.watcher.get("/n/north-west").text


def upto(who: Person, path: str) -> str:
    """What the button on a page says it has seen."""
    found = re.search(r'name="upto" value="(\d+)"', who.get(path).text)
    assert found is not None
    return found.group(1)


def test_marking_a_network_read_is_one_row_and_clears_lists_and_badge(here: Community) -> None:
    threads = [here.post_thread(here.author) for _ in range(3)]
    for thread_id in threads:
        here.reply(here.peer, thread_id)
    assert badge(here.author) == 3
    here.author.post("/n/north-west/read", upto=upto(here.author, "/n/north-west"))
    assert (badge(here.author), here.notices(here.author)) == (0, [])
    assert "you have read everything" in here.author.get("/").text
    with here.app.app_context():
        marks = db.session.query(NetworkLevel).filter_by(member_id=here.author.id).all()
    assert [mark.network_id for mark in marks] == [here.north_west]
    assert here.place(here.author, threads[0]).last_read_id < marks[0].read_up_to
    newest = here.reply(here.peer, threads[1])
    assert badge(here.author) == 1
    page = here.author.get(f"/t/{threads[1]}", follow_redirects=True).text
    assert f'href="/p/{newest}">First unread' in page


def test_what_came_after_the_page_was_made_stays_unread(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    seen = upto(here.author, "/n/north-west")
    later = here.reply(here.peer, thread_id)
    here.author.post("/n/north-west/read", upto=seen)
    assert here.notices(here.author) == [("direct_reply", later)]


def test_marking_read_never_goes_back(here: Community) -> None:
    here.post_thread(here.author)
    for seen in (upto(here.author, "/n/north-west"), "1"):
        here.author.post("/n/north-west/read", upto=seen)
    with here.app.app_context():
        assert db.session.query(NetworkLevel).one().read_up_to > 1


def test_everything_is_marked_read_by_one_button(here: Community) -> None:
    one = here.post_thread(here.author)
    here.post_thread(here.author, slug="reps")
    here.reply(here.peer, one)
    assert badge(here.author) == 1
    here.author.post("/networks/read", upto=upto(here.author, "/"))
    assert badge(here.author) == 0
    with here.app.app_context():
        marked = {mark.network_id for mark in db.session.query(NetworkLevel)}
    assert marked == {here.north_west, here.reps}


def test_leaving_a_network_takes_its_notices_and_its_level_along_for_good(here: Community) -> None:
    choose(here.watcher, "watching")
    here.post_thread(here.author)
    assert badge(here.watcher) == 1
    since = here.watcher.get("/live/since").json
    assert since is not None
    here.watcher.post("/n/north-west/leave")
    assert (badge(here.watcher), here.notices(here.watcher)) == (0, [])
    told = here.watcher.get(f"/live/since?after={since['cursor']}").json
    assert told is not None
    assert [event["unread"] for event in told["events"] if event["name"] == "unread"][-1:] == [0]
    with here.app.app_context():
        assert db.session.query(NetworkLevel).filter_by(member_id=here.watcher.id).all() == []
