"""A claimant on a phone: claim, note, refused, appeal, upheld by another officer than the one who refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.support.looking import Looker

if TYPE_CHECKING:
    from playwright.sync_api import Page

# What the database has to do with it, tests/verification tries on both.
pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def send(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=button).click()


def open_first(page: Page, where: str, link: str) -> None:
    page.goto(where)
    page.get_by_role("link", name=re.compile(f"{link} of Kezia")).click()
    page.wait_for_url(re.compile(r"/\d+$"))


def test_from_the_claim_to_an_appeal_that_another_officer_upholds(sign_in: Callable[..., Page]) -> None:
    claimant = sign_in("pending@demo.example", **PHONE)
    looker = Looker(claimant, phone=True)
    claimant.goto("/me")
    claimant.get_by_text("Enter your details again").click()
    claimant.get_by_role("radio", name="UNISON").check()
    claimant.get_by_label("Membership number").fill("00 55-01 873")
    claimant.get_by_label("Surname on the roll").fill("Lomax-Reid")
    send(claimant, "Check my membership")
    claimant.get_by_label("What may help to find you").fill("I was Lomax-Reid until 2021.")
    send(claimant, "Save the note")
    claimant.get_by_text("will read it").wait_for()
    assert claimant.get_by_label("What may help to find you").input_value() == "I was Lomax-Reid until 2021."

    officer = sign_in("membership@demo.example")
    open_first(officer, "/admin/claims", "Settle this claim")
    officer.get_by_text("I was Lomax-Reid until 2021.").wait_for()
    officer.get_by_role("radio", name=re.compile("Not enough shown")).check()
    officer.get_by_label("What they should do next").fill("Send us a picture of your card.")
    send(officer, "Refuse the claim")

    claimant.goto("/me")
    claimant.get_by_text("Send us a picture of your card.").wait_for()
    assert looker.look("a refused claim") == []
    claimant.get_by_label("What should be looked at again").fill("I have sent the card twice.")
    send(claimant, "Send the appeal")
    claimant.get_by_text("Your appeal waits for an answer").wait_for()
    assert looker.look("an appeal that waits") == []

    officer.goto("/admin/appeals")
    officer.get_by_text("You decided what this is about").wait_for()
    assert officer.get_by_role("link", name=re.compile("Decide this appeal of Kezia")).count() == 0

    other = sign_in("admin@demo.example")
    open_first(other, "/admin/appeals", "Decide this appeal")
    other.get_by_label("Your answer").fill("Your card is here: welcome.")
    other.get_by_role("radio", name=re.compile("No entry on the roll")).check()
    other.get_by_label("Note", exact=True).fill("Card seen.")
    send(other, "Uphold the appeal")

    claimant.goto("/me")
    claimant.get_by_text("Your card is here: welcome.").wait_for()
    claimant.get_by_text("You are an active member").wait_for()
    claimant.goto("/networks")
    assert claimant.get_by_role("heading", level=1).inner_text() != ""
    assert claimant.url.endswith("/networks")
