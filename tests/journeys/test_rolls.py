"""A roll, from an officer's disk to the record: sent, watched, checked, applied; an empty one is braked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.looking import Looker

if TYPE_CHECKING:
    from playwright.sync_api import Page

# What the database has to do with it, tests/verification/test_roll_pages.py tries on both.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.server,
    pytest.mark.databases("sqlite"),
    pytest.mark.usefixtures("database_kind"),
]
OFFICER = "membership@demo.example"
HEADER = "membership_number,surname,first_name,email,ods_code,region"
#: A process of its own reads the file, on a machine that may be busy.
PATIENCE_MS = 60_000


def file_of(folder: Path, name: str, rows: list[str]) -> Path:
    path = folder / name
    path.write_text("\n".join([HEADER, *rows, ""]), "utf-8")
    return path


def send(page: Page, path: Path) -> None:
    page.goto("/admin/rolls")
    page.get_by_label("Whose roll is it?").select_option("fda")
    page.get_by_label("The file, with the whole roll").set_input_files(path)
    page.get_by_role("button", name="Send the file").click()
    page.get_by_role("heading", name=re.compile("The roll is being read|Check the roll")).wait_for()


def ready(page: Page) -> None:
    """The page that waits opens the preview by itself."""
    page.get_by_role("heading", name="Check the roll before it is applied").wait_for(timeout=PATIENCE_MS)


def test_an_officer_sends_a_roll_watches_it_and_applies_it(sign_in: Callable[..., Page], tmp_path: Path) -> None:
    page = sign_in(OFFICER)
    looker = Looker(page, phone=False)
    rows = [f"{70000 + n},Name{n},Pat,p{n}@home.example,R0A,Wales" for n in range(60)]
    send(page, file_of(tmp_path, "fda.csv", [*rows, ",Nobody,,,,"]))
    ready(page)
    assert looker.look("preview") == []
    page.get_by_role("link", name=re.compile("New on the roll")).click()
    assert looker.look("joiners") == []
    page.get_by_role("link", name="The next fifty").click()
    page.get_by_text("Name59, Pat").wait_for()
    page.get_by_role("link", name="Back to the decision").click()
    page.get_by_role("button", name="Apply the roll").click()
    page.get_by_role("heading", name="This roll is applied").wait_for()
    page.goto("/admin/rolls")
    assert page.get_by_text("60 new, 0 changed, 0 gone, 0 back").is_visible()
    assert looker.look("rolls") == []
    # The same roll, empty: the brake is on, and it takes a second factor that the officer has not.
    send(page, file_of(tmp_path, "empty.csv", []))
    ready(page)
    page.get_by_text("I know why, and want to apply it").click()
    assert page.get_by_role("link", name="Set up a passkey or an app").is_visible()
    assert looker.look("braked") == []
    page.get_by_role("button", name="Throw this file away").click()
    page.get_by_text("The file is thrown away").wait_for()
