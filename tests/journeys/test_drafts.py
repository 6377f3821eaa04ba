"""Each accident that can befall a text while it is written, in a real browser: it is there again, on every device."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.demo import PASSWORD, demo
from tests.support.pages import ask

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

    from tests.support.databases import Templates
    from tests.support.servers import Server

pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.databases("sqlite"),
    pytest.mark.usefixtures("database_kind", "nothing_kept"),
]

MEMBER, PEER = "member@demo.example", "peer@demo.example"
NEW = "/n/north-west/new"
AT_MOST_MS = 5000
SignIn = Callable[..., "Page"]


@pytest.fixture(scope="module")
def demo_server(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests of this file."""
    with demo(templates, tmp_path_factory.mktemp("drafts")) as server:
        yield server


def box(page: Page) -> Locator:
    """The text box of the page's form."""
    return page.locator("#body")


def is_on_server(page: Page, timeout: float = AT_MOST_MS) -> None:
    """Wait until the page says that the server has what is typed."""
    page.locator("[data-saved='there']").wait_for(timeout=timeout)


def stands(page: Page, text: str) -> None:
    """Wait until this text stands in the box."""
    page.wait_for_function("text => document.querySelector('#body')?.value === text", arg=text)


@pytest.fixture
def nothing_kept(sign_in: SignIn) -> None:
    """What a test before this one left behind is discarded."""
    page = sign_in(MEMBER)
    page.goto("/drafts")
    while (button := page.get_by_role("button", name="Discard").first).count():
        button.click()
        page.wait_for_load_state()


def test_a_closed_tab_and_a_server_that_was_started_again_lose_nothing(sign_in: SignIn, demo_server: Server) -> None:
    desk, phone = sign_in(MEMBER), sign_in(MEMBER)
    desk.goto(NEW)
    desk.get_by_label("Title").fill("A title that was in the way")
    desk.get_by_role("radio", name="Advice").check(force=True)
    box(desk).fill("Typed, and the tab closed at once.")
    is_on_server(desk)
    box(desk).press_sequentially(" The last words.", delay=5)
    desk.close()
    phone.goto(NEW)
    assert box(phone).input_value().startswith("Typed, and the tab closed at once.")
    assert phone.get_by_role("radio", name="Advice").is_checked()
    # What is typed while the server is gone is sent when it is there again.
    demo_server.kill()
    box(phone).fill("Typed while the server was gone.")
    phone.locator("[data-saved='here']").wait_for()
    again = demo_server.restart()
    demo_server.process = again.process
    is_on_server(phone, timeout=20_000)
    other = sign_in(MEMBER)
    other.goto(NEW)
    assert box(other).input_value() == "Typed while the server was gone."


def test_an_hour_offline_and_two_devices_leave_both_texts_the_newer_in_the_box(sign_in: SignIn) -> None:
    desk, phone = sign_in(MEMBER), sign_in(MEMBER)
    desk.clock.install()
    ask(desk, "Which of two texts will stand here?")
    thread = desk.url.split("#")[0].split("?")[0]
    desk.goto(thread)
    desk.context.set_offline(True)
    box(desk).fill("Written on the train, without a line.")
    desk.locator("[data-saved='here']").wait_for()
    desk.clock.fast_forward("01:00:00")
    phone.goto(thread)
    box(phone).fill("Written on the telephone, an hour later.")
    is_on_server(phone)
    desk.context.set_offline(False)
    desk.clock.fast_forward("00:30")
    is_on_server(desk)
    third = sign_in(MEMBER)
    third.goto(thread)
    stands(third, "Written on the telephone, an hour later.")
    third.goto("/drafts")
    texts = third.locator(".draft .as-typed").all_inner_texts()
    assert texts == ["Written on the telephone, an hour later.", "Written on the train, without a line."]
    third.get_by_role("link", name="Continue").last.click()
    stands(third, "Written on the train, without a line.")
    third.get_by_role("button", name="Post the reply").click()
    third.wait_for_url(re.compile(r"#p\d+$"))
    third.goto("/drafts")
    assert third.locator(".draft .as-typed").all_inner_texts() == ["Written on the telephone, an hour later."]
    # The desk had the text that is posted now: it is not offered there again.
    desk.goto(thread)
    stands(desk, "Written on the telephone, an hour later.")


def test_an_ended_sign_in_loses_nothing_and_the_page_goes_on_after_the_next(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    # Nobody tells this page that its sign-in has ended, as behind a wall that lets no sockets through.
    page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    page.goto(NEW)
    box(page).fill("Before it ended.")
    is_on_server(page)
    page.context.clear_cookies()
    box(page).fill("After it had ended.")
    page.locator("[data-saved='here']").wait_for()
    elsewhere = page.context.new_page()
    elsewhere.goto("/sign-in")
    elsewhere.fill("main input[name=email]", MEMBER)
    elsewhere.fill("main input[name=password]", PASSWORD)
    elsewhere.click("main form button[type=submit]")
    elsewhere.wait_for_url(lambda url: "/sign-in" not in url)
    page.bring_to_front()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    is_on_server(page, timeout=10_000)
    elsewhere.goto("/drafts")
    assert elsewhere.locator(".draft .as-typed").all_inner_texts() == ["After it had ended."]
    # And its form has a good token again.
    page.get_by_label("Title").fill("Posted from the page that outlived its sign-in")
    page.get_by_role("button", name="Post the problem").click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    page.goto("/drafts")
    page.get_by_role("heading", name="You have no drafts").wait_for()


def test_a_failed_submit_leaves_the_text_in_the_form_and_among_the_drafts(sign_in: SignIn) -> None:
    page, phone = sign_in(MEMBER), sign_in(MEMBER)
    page.goto(NEW)
    page.get_by_label("Title").fill("Short")
    box(page).fill("A text with a title that is too short.")
    page.get_by_role("button", name="Post the problem").click()
    page.locator(".notice--stop").wait_for()
    is_on_server(page)
    phone.goto(NEW)
    assert box(phone).input_value() == "A text with a title that is too short."
    page.get_by_label("Title").fill("A title that is long enough now")
    page.get_by_role("button", name="Post the problem").click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    phone.goto(NEW)
    assert box(phone).input_value() == ""


def test_nothing_overwrites_what_is_typed_and_no_choice_touches_it(sign_in: SignIn) -> None:
    desk, phone = sign_in(MEMBER), sign_in(MEMBER)
    ask(desk, "Does anything overwrite what I type?")
    thread = desk.url.split("#")[0].split("?")[0]
    for page, text in ((desk, "From the desk."), (phone, "From the telephone.")):
        page.goto(thread)
        box(page).fill(text)
        is_on_server(page)
    # Both pages are open still, and go on.
    box(desk).press_sequentially(" And more.", delay=5)
    is_on_server(desk)
    assert box(phone).input_value() == "From the telephone."
    phone.goto("/drafts")
    assert phone.locator(".draft .as-typed").all_inner_texts() == ["From the desk. And more.", "From the telephone."]


def test_two_tabs_of_one_browser_keep_a_text_each(sign_in: SignIn) -> None:
    one = sign_in(MEMBER)
    ask(one, "Do two tabs get in each other's way?")
    thread = one.url.split("#")[0].split("?")[0]
    one.goto(thread)
    box(one).fill("In one tab.")
    is_on_server(one)
    two = one.context.new_page()
    two.goto(thread)
    stands(two, "In one tab.")
    box(two).fill("In one tab. The other goes on.")
    is_on_server(two)
    box(one).fill("In one tab, which goes on, too.")
    is_on_server(one)
    one.goto("/drafts")
    texts = one.locator(".draft .as-typed").all_inner_texts()
    assert texts == ["In one tab, which goes on, too.", "In one tab. The other goes on."]


def test_signing_out_takes_the_words_along_and_brings_them_back_to_nobody_else(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    page.goto(NEW)
    box(page).fill("Typed a moment before signing out.")
    page.locator(".me summary").click()
    page.locator("[data-sign-out] button").click()
    page.wait_for_url(lambda url: "/new" not in url)
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('ke-draft')).length") == 0
    for who, text in ((PEER, ""), (MEMBER, "Typed a moment before signing out.")):
        page.context.clear_cookies()
        page.goto("/sign-in")
        page.fill("main input[name=email]", who)
        page.fill("main input[name=password]", PASSWORD)
        page.click("main form button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        page.goto(NEW)
        assert box(page).input_value() == text
    page.get_by_role("button", name="Start afresh").click()
    page.wait_for_load_state()
    stands(page, "")


def test_without_scripts_a_button_keeps_it(sign_in: SignIn) -> None:
    page = sign_in(MEMBER, java_script_enabled=False)
    page.goto(NEW)
    box(page).fill("Kept by a button.")
    page.get_by_role("button", name="Save as draft").click()
    page.get_by_text("Your draft is kept.").wait_for()
    page.get_by_role("link", name="Continue").click()
    assert box(page).input_value() == "Kept by a button."
    page.get_by_label("Title").fill("By Return in the title it is posted")
    page.get_by_label("Title").press("Enter")
    page.wait_for_url(re.compile(r"/t/\d+/"))
    page.goto("/drafts")
    assert page.locator(".draft").count() == 0
