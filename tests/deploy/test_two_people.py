"""Two people in two browsers, on two processes: what one does the other has at once, and quiet is quiet.

Each of them has a tab at either process that is never touched: whichever process takes a form, the other must
hear of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext

    from tests.deploy.support.site import Site
    from tests.deploy.support.windows import Window

# Many pages one after another, on a machine that is busy with other tests.
pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(600)]
QUESTION = "Who covers the ward round on Sundays"
OTHER_QUESTION = "Where do the spare keys hang"
PLACE_WITHOUT_THREADS = "/networks"


@pytest.fixture
def window(site: Site, open_window: Callable[..., BrowserContext]) -> Callable[[str], Window]:
    """`window("Asha")`: the browser of a new member, with a tab at each process."""
    from tests.deploy.support.windows import Window

    def open_one(name: str) -> Window:
        who = site.member(name)
        found = Window(site, who, open_window(ignore_https_errors=True))
        found.open_everywhere(PLACE_WITHOUT_THREADS)
        return found

    return open_one


def test_two_people_find_it_instant_and_quiet(window: Callable[[str], Window]) -> None:
    asha, rhys = window("Asha"), window("Rhys")
    rhys.go("/n/national")
    rhys.set_level("Watching")
    thread = asha.ask(QUESTION)
    rhys.is_told(QUESTION)
    rhys.counts(1)
    rhys.read_notice(QUESTION)
    rhys.counts(0)

    answered = answers_and_is_read(asha, rhys)
    mentions_and_is_read(asha, rhys, answered)
    muted_is_quiet(asha, rhys, thread)


def answers_and_is_read(asha: Window, rhys: Window) -> str:
    """A reply is told in all tabs of who asked; reading it in one takes it away in the others."""
    asha.go(PLACE_WITHOUT_THREADS)
    post = rhys.reply("The registrar does, we think.")
    asha.is_told("Rhys answered you")
    asha.counts(1)
    asha.read_notice(QUESTION)
    asha.counts(0)
    return post


def mentions_and_is_read(asha: Window, rhys: Window, answered: str) -> None:
    """Being named is told as that, once."""
    asha.go(PLACE_WITHOUT_THREADS)
    rhys.reply(f"Or ask @{asha.handle} herself.", to=answered)
    asha.is_told("Rhys mentioned you")
    asha.counts(1)
    asha.read_notice(QUESTION)
    asha.counts(0)


def muted_is_quiet(asha: Window, rhys: Window, thread: str) -> None:
    """What is said in a muted thread is not told; what was said elsewhere after it is, so it was not merely late."""
    asha.set_level("Muted")
    other = asha.ask(OTHER_QUESTION)
    asha.go(PLACE_WITHOUT_THREADS)
    before = asha.toasts()
    rhys.reply(f"Nobody needs to know this, @{asha.handle}.")
    rhys.go(other)
    rhys.reply("Behind the door.")
    asha.is_told(f"Rhys answered you in “{OTHER_QUESTION}")
    asha.counts(1)
    for said, earlier in zip(asha.toasts(), before, strict=True):
        assert len(said) == len(earlier) + 1, said
    asha.go(thread)
    asha.front.locator("article.post", has_text="Nobody needs to know").wait_for()
    asha.counts(1)
