"""Every page of the demo as the people see it who may, on a desk and on a phone, by day and by night."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.demo import demo
from tests.support.looking import Looker
from tests.support.pages import ROUNDS, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.support.databases import Templates
    from tests.support.servers import Server

# What a page looks like does not hang on the database; `database_kind` lets the run leave these out with its kind.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.databases("sqlite"),
    pytest.mark.usefixtures("database_kind"),
]

WINDOWS: dict[str, dict[str, Any]] = {
    "desk": {"viewport": {"width": 1280, "height": 800}},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True},
}


@pytest.fixture(scope="module")
def exchange(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all rounds; it counts tries, because "too often" is a page too."""
    with demo(templates, tmp_path_factory.mktemp("pages"), KE_RATE_LIMITS=True) as server:
        yield server


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("who", ROUNDS)
def test_nothing_is_wrong_with_any_page(
    open_window: Callable[..., BrowserContext], exchange: Server, who: str, window: str
) -> None:
    email, stops = ROUNDS[who]
    page = open_window(base_url=exchange.url, **WINDOWS[window]).new_page()
    if email:
        sign_in(page, email)
        page.wait_for_url(lambda url: "/sign-in" not in url)
    looker = Looker(page, phone=window == "phone")
    findings: list[str] = []
    for stop in stops:
        stop.reach(page)
        findings += looker.look(stop.name)
    assert not findings, "\n".join([f"{len(findings)} findings:", *findings])
