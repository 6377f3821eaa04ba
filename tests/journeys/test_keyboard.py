"""The keyboard alone: menus, shortcuts, the focus, and the way to switch single letters off."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]

MEMBER = "member@demo.example"
SignIn = Callable[..., "Page"]


def open_thread(page: Page) -> None:
    page.goto("/n/north-west")
    page.get_by_role("link", name=re.compile("Two surgical divisions")).first.click()
    page.wait_for_function("() => document.documentElement.classList.contains('js')")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id"))


def test_escape_and_a_click_elsewhere_close_a_menu_and_the_focus_goes_back(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    menu = page.locator("details.me")
    menu.locator("summary").press("Enter")
    assert menu.get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert menu.locator("summary").evaluate("summary => summary === document.activeElement")
    menu.locator("summary").click()
    page.mouse.click(600, 700)
    assert menu.get_attribute("open") is None


def test_what_else_one_can_do_with_a_post_opens_beside_it(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    open_thread(page)
    more = page.locator(".talk [data-more]").first
    more.press("Enter")
    entry = page.locator(".menu-list--floating").get_by_role("link").first
    entry.wait_for()
    assert entry.evaluate("link => link === document.activeElement")
    page.keyboard.press("Escape")
    assert page.locator(".menu-list--floating").count() == 0
    assert more.evaluate("link => link === document.activeElement")


def test_letters_walk_through_the_posts_and_begin_a_reply(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    open_thread(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    second = focused(page)
    assert second == page.locator("article.post").nth(1).get_attribute("id")
    page.keyboard.press("k")
    assert focused(page) == page.locator("article.post").nth(0).get_attribute("id")
    page.keyboard.press("j")
    page.keyboard.press("r")
    assert focused(page) == "body"
    assert page.locator("[name=parent]").input_value() == second[1:]
    page.keyboard.type("jk?")
    assert page.locator("#body").input_value() == "jk?"


def test_the_list_of_shortcuts_can_switch_them_off(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    open_thread(page)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    assert focused(page) == ""
    page.keyboard.press("?")
    dialog.get_by_role("checkbox").check()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(re.compile(r":\d+/$"))


def test_a_folded_branch_stays_folded_and_opens_for_a_link_into_it(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    open_thread(page)
    branch = page.locator("details.branch").first
    inside = branch.locator("article.post").first.get_attribute("id") or ""
    branch.locator(":scope > summary").press("Enter")
    page.reload()
    page.wait_for_function("() => document.documentElement.classList.contains('js')")
    assert branch.get_attribute("open") is None
    page.evaluate("id => { location.hash = id }", inside)
    page.locator(f"#{inside}").wait_for()
    assert branch.get_attribute("open") is not None
