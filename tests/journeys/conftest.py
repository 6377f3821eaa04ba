"""People of the demo community, each in a window of their own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.support.servers import Server

PASSWORD = "demo-Knowledge-1"


@pytest.fixture
def sign_in(open_window: Callable[..., BrowserContext], demo_server: Server) -> Callable[..., Page]:
    """`sign_in("member@demo.example", java_script_enabled=False)`: their first page after signing in."""

    def open_one(email: str | None, **options: object) -> Page:
        page = open_window(base_url=demo_server.url, **options).new_page()
        if email is None:
            page.goto("/")
            return page
        page.goto("/sign-in")
        page.fill("main input[name=email]", email)
        page.fill("main input[name=password]", PASSWORD)
        page.click("main form button[type=submit]")
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    return open_one
