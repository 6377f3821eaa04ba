"""At a desk that others can see: what the tab says, the cover over a page that is left alone, and the quick way out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from knowledge_exchange.auth.desk import QUICK_EXIT_TO
from tests.support.demo import demo
from tests.support.pages import BRANCHED, ask

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

    from tests.support.databases import Templates
    from tests.support.servers import Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.databases("sqlite"),
    pytest.mark.usefixtures("database_kind"),
]

MEMBER, PEER = "member@demo.example", "peer@demo.example"
LIVE_MS = 20_000
SignIn = Callable[..., "Page"]

#: Whether the cover is all that can be touched, wherever one tries, and all that is read aloud.
_ALL_COVERED = """() => {
  const parts = [.01, .3, .5, .9, .99];
  const isCover = (across, down) =>
    document.elementFromPoint(innerWidth * across, innerHeight * down)?.closest('dialog.cover');
  return document.querySelector('dialog.cover').matches(':modal')
    && parts.every(across => parts.every(down => isCover(across, down)));
}"""


@pytest.fixture(scope="module")
def demo_server(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests of this file: each sets what it needs."""
    with demo(templates, tmp_path_factory.mktemp("desk")) as server:
        yield server


def choose(page: Page, *, everything: bool = True) -> None:
    page.goto("/settings/desk")
    for label in ("A neutral tab", "No titles in addresses or history", "A quick way out"):
        page.get_by_label(label, exact=True).set_checked(everything)
    page.get_by_label("Cover the page when I am away").select_option("1" if everything else "0")
    with page.expect_navigation():
        page.get_by_role("button", name="Save").click()
    page.locator(".flash", has_text="Saved").wait_for()


def reply(page: Page, path: str, text: str) -> None:
    page.goto(path)
    page.get_by_label("Your reply").fill(text)
    page.get_by_role("button", name="Post the reply").click()
    page.wait_for_url(re.compile(r"#p\d+$"))


def answer_for_the_weather(page: Page) -> list[str | None]:
    """Stand in for the page that the way out leads to; what it is told of where one came from."""
    told: list[str | None] = []

    def answer(route: Route) -> None:
        told.append(route.request.headers.get("referer"))
        route.fulfill(body="<!doctype html><title>Weather</title><h1>Rain</h1>", content_type="text/html")

    page.context.route(f"{QUICK_EXIT_TO}**", answer)
    return told


def test_a_page_left_alone_is_covered_and_three_escapes_lead_away(sign_in: SignIn, axe: Callable[[Page], None]) -> None:
    page = sign_in(MEMBER)
    told = answer_for_the_weather(page)
    choose(page)
    page.clock.install()
    page.goto("/n/north-west")
    page.get_by_role("link", name=re.compile(BRANCHED[1])).first.click()
    page.wait_for_url(re.compile(r"/t/\d+(\?[^/]*)?(#[^/]*)?$"))
    assert page.title() == "Notes"

    box, cover = page.get_by_label("Your reply"), page.get_by_role("dialog", name="This page is covered")
    axe(page)
    box.fill("Half a sentence")
    page.clock.fast_forward("01:01")
    expect(cover).to_be_visible()
    assert page.evaluate(_ALL_COVERED)
    page.keyboard.press("Escape")
    expect(cover).to_be_visible()
    cover.get_by_role("button", name="Show again").click()
    expect(cover).to_have_count(0)
    expect(box).to_have_value("Half a sentence")
    expect(box).to_be_focused()

    page.clock.fast_forward("00:03")  # the Escape of before is no longer one of three
    for _press in range(3):
        page.keyboard.press("Escape")
    page.wait_for_url(QUICK_EXIT_TO)
    assert told == [None]
    page.go_back()
    expect(cover).to_be_visible()
    assert page.url.endswith("/n/north-west")


def test_short_messages_name_nothing_and_none_is_shown_over_the_cover(
    sign_in: SignIn, axe: Callable[[Page], None]
) -> None:
    page, peer = sign_in(MEMBER), sign_in(PEER)
    choose(page, everything=False)
    ask(page, "Who sees this corner?")
    thread = page.url.partition("?")[0].partition("#")[0]
    choose(page)
    page.goto("/networks")
    reply(peer, thread, "Whoever walks past.")
    expect(page.locator(".toast")).to_have_text(re.compile("^Something new"), timeout=LIVE_MS)
    assert page.title() == "Notes"
    # As if the page had been left alone, and something had come meanwhile.
    page.evaluate("sessionStorage.setItem('ke-covered', '1')")
    page.reload()
    page.locator("dialog.cover[open]").wait_for()
    assert page.evaluate(_ALL_COVERED)
    axe(page)


def test_without_scripts_the_way_out_is_a_link_that_tells_nobody(sign_in: SignIn) -> None:
    page = sign_in(MEMBER, java_script_enabled=False)
    told = answer_for_the_weather(page)
    choose(page)
    page.get_by_role("link", name="Leave quickly").click()
    page.wait_for_url(QUICK_EXIT_TO)
    assert told == [None]
