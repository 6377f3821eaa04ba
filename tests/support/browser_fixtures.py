"""Fixtures of the browser tests: a real Chromium, its windows, and axe-core."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.shared import once, run_folder

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

DESKTOP = {"width": 1280, "height": 800}


@pytest.fixture(scope="session")
def chromium_path(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The browser's program, installed if need be; its absence is a failure, never a skip."""
    from tests.support import chromium

    try:
        return str(once(run_folder(tmp_path_factory), "chromium", chromium.find))
    except RuntimeError as missing:
        pytest.fail(str(missing), pytrace=False)


# Not for the whole session: Playwright keeps an event loop running, and asyncio.run() of other tests would find it.
@pytest.fixture(scope="module")
def browser(chromium_path: str) -> Iterator[Browser]:
    """A Chromium, shared by the tests of a file; people in it are kept apart by their windows."""
    from playwright.sync_api import sync_playwright

    from tests.support.chromium import flags

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_path, args=flags())
        yield started
        started.close()


@pytest.fixture
def open_window(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """`open_window(java_script_enabled=False)`: a window with cookies of its own, closed after the test."""
    with ExitStack() as closing:

        def open_one(**options: Any) -> BrowserContext:
            context = browser.new_context(**{"viewport": DESKTOP, "locale": "en-GB", **options})
            closing.callback(context.close)
            return context

        yield open_one


@pytest.fixture
def page(open_window: Callable[..., BrowserContext]) -> Page:
    """One tab in a window of its own."""
    return open_window().new_page()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)`: fails with what axe-core finds on the page as it stands."""
    from tests.support.accessibility import assert_accessible

    return assert_accessible
