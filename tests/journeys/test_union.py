"""Signing in with the union's account in a real Chromium: through our page, the provider's, and back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.auth.door import make_member
from tests.support import servers
from tests.support.shared import free_port
from tests.support.union import running

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.databases("sqlite")]


def test_a_member_signs_in_with_the_unions_account(
    settings: dict[str, Any],
    make_app: Callable[..., Flask],
    page: Page,
    axe: Callable[[Page], None],
    tmp_path: Path,
) -> None:
    """Our policy lets no form lead to another site: the button has to work all the same."""
    make_member(make_app())
    port = free_port()
    base_url = f"http://127.0.0.1:{port}"
    with running(tmp_path, base_url=base_url, in_id_token=True) as union:
        server = servers.start({**settings, **union.settings, "KE_DEMO": True}, tmp_path, port)
        try:
            page.goto(f"{base_url}/networks")
            axe(page)
            page.get_by_role("button", name="Sign in with UNISON").click()
            page.get_by_role("textbox", name="Login").fill("ann")
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(f"{base_url}/networks")
            page.goto(f"{base_url}/settings/factors")
            page.get_by_role("heading", name="Signing in with UNISON").wait_for()
            page.get_by_text("linked", exact=True).wait_for()
            axe(page)
        finally:
            server.stop()
