"""The guard in a real browser: shown above the button, one press to mask, undone again, then posted."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.support.accessibility import assert_accessible

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.support.servers import Server

# What the database has to do with it, the tests of the routes try on both.
pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]
PATIENCE_MS = 20_000
TEXT = "Janet is off. Her number is 943 476 5919, dob 12/03/1958."


def test_what_is_found_is_masked_in_the_page_undone_and_posted(
    demo_server: Server, open_window: Callable[..., BrowserContext]
) -> None:
    page = open_window(base_url=demo_server.url).new_page()
    page.set_default_timeout(PATIENCE_MS)
    sign_in(page)
    page.goto("/n/north-west/new")
    page.wait_for_function("() => document.documentElement.classList.contains('js')")
    page.get_by_label("Title").fill("Who may see the reasons for absence?")
    body = page.locator("#body")
    body.fill(TEXT)
    page.get_by_role("button", name="Post the problem").click()
    panel = page.locator("[data-guard-panel]")
    panel.get_by_text("This may identify a patient").wait_for()
    page.wait_for_function("() => document.activeElement.id === 'guard'")
    assert_accessible(page)

    panel.get_by_role("button", name="Replace it with [NHS number]").click()
    panel.get_by_text("One place is masked").wait_for()
    assert body.input_value() == TEXT.replace("943 476 5919", "[NHS number]")
    panel.get_by_role("button", name="Undo the masks").click()
    panel.get_by_text("943 476 5919").first.wait_for()
    assert body.input_value() == TEXT

    panel.get_by_role("button", name="Mask all of it").click()
    panel.get_by_text("3 places are masked").wait_for()
    assert body.input_value() == "[name] is off. Her number is [NHS number], dob [date of birth]."
    page.get_by_role("button", name="Post the problem").click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    page.get_by_text("[name] is off.").first.wait_for()


def sign_in(page: Page) -> None:
    """As a member of the demo."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill("member@demo.example")
    page.get_by_label("Password", exact=True).fill("demo-Knowledge-1")
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(lambda address: "/sign-in" not in address)
