"""The keyboard alone: menus, shortcuts, the focus, and the way to switch single letters off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.demo import demo
from tests.support.pages import LONGEST, ask
from tests.support.pages import open_thread as go_to

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

MEMBER, PEER = "member@demo.example", "peer@demo.example"
SignIn = Callable[..., "Page"]


@pytest.fixture(scope="module")
def demo_server(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests of this file: each works in a thread of its own, or changes nothing."""
    with demo(templates, tmp_path_factory.mktemp("keyboard")) as server:
        yield server


def open_thread(page: Page) -> None:
    page.goto("/n/north-west")
    page.get_by_role("link", name=re.compile("Two surgical divisions")).first.click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    # It opens where the reader left off; these tests begin at the beginning.
    page.goto(re.sub(r"[?#].*", "", page.url))
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
    # The browser says that it folded a moment after it did; until then there is nothing to remember.
    page.wait_for_function("() => Object.keys(sessionStorage).some(key => key.startsWith('ke-folds:'))")
    page.reload()
    page.wait_for_function("() => document.documentElement.classList.contains('js')")
    expect(branch).not_to_have_attribute("open", re.compile(".*"))
    page.evaluate("id => { location.hash = id }", inside)
    expect(branch).to_have_attribute("open", "")
    expect(page.locator(f"#{inside}")).to_be_visible()


def holds_focus(page: Page, selector: str) -> bool:
    """Whether the focus is on such an element, or within one."""
    return bool(page.evaluate("selector => document.activeElement.closest(selector) !== null", selector))


def reply(page: Page, text: str) -> str:
    """Reply to the question by the keyboard; returns the post's id in the page."""
    page.keyboard.press("r")
    page.keyboard.type(text)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"#p\d+$"))
    return page.url.partition("#")[2]


def test_the_first_stop_of_every_page_leads_past_the_top_bar(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    for path in ("/", "/networks", "/notifications", "/me"):
        page.goto(path)
        page.keyboard.press("Tab")
        skip = page.get_by_role("link", name="Skip to the content")
        assert skip.evaluate("link => link === document.activeElement")
        box = skip.bounding_box()
        assert box is not None
        assert box["y"] >= 0, "where one stands must be seen"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert holds_focus(page, "main")


def test_letters_walk_through_a_list_and_enter_opens_what_they_stand_on(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    titles = page.locator(".row__title a").all_inner_texts()
    for _step in range(3):
        page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == titles[1]
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name=titles[1]).wait_for()


def test_the_list_of_shortcuts_gives_the_focus_back(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    open_thread(page)
    page.keyboard.press("j")
    before = focused(page)
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    assert holds_focus(page, "dialog")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    assert focused(page) == before


def test_after_an_action_one_goes_on_from_where_one_was(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    ask(page, "Where am I after I have posted?")
    posted = reply(page, "Here.")
    page.keyboard.press("Tab")
    assert holds_focus(page, f"#{posted}")
    fold = page.locator("details.branch > summary")
    assert fold.count() == 0
    page.locator(f"#{posted} [data-reply]").press("Enter")
    page.keyboard.type("And below.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"#(?!" + posted + r")p\d+$"))
    fold.press("Enter")
    assert fold.evaluate("summary => summary === document.activeElement")
    fold.press("Enter")
    assert page.locator("details.branch").get_attribute("open") is not None


def test_choosing_how_closely_to_watch_keeps_the_page_and_the_place(sign_in: SignIn) -> None:
    page = sign_in(PEER)
    go_to(page, *LONGEST)
    page.get_by_role("link", name="Further posts").press("Enter")
    page.wait_for_url(re.compile("after="))
    before = page.url.partition("#")[0]
    summary = page.locator("#watch summary")
    for name in ("Muted", "Watching"):
        summary.press("Enter")
        page.locator("#watch").get_by_role("button", name=re.compile(name)).press("Enter")
        page.locator("#watch summary", has_text=name).wait_for()
        assert page.url == f"{before}#watch"
        page.keyboard.press("Tab")
        assert summary.evaluate("summary => summary === document.activeElement")


def test_a_part_that_is_fetched_anew_does_not_take_the_focus_away(sign_in: SignIn) -> None:
    author, peer = sign_in(MEMBER), sign_in(PEER)
    ask(author, "Who moved my focus while I was reading?")
    peer.goto(author.url)
    peer.wait_for_function("() => document.documentElement.classList.contains('js')")
    answer = reply(peer, "Nobody should.")
    author.locator(f"#{answer}").wait_for()
    # On another tab the answer is accepted: the question's part and the answer's are fetched anew on all pages.
    other = author.context.new_page()
    other.goto(author.url)
    quoted = author.locator(".ask [data-quote]")
    quoted.focus()
    other.locator(f"#{answer}").get_by_role("button", name="Accept as the answer").click()
    author.get_by_role("heading", name="Accepted answer").wait_for()
    assert quoted.evaluate("link => link === document.activeElement")


def test_a_toast_leaves_the_focus_alone_and_gives_it_back_when_it_is_closed(sign_in: SignIn) -> None:
    author, peer = sign_in(MEMBER), sign_in(PEER)
    ask(author, "Does a toast take my keyboard away?")
    peer.goto(author.url)
    author.goto("/networks")
    author.wait_for_function("() => document.documentElement.classList.contains('js')")
    author.keyboard.press("j")
    stood_on = author.evaluate("document.activeElement.textContent")
    reply(peer, "It must not.")
    close = author.locator(".toast button")
    close.wait_for()
    assert author.evaluate("document.activeElement.textContent") == stood_on
    close.press("Enter")
    close.wait_for(state="detached")
    assert author.evaluate("document.activeElement.textContent") == stood_on
