"""A thread that grows while it is read.

Nothing that is read moves, nothing is lost, and what stands there is what a fresh page shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]

MEMBER, PEER = "member@demo.example", "peer@demo.example"
LONG_THREAD = "Two surgical divisions become one in ten weeks"
STILL_PX = 2
SignIn = Callable[..., "Page"]


def open_long_thread(page: Page) -> None:
    page.goto("/n/north-west")
    page.get_by_role("link", name=re.compile(LONG_THREAD)).first.click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    # It opens where the reader left off; these tests begin at the beginning.
    page.goto(re.sub(r"[?#].*", "", page.url))
    page.wait_for_function("() => document.documentElement.classList.contains('js')")


def posts(page: Page) -> Locator:
    return page.locator(".talk article.post")


def answer(page: Page, post_id: str, text: str) -> None:
    """Reply to a post as a person does, and come to the page after it."""
    page.locator(f"#{post_id} [data-reply]").click()
    page.get_by_label("Your reply").fill(text)
    before = page.url  # may end with a post already
    page.get_by_role("button", name="Post the reply").click()
    page.wait_for_url(lambda url: url != before and re.search(r"#p\d+$", url) is not None)


def ids(page: Page) -> list[str]:
    return list(page.locator("article.post").evaluate_all("all => all.map(post => post.id)"))


def depths(page: Page) -> list[int]:
    """In how many lists each reply stands."""
    return list(
        page.locator("li[data-post]").evaluate_all(
            """all => all.map(item => {
              let lists = 0;
              for (let list = item.closest('ol'); list; list = list.parentElement.closest('ol')) lists += 1;
              return lists;
            })"""
        )
    )


def top_of(post: Locator) -> float:
    return float(post.evaluate("post => post.getBoundingClientRect().top"))


def test_a_reply_above_what_is_read_moves_nothing_and_a_pill_leads_to_it(sign_in: SignIn) -> None:
    reader, writer = sign_in(MEMBER), sign_in(PEER)
    open_long_thread(reader)
    open_long_thread(writer)
    far_down = reader.locator(f"#{posts(reader).nth(15).get_attribute('id')}")
    far_down.evaluate("post => post.scrollIntoView({block: 'center'})")
    before = top_of(far_down)

    answer(writer, posts(writer).nth(1).get_attribute("id") or "", "Said far above.")
    new = posts(reader).filter(has_text="Said far above.")
    new.wait_for(state="attached", timeout=10_000)
    assert abs(top_of(far_down) - before) <= STILL_PX

    reader.get_by_role("button", name="1 new reply").click()
    assert new.evaluate("post => post === document.activeElement")
    assert 0 <= top_of(new) < 800


def test_a_reply_that_would_push_what_is_read_waits_behind_the_pill(sign_in: SignIn) -> None:
    reader, writer = sign_in(MEMBER), sign_in(PEER)
    open_long_thread(reader)
    open_long_thread(writer)
    read = posts(reader).nth(8)
    read.evaluate("post => post.scrollIntoView({block: 'center'})")

    answer(writer, read.get_attribute("id") or "", "Said right here.")
    pill = reader.get_by_role("button", name="1 new reply")
    pill.wait_for(timeout=10_000)
    new = posts(reader).filter(has_text="Said right here.")
    assert new.count() == 0
    pill.click()
    new.wait_for()
    assert pill.is_hidden()


def test_the_live_page_stands_as_a_fresh_one_does_at_every_depth(sign_in: SignIn) -> None:
    reader, writer = sign_in(MEMBER), sign_in(PEER)
    reader.goto("/n/north-west/new")
    reader.get_by_label("Title").fill("How deep can a talk go?")
    reader.get_by_role("textbox", name=re.compile("What has happened")).fill("Let us see.")
    reader.get_by_role("button", name="Post the problem").click()
    reader.wait_for_url(re.compile(r"/t/\d+/"))
    writer.goto(reader.url)
    target = writer.locator(".ask").get_attribute("id") or ""
    made: list[str] = []
    # A chain deeper than the markup nests, and replies to posts in the middle of it.
    for parent in (None, 0, 1, 2, 3, 4, 5, 4, 2, 5, None):
        answer(writer, target if parent is None else made[parent], f"Reply number {len(made)}")
        made.append(re.search(r"#(p\d+)$", writer.url)[1])  # type: ignore[index]
    for post_id in made:
        reader.locator(f"#{post_id}").wait_for(state="attached", timeout=10_000)
    live = ids(reader)
    live_depths = depths(reader)
    assert reader.locator("[data-reply-count]").inner_text() == f"{len(made)} replies"
    reader.reload()
    assert ids(reader) == live
    assert depths(reader) == live_depths


def test_what_came_while_the_line_was_down_is_there_when_it_is_back(sign_in: SignIn) -> None:
    reader, writer = sign_in(MEMBER), sign_in(PEER)
    open_long_thread(reader)
    open_long_thread(writer)
    reader.wait_for_timeout(1000)
    reader.context.set_offline(True)
    answer(writer, posts(writer).nth(0).get_attribute("id") or "", "Said while you were away.")
    reader.wait_for_timeout(1000)
    reader.context.set_offline(False)
    found = posts(reader).filter(has_text="Said while you were away.")
    pill = reader.locator(".pill--live")
    for _ in range(60):
        if found.count() or pill.is_visible():
            break
        reader.wait_for_timeout(500)
    if not found.count():
        pill.click()
    assert found.count() == 1


def test_where_sockets_are_blocked_replies_come_by_asking(sign_in: SignIn) -> None:
    reader, writer = sign_in(MEMBER), sign_in(PEER)
    reader.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    open_long_thread(reader)
    open_long_thread(writer)
    answer(writer, posts(writer).nth(1).get_attribute("id") or "", "Said without a socket.")
    reader.wait_for_function(
        "() => [...document.querySelectorAll('.talk .post')].some(p => p.textContent.includes('without a socket'))"
        " || !document.querySelector('.pill--live').hidden",
        timeout=60_000,
    )


def test_signing_out_elsewhere_is_told_and_takes_the_page_away(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    elsewhere = page.context.new_page()
    elsewhere.goto("/me")
    open_long_thread(page)
    page.wait_for_timeout(1000)
    elsewhere.get_by_role("button", name="Sign out here").click()
    page.get_by_role("dialog").wait_for(timeout=10_000)
    page.get_by_role("link", name="Go on").click()
    page.wait_for_url(re.compile("/sign-in"))


def test_what_is_read_on_one_tab_is_read_on_the_other(sign_in: SignIn) -> None:
    one = sign_in(MEMBER)
    other = one.context.new_page()
    other.goto("/")
    assert re.match(r"\(\d+\) ", other.title())
    one.goto("/notifications")
    one.get_by_role("button", name="Mark all as read").press("Enter")
    one.get_by_role("button", name="Mark all as read").wait_for(state="detached")
    other.wait_for_function("() => document.querySelector('.top [data-unread-count]').dataset.unreadCount === '0'")
    assert other.locator(".top [data-unread-count]").is_hidden()
    assert not other.title().startswith("(")
