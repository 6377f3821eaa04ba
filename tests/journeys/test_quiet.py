"""Two people, two windows: who wishes to be left in peace is, and what was read elsewhere calls no longer."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.support.pages import ask

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]

MEMBER, PEER = "member@demo.example", "peer@demo.example"
SETTINGS = "/settings/notifications"
LIVE_MS = 20_000
SignIn = Callable[..., "Page"]

_BADGE = "() => Number(document.querySelector('.top [data-unread-count]').dataset.unreadCount)"
_BADGE_IS = "wanted => Number(document.querySelector('.top [data-unread-count]').dataset.unreadCount) === wanted"


def badge(page: Page) -> int:
    return int(page.evaluate(_BADGE))


def wait_for_badge(page: Page, count: int) -> None:
    page.wait_for_function(_BADGE_IS, arg=count, timeout=LIVE_MS)


def new_thread(page: Page, title: str) -> str:
    """Ask something; the thread's path."""
    ask(page, title)
    return page.url.partition("?")[0].partition("#")[0]


def reply(page: Page, url: str, text: str) -> None:
    page.goto(url)
    page.get_by_label("Your reply").fill(text)
    page.get_by_role("button", name="Post the reply").click()
    page.wait_for_url(re.compile(r"#p\d+$"))


def save(page: Page, button: str) -> None:
    # The page that comes has the same address, and the one before may bear such a message, too.
    with page.expect_navigation():
        page.get_by_role("button", name=button).click()
    page.locator(".flash").wait_for()


def test_in_the_hours_of_do_not_disturb_the_badge_counts_and_nothing_calls(sign_in: SignIn) -> None:
    member, peer = sign_in(MEMBER), sign_in(PEER)
    first, second = (new_thread(member, title) for title in ("Who is quiet now?", "And who is later?"))
    member.goto(SETTINGS)
    # All day but one minute, and a pause on top of it for that minute.
    member.get_by_label("From").fill("00:00")
    member.get_by_label("To", exact=True).fill("23:59")
    save(member, "Save the hours")
    save(member, "For a week")
    member.get_by_text(re.compile("Paused until")).wait_for()
    before = badge(member)

    reply(peer, first, "Said in the quiet.")
    wait_for_badge(member, before + 1)
    # What would have called has called within this: several notices are waited for before they are told together.
    member.wait_for_timeout(1000)
    assert member.locator(".toast").count() == 0
    assert member.title().startswith(f"({before + 1}) ")

    save(member, "Resume now")
    save(member, "Switch it off")
    member.goto("/notifications")
    member.get_by_role("link", name=re.compile("Who is quiet now")).first.wait_for()
    reply(peer, second, "Said aloud.")
    toast = member.locator(".toast", has_text="And who is later?")
    toast.wait_for(timeout=LIVE_MS)
    wait_for_badge(member, before + 2)


def test_the_list_says_that_one_is_paused_and_resumes_by_one_button(sign_in: SignIn) -> None:
    member = sign_in(MEMBER, java_script_enabled=False)
    member.goto(SETTINGS)
    save(member, "Until tomorrow, 8:00")
    member.goto("/notifications")
    expect(member.get_by_text("Paused until tomorrow, 08:00.")).to_be_visible()
    save(member, "Resume")
    expect(member.get_by_text("The pause is over")).to_be_visible()
    assert member.url.endswith("/notifications")
    assert member.get_by_text("Paused until").count() == 0


def test_a_kind_without_a_short_message_counts_and_does_not_call(sign_in: SignIn) -> None:
    member, peer = sign_in(MEMBER), sign_in(PEER)
    thread = new_thread(member, "Is this one loud?")
    member.goto(SETTINGS)
    member.get_by_role("group", name="A reply to you").get_by_label("Short message").uncheck()
    member.get_by_role("group", name="A reply to you").get_by_label("Never").check()
    save(member, "Save these choices")
    chosen = member.get_by_role("group", name="A reply to you")
    assert not chosen.get_by_label("Short message").is_checked()
    assert chosen.get_by_label("Never").is_checked()
    before = badge(member)
    reply(peer, thread, "Not so loud.")
    wait_for_badge(member, before + 1)
    member.wait_for_timeout(1000)
    assert member.locator(".toast").count() == 0


def test_what_is_read_in_one_window_takes_badge_and_toast_from_the_other(sign_in: SignIn) -> None:
    desk, phone, peer = sign_in(MEMBER), sign_in(MEMBER), sign_in(PEER)
    read_one, other = (new_thread(desk, title) for title in ("Read over there?", "Still to be read?"))
    desk.goto("/networks")
    phone.goto("/networks")
    before = badge(desk)
    reply(peer, read_one, "Read me.")
    toast = desk.locator(".toast", has_text="Read over there?")
    toast.wait_for(timeout=LIVE_MS)
    # It would go by itself: whoever looks at it keeps it, so that only reading takes it away.
    toast.hover()
    phone.goto(read_one)
    toast.wait_for(state="detached", timeout=LIVE_MS)
    wait_for_badge(desk, before)

    reply(peer, other, "And me?")
    left = desk.locator(".toast", has_text="Still to be read?")
    left.wait_for(timeout=LIVE_MS)
    left.hover()
    phone.goto("/notifications")
    phone.get_by_role("button", name="Mark all as read").click()
    left.wait_for(state="detached", timeout=LIVE_MS)
    wait_for_badge(desk, 0)


def test_the_page_of_settings_is_used_by_the_keyboard_alone(sign_in: SignIn) -> None:
    page = sign_in(MEMBER)
    page.goto(SETTINGS)
    page.get_by_role("group", name="A new thread").get_by_label("Digest").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("group", name="A new thread").get_by_label("Never").is_checked()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.locator(".flash", has_text="Saved").wait_for()
    assert page.get_by_role("group", name="A new thread").get_by_label("Never").is_checked()
