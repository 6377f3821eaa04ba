"""A discarded draft comes back by one press, in a real browser: in its form, after a reload, and without scripts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.journeys.test_drafts import MEMBER, NEW, box, is_on_server, stands
from tests.support.demo import demo
from tests.support.pages import ask

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.support.databases import Templates
    from tests.support.servers import Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.databases("sqlite"),
    pytest.mark.usefixtures("database_kind"),
]

SignIn = Callable[..., "Page"]


@pytest.fixture(scope="module")
def demo_server(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests of this file."""
    with demo(templates, tmp_path_factory.mktemp("undo")) as server:
        yield server


def test_started_afresh_by_mistake_the_text_is_back_by_one_press_also_after_a_reload(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    ask(page, "Does a text that was thrown away come back?")
    thread = page.url.split("#")[0].split("?")[0]
    page.goto(thread)
    box(page).fill("Half an hour of thinking.")
    is_on_server(page)
    page.goto(thread)
    stands(page, "Half an hour of thinking.")
    box(page).press_sequentially(" And a last word.", delay=5)
    page.get_by_role("button", name="Start afresh").click()
    stands(page, "")
    page.get_by_role("button", name="Undo").click()
    stands(page, "Half an hour of thinking. And a last word.")
    # Once more, and the page is loaded anew in between.
    page.get_by_role("button", name="Start afresh").click()
    page.get_by_role("button", name="Undo").wait_for()
    page.reload()
    box(page).scroll_into_view_if_needed()
    page.get_by_role("button", name="Undo").click()
    stands(page, "Half an hour of thinking. And a last word.")
    # And what is begun meanwhile is not written over.
    page.get_by_role("button", name="Start afresh").click()
    page.get_by_role("button", name="Undo").wait_for()
    box(page).fill("Begun meanwhile.")
    is_on_server(page)
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Another text of yours").wait_for()
    assert box(page).input_value() == "Begun meanwhile."
    page.goto("/drafts")
    texts = page.locator(".draft .as-typed").all_inner_texts()
    assert texts == ["Begun meanwhile.", "Half an hour of thinking. And a last word."]


def test_without_scripts_the_form_and_the_list_give_the_way_back(sign_in: SignIn) -> None:
    page = sign_in(MEMBER, java_script_enabled=False)
    page.goto(NEW)
    box(page).fill("Kept by a button.")
    page.get_by_role("button", name="Save as draft").click()
    page.goto(NEW)
    page.get_by_role("button", name="Start afresh").click()
    assert box(page).input_value() == ""
    page.get_by_role("button", name="Undo").click()
    page.get_by_text("Your draft is back").wait_for()
    draft = page.locator(".draft", has_text="Kept by a button.")
    draft.get_by_role("button", name="Discard").click()
    page.reload()
    page.get_by_role("button", name="Undo").click()
    draft.get_by_role("link", name="Continue").click()
    assert box(page).input_value() == "Kept by a button."
