"""The page of notifications: kept for all in its frame, its rows and forms each reader's own."""

from __future__ import annotations

import re
from datetime import timedelta

from knowledge_exchange.core import clock
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.notifications.actions import tell_member
from tests.support.community import Community
from tests.support.persons import Person


def headings(page: str) -> list[str]:
    """The days and the titles below them, in their order."""
    return re.findall(r'<h(?:2 class="day"|3 class="row__title")>(?:<a [^>]*>)?([^<]*)<', page)


def tokens(page: str) -> set[str]:
    """The tokens in the forms of a page's main part."""
    return set(re.findall(r'name="csrf_token" value="([^"]*)"', page.partition("<main")[2]))


def works(who: Person, token: str) -> bool:
    """Whether a form with that token is taken from somebody."""
    return who.client.post("/notifications/read", data={"csrf_token": token}).status_code == 303


def test_entries_stand_under_their_days(here: Community) -> None:
    begun = clock.now()
    for days, title in ((30, "A rota of old"), (3, "A rota of the week"), (1, "One of yesterday"), (0, "One of today")):
        with clock.held(begun - timedelta(days=days)):
            here.reply(here.peer, here.post_thread(here.author, title=title))
    page = here.author.get("/notifications").text
    told = [re.sub(r".*“|”.*", "", text) for text in headings(page)]
    spans = ["Today", "Yesterday", "The last seven days", "Earlier"]
    assert told[::2] == spans
    assert told[1::2] == ["One of today", "One of yesterday", "A rota of the week", "A rota of old"]
    assert page.count('<ol class="list">') == len(spans)


def test_each_reader_gets_forms_that_are_good_for_them(here: Community) -> None:
    readers = (here.author, here.watcher)
    for who in readers:
        here.reply(here.peer, here.post_thread(who))
        with here.app.app_context(), unit_of_work():
            tell_member(who.id, "network_request", "You are now in.", "/n/north-west", network_id=here.north_west)
    for who in readers:
        with who.client.session_transaction() as session:
            session["csrf_token"] = f"the token of {who.name}"
    for who in readers:
        found = tokens(who.get("/notifications").text)
        assert found
        assert all(works(who, token) for token in found)


def test_what_one_reader_is_told_stands_in_nobody_elses_page(here: Community) -> None:
    here.reply(here.peer, here.post_thread(here.author, title="Only the author's"))
    assert "Only the author" in here.author.get("/notifications").text
    page = here.watcher.get("/notifications").text
    assert "Only the author" not in page
    assert "Nothing yet" in page


def test_the_frame_knows_whether_anything_is_unread(here: Community) -> None:
    here.reply(here.peer, here.post_thread(here.author))
    unread = here.author.get("/notifications").text
    here.author.post("/notifications/read")
    read = here.author.get("/notifications").text
    assert 'action="/notifications/read"' in unread
    assert 'action="/notifications/read"' not in read
    assert "row--read" in read
    assert "<title>(1) " in unread
    assert "<title>Notifications" in read


def test_a_row_that_is_kept_is_set_again_when_its_text_has_been_read(here: Community) -> None:
    thread_id = here.post_thread(here.author)
    here.reply(here.peer, thread_id)
    last = here.reply(here.peer, thread_id)
    for _time in range(2):
        assert "2 new:" in here.author.get("/notifications").text
    here.author.post(f"/t/{thread_id}/read", post=str(last))
    assert "new:" not in here.author.get("/notifications").text


def test_everybody_can_join_an_open_network_from_its_kept_page(here: Community) -> None:
    for who in (here.peer, here.watcher):
        with who.client.session_transaction() as session:
            session["csrf_token"] = f"the token of {who.name}"
        found = tokens(who.get("/n/national").text)
        assert found
        assert all(works(who, token) for token in found)
