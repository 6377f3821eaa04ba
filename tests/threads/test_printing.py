"""A thread on paper, and the track beside it: every post, in order, for those who may see it."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest

from knowledge_exchange.auth.acting import acting
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.threads import actions, printing, queries
from knowledge_exchange.threads.actions import Text
from knowledge_exchange.threads.limits import POSTS_A_PAGE
from tests.support.community import Community
from tests.support.persons import Statements, visitor

#: A print's, the sign-in's included: the thread, its posts, the badge.
MOST_STATEMENTS = 5


def grow(here: Community, thread_id: int, replies: int) -> list[int]:
    """Add replies to the opening post; returns all posts of the thread."""
    me = acting(here.row(Member, here.peer.id))
    root = here.opening(thread_id)
    with here.app.test_request_context(), unit_of_work():
        thread, opening = queries.thread_visible_to(me, thread_id), queries.post_by_id(root)
        assert thread is not None
        assert opening is not None
        texts = [Text(f"Reply {number}", f"<p>Reply {number}</p>", ()) for number in range(replies)]
        return [root, *[actions.reply(me, thread, opening, text) for text in texts]]


def numbers(page: str) -> list[int]:
    return [int(one) for one in re.findall(r'class="printed__n">(\d+)<', page)]


def test_a_print_holds_every_post_in_order_and_costs_the_same_however_long_the_thread(here: Community) -> None:
    thread = here.post_thread(here.author)
    grow(here, thread, 3)
    with Statements(here.app) as few:
        assert numbers(here.watcher.get(f"/t/{thread}/print").text) == [1, 2, 3, 4]
    grow(here, thread, POSTS_A_PAGE * 2)
    with Statements(here.app) as many:
        page = here.watcher.get(f"/t/{thread}/print").text
    assert numbers(page) == list(range(1, POSTS_A_PAGE * 2 + 5))
    assert page.index("Reply 5") < page.index(f"Reply {POSTS_A_PAGE * 2 - 1}")
    assert len(few.sent) == len(many.sent) <= MOST_STATEMENTS


def test_a_very_long_thread_is_printed_in_parts_without_gap(here: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "MOST_POSTS", 4)
    thread = here.post_thread(here.author)
    grow(here, thread, 8)
    path, found = f"/t/{thread}/print", []
    while path:
        page = here.watcher.get(path).text
        found.append(numbers(page))
        further = re.search(r'rel="next" href="([^"]+)"', page)
        path = further.group(1) if further else ""
    assert found == [[1, 2, 3, 4], [5, 6, 7, 8], [9]]
    assert "Posts 5 to 8 of 9" in here.watcher.get(f"/t/{thread}/print?after={here.posts(thread)[3].id}").text


def test_one_document_holds_at_least_one_post_however_long(here: Community, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "MOST_CHARS", 1)
    thread = here.post_thread(here.author)
    grow(here, thread, 2)
    assert numbers(here.watcher.get(f"/t/{thread}/print").text) == [1]


def test_a_print_names_voices_alone_and_nobody_else_gets_it(here: Community) -> None:
    thread = here.post_thread(here.author, "Who has stood here before?", voice="pseudonym")
    reply = here.reply(here.peer, thread, "I have.")
    here.reply(here.author, thread, "Thank you.", parent=str(reply))
    page = here.peer.get(f"/t/{thread}/print").text
    pseudonym = re.search(r'printed__n">1</span> (.+?)\s*\(pseudonym\)', page)
    assert pseudonym is not None
    assert page.count(f"{pseudonym.group(1)} (pseudonym)") == 2
    assert here.author.name not in page
    assert "in reply to 2" in page
    assert here.watcher.name not in re.sub(
        r"(?s)<header class=\"top\">.*?</header>", "", here.watcher.get(f"/t/{thread}/print").text
    )
    assert here.outsider.get(f"/t/{thread}/print").status_code == 404
    assert visitor(here.app).get(f"/t/{thread}/print").status_code == 302


def test_what_was_deleted_is_not_printed(here: Community) -> None:
    thread = here.post_thread(here.author)
    reply = here.reply(here.peer, thread, "Better unsaid.")
    here.reply(here.author, thread, "Pardon?", parent=str(reply))
    assert here.peer.post(f"/p/{reply}/delete").status_code == 303
    page = here.watcher.get(f"/t/{thread}/print").text
    assert "Better unsaid." not in page
    assert "Taken away by its author." in page


def test_the_track_leads_to_the_so_manieth_post_on_its_page(here: Community) -> None:
    thread = here.post_thread(here.author)
    ids = grow(here, thread, POSTS_A_PAGE + 5)
    place = POSTS_A_PAGE + 3
    led = here.watcher.get(f"/t/{thread}?at={place}")
    assert led.location.endswith(f"?after={ids[POSTS_A_PAGE - 1]}#p{ids[place - 1]}")
    assert here.watcher.get(f"/t/{thread}?at=1").location.endswith(f"#p{ids[0]}")
    for nonsense in ("0", "x", "99999999999999999999", str(len(ids) + 1)):
        assert "#" not in here.watcher.get(f"/t/{thread}?at={nonsense}").location


def test_a_shared_link_says_nothing_to_outsiders_nor_to_what_unfolds_links(here: Community) -> None:
    thread = here.post_thread(here.author, "A title that says too much")
    links = {f"/p/{here.opening(thread)}": "/p/4711", f"/t/{thread}": "/t/4711", f"/t/{thread}/print": "/t/4711/print"}
    robot = {"User-Agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"}
    for real, made_up in links.items():
        for headers in ({}, robot):
            there, nowhere = (
                visitor(here.app).get(path, headers=headers, follow_redirects=True) for path in (real, made_up)
            )
            assert there.status_code == nowhere.status_code == 200
            assert "A title that says too much" not in there.text
            assert "og:" not in there.text
            assert plain(there.text, real) == plain(nowhere.text, made_up)
        assert here.outsider.get(real).status_code == here.outsider.get(made_up).status_code == 404


def plain(page: str, path: str) -> str:
    """A sign-in page without where it leads, and without its form's token."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page.replace(path, "").replace(quote(path, safe=""), ""))
