"""Whatever ends in the middle of writing (the page, the line, the sign-in), the text is there again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

from tests.support.demo import PASSWORD, demo
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

MEMBER, PEER = "member@demo.example", "peer@demo.example"
TITLE = "A title that somebody thought about"
TEXT = "Two paragraphs,\n\nand “signs”: <b>, & and 100 %."
SignIn = Callable[..., "Page"]


@pytest.fixture(scope="module")
def demo_server(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests of this file: each works in a thread of its own."""
    with demo(templates, tmp_path_factory.mktemp("typed")) as server:
        yield server


def write(page: Page) -> None:
    """Type a thread, and stop before posting it; another test may have left a draft there, of another kind."""
    page.goto("/n/north-west/new?kind=problem")
    page.get_by_label("Title").fill(TITLE)
    page.locator("#body").fill(TEXT)


def end_all_other_sign_ins(sign_in: SignIn) -> None:
    """What somebody does who has left a computer unlocked: the rows of their other sign-ins are deleted."""
    elsewhere = sign_in(MEMBER)
    elsewhere.goto("/me")
    elsewhere.get_by_role("button", name="Sign out everywhere else").click()
    elsewhere.wait_for_load_state()


def come_back(page: Page) -> None:
    """Sign in on the page that asks for it."""
    page.fill("main input[name=email]", MEMBER)
    page.fill("main input[name=password]", PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_a_sign_in_that_ended_gives_the_text_back_one_press_from_posted(sign_in: SignIn, script: bool) -> None:
    page = sign_in(MEMBER, java_script_enabled=script)
    # Nobody tells this page that its sign-in has ended, as behind a wall that lets no sockets through.
    page.route_web_socket("**/socket.io/**", lambda socket: socket.close())
    write(page)
    end_all_other_sign_ins(sign_in)
    page.get_by_role("button", name="Post the problem").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    page.get_by_text("and “signs”: <b>, & and 100 %.").first.wait_for(state="attached")
    come_back(page)
    page.get_by_role("heading", name="Your text is back").wait_for()
    assert page.get_by_label("Title").input_value() == TITLE
    assert page.get_by_label("Text").input_value() == TEXT
    page.get_by_role("button", name="Send it").click()
    if not script:  # threads like it are looked up now, and shown before it is posted
        page.get_by_role("button", name="Post the problem").click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    assert page.get_by_role("heading", level=1).inner_text() == TITLE
    assert page.locator(".ask .prose p").all_inner_texts() == TEXT.split("\n\n")


def test_who_is_signed_out_while_writing_is_told_and_finds_the_text_in_its_place(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    write(page)
    page.locator("[data-saved]", has_text="Saved").wait_for()
    end_all_other_sign_ins(sign_in)
    said = page.get_by_role("dialog")
    said.wait_for()
    assert "What you were writing is kept in this browser." in said.inner_text()
    said.get_by_role("link", name="Go on").press("Enter")
    page.wait_for_url(re.compile("/sign-in"))
    come_back(page)
    page.wait_for_url(lambda url: "/sign-in" not in url)
    page.goto("/n/north-west/new")
    assert page.get_by_label("Title").input_value() == TITLE
    assert page.locator("#body").input_value() == TEXT


def test_a_reply_and_whom_it_answers_outlive_the_page(sign_in: SignIn) -> None:
    page, peer = sign_in(MEMBER), sign_in(PEER)
    ask(page, "Is a half-written reply still here?")
    peer.goto(page.url)
    peer.get_by_label("Your reply").fill("Try and see.")
    peer.get_by_role("button", name="Post the reply").click()
    peer.wait_for_url(re.compile(r"#p\d+$"))
    answered = peer.url.partition("#p")[2]

    page.reload()
    page.locator(f"#p{answered} [data-reply]").press("Enter")
    page.keyboard.type("I am trying.")
    page.locator("[data-saved]", has_text="Saved").wait_for()
    page.reload()
    assert page.get_by_label("Your reply").input_value() == "I am trying."
    assert page.locator("[name=parent]").input_value() == answered
    assert "Bronagh Tierney" in page.locator("[data-replying]").inner_text()
    page.get_by_role("button", name="Post the reply").click()
    page.wait_for_url(re.compile(r"#p(?!" + answered + r")\d+$"))
    assert page.locator(f"li[data-post='{answered}'] li article", has_text="I am trying.").count() == 1
    assert page.get_by_label("Your reply").input_value() == ""


def test_a_form_that_was_refused_comes_back_whole_with_the_focus_on_what_is_wrong(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    page.goto("/n/north-west/new?kind=advice")
    page.get_by_label("Title").fill("Short")
    page.locator("#body").fill(TEXT)
    page.locator("main form.sheet .btn--main").click()
    page.locator(".notice--stop").wait_for()
    assert page.evaluate("document.activeElement.closest('.notice--stop') !== null")
    assert page.get_by_label("Title").input_value() == "Short"
    assert page.locator("#body").input_value() == TEXT
    assert page.get_by_role("radio", name="Advice").is_checked()


def test_nothing_is_sent_into_a_broken_line(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    write(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Post the problem").click()
    page.get_by_text("Your text is kept here; send it when you are connected again.").first.wait_for()
    assert page.locator("#body").input_value() == TEXT
    page.context.set_offline(False)
    page.get_by_role("button", name="Post the problem").click()
    page.wait_for_url(re.compile(r"/t/\d+/"))


def test_a_page_that_was_open_for_too_long_gives_the_text_back(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    write(page)
    page.locator("main form [name=csrf_token]").evaluate("token => { token.value = 'of yesterday'; }")
    page.get_by_role("button", name="Post the problem").click()
    page.get_by_role("heading", name="Please send it once more").wait_for()
    assert page.get_by_label("Text").input_value() == TEXT
    page.get_by_role("button", name="Send it").click()
    page.wait_for_url(re.compile(r"/t/\d+/"))
    page.goto("/n/north-west/new")
    assert page.locator("#body").input_value() == "", "what is posted is no draft any more"
