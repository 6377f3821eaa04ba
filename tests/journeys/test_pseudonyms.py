"""Asking under a pseudonym, hidden from one's own trust, in real browsers: a peer hears of it, a colleague never."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.server]

MEMBER, PEER, COLLEAGUE = "member@demo.example", "peer@demo.example", "colleague@demo.example"
MY_NAME = "Nasreen Holroyd"
TITLE = "They want my post gone by the spring: what do I ask for first?"
SignIn = Callable[..., "Page"]
_COUNT = "document.querySelector('.top [data-unread-count]').dataset.unreadCount"
PATIENCE_MS = 20_000


def watch_the_network(page: Page) -> int:
    """Be told of every thread of North West; returns the number on the badge, on a page that is left open."""
    page.goto("/n/north-west")
    page.locator("#watch summary").click()
    page.get_by_role("button", name=re.compile("^Watching")).click()
    page.wait_for_load_state()
    page.goto("/notifications")
    page.wait_for_function("() => document.documentElement.classList.contains('js')")
    return int(page.evaluate(f"Number({_COUNT})"))


def ask_by_keyboard(page: Page) -> str:
    """Fill the form of a thread and choose the pseudonym without a mouse; returns the thread's path."""
    page.goto("/n/north-west/new")
    page.wait_for_function("() => document.documentElement.classList.contains('js')")
    page.get_by_label("Title").fill(TITLE)
    page.locator("#body").fill("There is to be a new structure, and mine is the one box that has no line to it.")
    shield = page.get_by_role("checkbox", name=re.compile("^Hide it from people at"))
    assert not shield.is_checked()
    page.get_by_role("radio", name=re.compile(MY_NAME)).focus()
    page.keyboard.press("ArrowDown")
    assert page.get_by_role("radio", name=re.compile("^A pseudonym")).is_checked()
    assert shield.is_checked()
    page.keyboard.press("Tab")
    assert shield.evaluate("box => box === document.activeElement")
    page.get_by_role("button", name="Post the problem").press("Enter")
    page.wait_for_url(re.compile(r"/t/\d+/"), timeout=PATIENCE_MS)
    return re.sub(r"^https?://[^/]+", "", page.url).partition("?")[0]


def wait_for_more(page: Page, than: int) -> None:
    page.wait_for_function(f"n => Number({_COUNT}) > n", arg=than, timeout=PATIENCE_MS)


def test_a_pseudonymous_thread_reaches_a_peer_live_and_never_a_colleague(sign_in: SignIn) -> None:
    author, peer, colleague = sign_in(MEMBER), sign_in(PEER), sign_in(COLLEAGUE)
    peers, colleagues = watch_the_network(peer), watch_the_network(colleague)
    path = ask_by_keyboard(author)
    name = author.locator(".ask .by b").inner_text()
    assert name != MY_NAME
    assert author.locator(".ask .by").get_by_text("pseudonym", exact=True).is_visible()

    # The peer is told while another page is open, and by the pseudonym.
    wait_for_more(peer, peers)
    peer.goto("/notifications")
    peer.get_by_text(f"{name} started “{TITLE}”").first.wait_for()
    peer.goto(path)
    assert MY_NAME not in peer.locator("main").inner_text()

    # The colleague, who watches the same network, was told nothing, and finds nothing.
    assert int(colleague.evaluate(f"Number({_COUNT})")) == colleagues
    colleague.goto("/n/north-west")
    assert TITLE not in colleague.locator("main").inner_text()
    answer = colleague.goto(path)
    assert answer is not None
    assert answer.status == 404

    # The answer reaches the badge of the author, who is elsewhere by now.
    author.goto("/networks")
    author.wait_for_function("() => document.documentElement.classList.contains('js')")
    mine = int(author.evaluate(f"Number({_COUNT})"))
    peer.get_by_label("Your reply").fill("For the job description of every box that stays.")
    peer.get_by_role("button", name="Post the reply").click()
    peer.wait_for_url(re.compile(r"#p\d+$"), timeout=PATIENCE_MS)
    wait_for_more(author, mine)
    author.goto("/me/pseudonyms")
    author.get_by_role("listitem").filter(has_text=TITLE).get_by_text("1 new").wait_for()
