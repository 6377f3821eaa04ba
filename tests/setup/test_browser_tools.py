"""The browser and axe-core, as the rooms' tests get them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.support import chromium

pytestmark = pytest.mark.browser

GOOD = '<html lang="en"><title>A page</title><main><h1>Words</h1></main>'
BAD = '<html lang="en"><title>A page</title><main><h1>Words</h1><img src="data:,"></main>'


def test_axe_passes_a_good_page(page: Page, axe: Callable[[Page], None]) -> None:
    page.set_content(GOOD)
    axe(page)


def test_axe_names_the_rule_and_the_element_of_a_bad_page(page: Page, axe: Callable[[Page], None]) -> None:
    page.set_content(BAD)
    with pytest.raises(AssertionError, match=r"image-alt \(critical\)[\s\S]*img"):
        axe(page)


def test_a_window_can_do_without_java_script(open_window: Callable[..., BrowserContext]) -> None:
    without, with_it = open_window(java_script_enabled=False).new_page(), open_window().new_page()
    for page in (without, with_it):
        page.set_content("<script>document.title = 'ran'</script>")
    assert (without.title(), with_it.title()) == ("", "ran")


def test_two_windows_share_no_cookies(open_window: Callable[..., BrowserContext]) -> None:
    one, two = open_window(), open_window()
    one.add_cookies([{"name": "who", "value": "one", "url": "http://127.0.0.1"}])
    assert [cookie["name"] for cookie in one.cookies()] == ["who"]
    assert two.cookies() == []


def test_without_any_browser_the_failure_names_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing on PATH, no rights to install, and Playwright's own download not to be had."""
    monkeypatch.delenv("KE_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    monkeypatch.setenv("PLAYWRIGHT_DOWNLOAD_HOST", "http://127.0.0.1:9")
    monkeypatch.setattr(chromium, "MAC_APPS", ())
    with pytest.raises(chromium.NoChromium, match="package 'chromium'"):
        chromium.find()


def test_a_browser_named_wrongly_is_said_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KE_CHROMIUM", "/nowhere/chromium")
    with pytest.raises(chromium.NoChromium, match="/nowhere/chromium"):
        chromium.find()
