"""The main job, as two people do it in two real browsers: ask, answer, hear of it, accept."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.server]

MEMBER, PEER, OUTSIDER = "member@demo.example", "peer@demo.example", "outsider@demo.example"
TITLE = "Who signs the rota when both deputies are away?"
SignIn = Callable[..., "Page"]


def ask(page: Page, title: str = TITLE) -> str:
    """Post a problem in North West by the page's own buttons; returns the thread's path."""
    page.goto("/n/north-west")
    page.get_by_role("main").get_by_role("link", name="Ask a problem").first.click()
    page.get_by_label("Title").fill(title)
    page.get_by_role("textbox", name=re.compile("What has happened")).fill("Both are on leave in **week 51**.")
    page.get_by_role("button", name="Post the problem").click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    return re.sub(r"^https?://[^/]+", "", page.url).partition("?")[0]


def unread(page: Page) -> int:
    """The number on the badge of the top bar."""
    return int(page.locator(".top [data-unread-count]").get_attribute("data-unread-count") or 0)


def test_a_problem_is_answered_live_and_the_answer_accepted(sign_in: SignIn) -> None:
    author, peer = sign_in(MEMBER), sign_in(PEER)
    path = ask(author)
    before = unread(author)
    second_tab = author.context.new_page()
    second_tab.goto("/")

    peer.goto("/")
    peer.get_by_role("link", name=TITLE).first.click()
    peer.wait_for_url(f"**{path}*")
    peer.get_by_label("Your reply").fill("The *site manager* does, by the scheme of delegation.")
    peer.get_by_role("button", name="Post the reply").click()
    peer.wait_for_url(re.compile(r"#p\d+$"))

    # Live, without reloading: the reply stands in the author's open page; the other tab counts it.
    reply = author.locator(".talk article.post", has_text="by the scheme of delegation")
    reply.wait_for(state="attached", timeout=10_000)
    second_tab.wait_for_function(
        "n => Number(document.querySelector('.top [data-unread-count]').dataset.unreadCount) > n", arg=before
    )
    toast = second_tab.locator("[data-toasts]")
    toast.get_by_text(TITLE).wait_for()

    # Reading it on one tab clears the badge on both.
    reply.scroll_into_view_if_needed()
    for page in (author, second_tab):
        page.wait_for_function(
            "n => Number(document.querySelector('.top [data-unread-count]').dataset.unreadCount) === n",
            arg=before,
            timeout=15_000,
        )

    reply.get_by_role("button", name="Accept as the answer").click()
    author.get_by_role("heading", name="Accepted answer").wait_for()
    peer.locator("article.post--answer").wait_for(timeout=10_000)


def test_the_same_without_a_script(sign_in: SignIn) -> None:
    author = sign_in(MEMBER, java_script_enabled=False)
    peer = sign_in(PEER, java_script_enabled=False)
    path = ask(author)
    before = unread(author)
    peer.goto(path)
    peer.get_by_label("Your reply").fill("The site manager does.")
    peer.get_by_role("button", name="Post the reply").click()
    author.goto("/notifications")
    assert unread(author) == before + 1
    author.get_by_role("link", name=re.compile("answered you in")).first.click()
    author.wait_for_url(re.compile(r"#p\d+$"))
    author.get_by_role("button", name="Mark as read to here").click()
    assert unread(author) == before
    author.get_by_role("button", name="Accept as the answer").click()
    author.get_by_role("heading", name="Accepted answer").wait_for()


def test_nobody_else_sees_anything_of_it(sign_in: SignIn) -> None:
    path = ask(sign_in(MEMBER))
    for who in (None, "pending@demo.example", OUTSIDER):
        stranger = sign_in(who)
        for address in (path, "/n/north-west", "/") if who == OUTSIDER else (path,):
            stranger.goto(address)
            assert TITLE not in stranger.content()
