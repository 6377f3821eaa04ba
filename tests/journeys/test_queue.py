"""A moderator on a phone clears a queue of thirty mixed cases without leaving the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from knowledge_exchange.auth.passwords import hash_password
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks import requests
from tests.support import queues
from tests.support.persons import person

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import BrowserContext, Page

    from tests.support.servers import Server

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SLUG = "north-west"
EMAIL, PASSWORD = "moderator@people.example", "three-lamps-on-a-landing"
CASES = 30


def fill(app: Flask) -> None:
    """Reports of posts under a name and under a pseudonym, posts that are held, people at the door: thirty in all."""
    keeper = person(app, "Mo Keeper", email=EMAIL)
    with app.app_context():
        hashed = hash_password(PASSWORD)
        with unit_of_work():
            network = networks.create_network(SLUG, "North West", kind="regional", visibility="closed").id
            networks.set_role(keeper.id, network, "moderator")
            queues.row_of(keeper.id).password_hash = hashed
            _put_cases(network)


def _put_cases(network: int) -> None:
    author, reporter = queues.newcomer("Ana Writer"), queues.newcomer("Rob Reader")
    for one in (author, reporter):
        networks.add_member(one, network, origin="approved")
    for number in range(CASES // 6):
        for pseudonym in (False, True, True):
            title = f"Rota {number} {'under an alias' if pseudonym else 'by name'}"
            _thread, post = queues.started(author, network, title, pseudonym=pseudonym)
            queues.reported(reporter, post, note="Look at this.")
        queues.held(author, network, SLUG, f"May this be said, {number}?")
        for name in ("Guest", "Visitor"):
            requests.ask_to_join(queues.newcomer(f"{name} {number}"), network, "Hello.")


@pytest.fixture
def open_queue(
    app: Flask, serve: Callable[..., Server], open_window: Callable[..., BrowserContext]
) -> Callable[..., Page]:
    """`open_queue(**options)`: the moderator's queue in a window of their own."""
    fill(app)
    url = serve().url

    def open_one(**options: object) -> Page:
        page = open_window(base_url=url, **options).new_page()
        page.goto("/sign-in?next=/moderation")
        page.fill("main input[name=email]", EMAIL)
        page.fill("main input[name=password]", PASSWORD)
        page.click("main form button[type=submit]")
        page.wait_for_url("**/moderation")
        return page

    return open_one


def test_thirty_mixed_cases_are_cleared_on_a_phone_without_leaving_the_page(open_queue: Callable[..., Page]) -> None:
    page, desk = open_queue(**PHONE), open_queue()
    heading, now = page.locator("[data-heading]"), page.locator(".case:not([hidden])").first
    expect(heading).to_have_text("30 things to decide")
    page.evaluate("window.sameDocument = true")

    first = now.get_attribute("data-item")
    now.get_by_role("button", name="Keep it").tap()
    expect(page.locator("[data-queue-said]")).to_contain_text("Kept:")
    expect(page.locator(".case h2:focus")).to_have_count(1)
    page.locator("[data-queue-said] [data-undo] button").tap()
    expect(heading).to_have_text("30 things to decide")
    expect(page.locator(".case:has(h2:focus)")).to_have_attribute("data-item", first or "")

    for left in range(CASES, 0, -1):
        decide(page, refuse=left % 2 == 0)
        expect(heading).to_have_text(said(left - 1))
    expect(page.get_by_role("heading", name="Nothing waits for you")).to_be_visible()
    assert page.evaluate("window.sameDocument") is True
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["viewport"]["width"]  # type: ignore[index]

    # The other window was open all the time, and says so by itself.
    expect(desk.locator("[data-heading]")).to_have_text("Nothing to decide", timeout=20_000)
    expect(desk.locator(".top [data-waiting]")).to_be_hidden()
    keys(page)
    expect(desk.locator("[data-heading]")).to_have_text("One thing to decide", timeout=20_000)


def decide(page: Page, *, refuse: bool) -> None:
    """Decide what comes first, by its kind."""
    card = page.locator(".case:not([hidden])").first
    if card.get_by_role("button", name="Keep it").count():
        card.get_by_role("button", name="Keep it").tap()
    elif card.get_by_role("button", name="Publish it").count():
        card.get_by_role("button", name="Publish it").tap()
    elif refuse:
        card.get_by_role("button", name="Refuse").tap()
        card.get_by_label("In your own words").fill("Please ask your own region.")
        card.locator("[data-send]").tap()
    else:
        card.get_by_role("button", name="Let in").tap()


def keys(page: Page) -> None:
    """With nothing but keys: take the last decision back, write a note that no key disturbs, and look around."""
    page.keyboard.press("u")
    expect(page.locator(".case")).to_have_count(1)
    page.keyboard.press("j")
    page.keyboard.press("2" if page.get_by_role("button", name="Refuse").count() else "n")
    typed = page.locator("textarea:visible").first
    typed.focus()
    page.keyboard.type("1 j u 2")
    expect(typed).to_have_value("1 j u 2")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("undo the last decision")
    page.keyboard.press("Escape")
    expect(page.locator("[data-heading]")).to_have_text("One thing to decide")


def said(left: int) -> str:
    """The heading for so many."""
    words = [
        "Nothing",
        "One",
        "Two",
        "Three",
        "Four",
        "Five",
        "Six",
        "Seven",
        "Eight",
        "Nine",
        "Ten",
        "Eleven",
        "Twelve",
    ]
    number = words[left] if left < len(words) else str(left)
    return f"{number} to decide" if left == 0 else f"{number} thing{'s' if left > 1 else ''} to decide"
