"""Bookmarks and what was read last: for their owner alone, and only what they may still see."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select, update

from knowledge_exchange.auth.models import Locker
from knowledge_exchange.auth.own_data import everything_about
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.threads.limits import THREADS_A_PAGE
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.shelf.shelf import MOST_BOOKMARKS, MOST_RECENT, Shelf, keep, shelf_of
from tests.support.community import Community
from tests.support.persons import Person


def bookmarked(who: Person, path: str = "/bookmarks") -> list[int]:
    """The posts on somebody's list, over all its pages."""
    found: list[int] = []
    while path:
        page = who.get(path).text
        found += [int(one) for one in re.findall(r'class="row__title"><a href="/p/(\d+)"', page)]
        further = re.search(r'rel="next" href="([^"]+)"', page)
        path = further.group(1) if further else ""
    return found


def recent(who: Person) -> list[int]:
    return [int(one) for one in re.findall(r'data-thread="(\d+)"', who.get("/recent").text)]


def lockers(here: Community) -> list[tuple[str, bytes]]:
    with here.app.app_context():
        return [(row.key_hash, row.content) for row in db.session.scalars(select(Locker).order_by(Locker.key_hash))]


def read(here: Community, who: Person, thread: int) -> None:
    """Read a thread to its end."""
    last = here.row(Thread, thread).last_post_id
    assert who.post(f"/t/{thread}/read", post=str(last)).status_code == 303


def test_a_post_is_bookmarked_listed_and_taken_off_again(here: Community) -> None:
    thread = here.post_thread(here.author)
    reply = here.reply(here.peer, thread, "Ask **early** in the week.")
    assert "Bookmark</button>" in here.watcher.get(f"/p/{reply}/more").text
    assert here.watcher.post(f"/p/{reply}/bookmark").location == f"/p/{reply}"
    here.watcher.post(f"/p/{here.opening(thread)}/bookmark")
    here.watcher.post(f"/p/{reply}/bookmark")
    assert bookmarked(here.watcher) == [reply, here.opening(thread)]
    assert "Ask early in the week." in here.watcher.get("/bookmarks").text
    assert "Take the bookmark away" in here.watcher.get(f"/p/{reply}/more").text
    assert here.watcher.post(f"/p/{reply}/unbookmark", **{"from": "list"}).location == "/bookmarks"
    assert bookmarked(here.watcher) == [here.opening(thread)]
    assert bookmarked(here.author) == []


def test_a_script_is_told_in_json(here: Community) -> None:
    thread = here.post_thread(here.author)
    who, path = here.watcher, f"/p/{here.opening(thread)}/bookmark"
    data, headers = {"csrf_token": who.csrf_token}, {"Accept": "application/json"}
    assert who.client.post(path, data=data, headers=headers).json == {"bookmarked": True}


def test_what_one_may_not_see_is_neither_bookmarked_nor_listed_nor_counted(here: Community) -> None:
    hidden = here.post_thread(here.author, slug="reps")
    assert here.watcher.post(f"/p/{here.opening(hidden)}/bookmark").status_code == 404
    assert here.watcher.post("/p/77/unbookmark").status_code == 404
    seen = here.post_thread(here.author)
    read(here, here.watcher, seen)
    before = [here.watcher.get(path).text for path in ("/bookmarks", "/recent")]
    with here.app.app_context(), unit_of_work():
        shelf = shelf_of(here.watcher.id)
        keep(here.watcher.id, shelf.with_bookmark(here.opening(hidden)).with_read(hidden))
    assert [plain(here.watcher.get(path).text) for path in ("/bookmarks", "/recent")] == [plain(one) for one in before]
    with here.app.app_context():
        mine = everything_about(here.watcher.id)
    assert mine["bookmarks"] == []
    assert [row["thread_id"] for row in mine["recently_read"]] == [str(seen)]


def plain(page: str) -> str:
    """A page without what differs at every look."""
    return re.sub(r'(name="csrf_token" value|name="live-cursor" content)="[^"]+"', "", page)


def test_what_was_read_is_noted_the_last_first_until_it_is_switched_off(here: Community) -> None:
    threads = [here.post_thread(here.author, f"Thread number {number}") for number in range(3)]
    for thread in (*threads, threads[0]):
        here.reply(here.peer, thread)
        read(here, here.watcher, thread)
    assert recent(here.watcher) == [threads[0], threads[2], threads[1]]
    assert here.watcher.post("/recent", keep="0").status_code == 303
    assert recent(here.watcher) == []
    here.reply(here.peer, threads[1])
    read(here, here.watcher, threads[1])
    assert recent(here.watcher) == []
    here.watcher.post("/recent", keep="1")
    here.reply(here.peer, threads[1])
    read(here, here.watcher, threads[1])
    assert recent(here.watcher) == [threads[1]]


@pytest.mark.parametrize("said", [{}, {"keep": ""}, {"keep": "no"}])
def test_a_form_that_says_neither_on_nor_off_forgets_nothing(here: Community, said: dict[str, str]) -> None:
    thread = here.post_thread(here.author)
    read(here, here.watcher, thread)
    assert here.watcher.post("/recent", **said).status_code == 400
    assert recent(here.watcher) == [thread]


def test_reading_on_in_the_same_thread_writes_nothing_more(here: Community) -> None:
    thread = here.post_thread(here.author)
    read(here, here.watcher, thread)
    before = lockers(here)
    here.reply(here.peer, thread)
    read(here, here.watcher, thread)
    assert before
    assert lockers(here) == before


def test_reading_where_one_writes_under_a_pseudonym_changes_no_locker(here: Community) -> None:
    thread = here.post_thread(here.author, voice="pseudonym")
    read(here, here.author, here.post_thread(here.peer, "Another thread to read"))
    before = lockers(here)
    here.reply(here.peer, thread)
    read(here, here.author, thread)
    assert lockers(here) == before
    assert thread not in recent(here.author)
    assert "not noted" in here.author.get("/recent").text


def test_a_deleted_post_leaves_the_list(here: Community) -> None:
    thread = here.post_thread(here.author)
    reply = here.reply(here.peer, thread)
    here.watcher.post(f"/p/{reply}/bookmark")
    assert here.peer.post(f"/p/{reply}/delete").status_code == 303
    assert bookmarked(here.watcher) == []


def test_long_lists_are_paged_by_key_and_the_oldest_goes(here: Community) -> None:
    thread = here.post_thread(here.author)
    posts = [here.reply(here.peer, thread, f"Reply {number}") for number in range(THREADS_A_PAGE + 3)]
    with here.app.app_context(), unit_of_work():
        shelf = Shelf()
        for post in posts:
            shelf = shelf.with_bookmark(post)
        keep(here.watcher.id, shelf)
    assert bookmarked(here.watcher) == posts[::-1]
    full = Shelf()
    for number in range(1, MOST_BOOKMARKS + 2):
        full = full.with_bookmark(number).with_read(number)
    assert (len(full.bookmarks), full.bookmarks[0]) == (MOST_BOOKMARKS, MOST_BOOKMARKS + 1)
    assert len(full.recent) == MOST_RECENT


def test_whoever_loses_sight_of_a_thread_loses_it_here_too(here: Community) -> None:
    thread = here.post_thread(here.author)
    here.watcher.post(f"/p/{here.opening(thread)}/bookmark")
    read(here, here.watcher, thread)
    with here.app.app_context(), unit_of_work():
        db.session.execute(update(Thread).where(Thread.id == thread).values(network_id=here.reps))
    assert bookmarked(here.watcher) == recent(here.watcher) == []
