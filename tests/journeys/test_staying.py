"""Reading in a thread for a while: it is tracked from then on, and the page says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]

#: Of assets/js/staying.js: so long before it counts, and how often it looks.
STAY_S, BEAT_S = 120, 5
SignIn = Callable[..., "Page"]


def open_a_thread_that_nobody_follows(page: Page) -> None:
    """One of an open network that the member has no place in; the page's clock stands still."""
    page.clock.install()
    page.goto("/n/operations-managers")
    page.get_by_role("link", name=re.compile("Surgeons")).first.click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    page.wait_for_function("() => document.documentElement.classList.contains('js')")


def level(page: Page) -> str:
    return page.locator("#watch summary").inner_text().strip()


def read_for(page: Page, seconds: int) -> None:
    """Time goes by, and the reader moves now and then."""
    for _beat in range(seconds // BEAT_S):
        page.mouse.wheel(0, 1)
        page.evaluate("() => dispatchEvent(new Event('scroll'))")
        page.clock.fast_forward(BEAT_S * 1000)


def test_a_thread_that_is_read_for_a_while_is_tracked(sign_in: SignIn) -> None:
    page = sign_in("outsider@demo.example")
    open_a_thread_that_nobody_follows(page)
    assert level(page).startswith("Normal")
    read_for(page, STAY_S - 2 * BEAT_S)
    assert level(page).startswith("Normal")
    with page.expect_response(re.compile(r"/t/\d+/stayed$")) as told:
        read_for(page, 4 * BEAT_S)
    assert told.value.ok
    page.locator("#watch summary", has_text="Tracking").wait_for()
    assert page.locator("#watch [aria-current]").get_attribute("value") == "tracking"
    page.reload()
    assert level(page).startswith("Tracking")


def test_a_page_that_was_left_open_is_not_read(sign_in: SignIn) -> None:
    page = sign_in("admin@demo.example")
    open_a_thread_that_nobody_follows(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for _beat in range(3 * STAY_S // BEAT_S):
        page.clock.fast_forward(BEAT_S * 1000)
    page.reload()
    assert level(page).startswith("Normal")
    assert [url for url in asked if url.endswith("/stayed")] == []
