"""What a person sees in a real browser: tabs at every worker, the badge, toasts, and that nothing was reloaded."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tests.deploy.support.browsing import PASSWORD, Browser
from tests.deploy.support.site import MOST_SOCKETS, WORKERS, Site
from tests.support.processes import wait_until

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

#: Generous: what is tested is that it comes by itself, on a machine that may be busy with other tests.
WAIT_S = 60.0
WAIT_MS = WAIT_S * 1000
STEADY_S = 0.3
#: Toasts go after a while; what has been said is kept here.
_KEEP_TOASTS = """
window.toastsSaid = [];
new MutationObserver((changes) => {
  for (const { addedNodes } of changes)
    for (const node of addedNodes) if (node.matches?.(".toast")) window.toastsSaid.push(node.textContent);
}).observe(document, { childList: true, subtree: true });
"""
_BADGE = "document.querySelector('.top [data-unread-count]').dataset.unreadCount"


class Window:
    """The browser of one person, who has signed in."""

    def __init__(self, site: Site, who: Browser, context: BrowserContext) -> None:
        self._site = site
        self.handle = who.handle
        self._context = context
        context.set_default_timeout(WAIT_MS)
        context.add_init_script(_KEEP_TOASTS)
        #: The tab in which the person reads and writes.
        self.front = context.new_page()
        self._sign_in(who.email)
        #: Tabs that stand open and are never touched, one at each worker.
        self.waiting: list[Page] = []

    def _sign_in(self, email: str) -> None:
        self.go("/sign-in")
        self.front.fill("main input[name=email]", email)
        self.front.fill("main input[name=password]", PASSWORD)
        self.front.click("main form button[type=submit]")
        self.front.wait_for_url(lambda url: "/sign-in" not in url)

    def go(self, path: str) -> None:
        """Open a page in the front tab."""
        self.front.goto(self._site.origin + path)

    def open_everywhere(self, path: str) -> None:
        """Open tabs until each worker holds the live socket of one of them; they stand there from now on."""
        found: dict[int, Page] = {}
        for _attempt in range(MOST_SOCKETS):
            before = self._steady()
            page = self._context.new_page()
            page.goto(self._site.origin + path)
            worker = self._who_took_it(before)
            if worker in found:
                page.close()
                self._wait_for(partial(self._is_back_at, before))
            else:
                found[worker] = page
            if len(found) == WORKERS:
                break
        assert len(found) == WORKERS, "one worker took all sockets"
        self.waiting = list(found.values())
        for page in self.waiting:
            page.evaluate("window.stillTheSame = true")

    def _is_back_at(self, before: dict[int, int]) -> bool:
        return self._steady() == before

    def _who_took_it(self, before: dict[int, int]) -> int:
        grown: list[int] = []

        def is_one() -> bool:
            now = self._steady()
            grown[:] = [pid for pid, count in now.items() if count > before[pid]]
            return sum(now.values()) == sum(before.values()) + 1

        self._wait_for(is_one)
        return grown[0]

    def _steady(self) -> dict[int, int]:
        """How many connections each worker holds, once no page is being fetched."""
        last = self._site.sockets()
        while True:
            time.sleep(STEADY_S)
            now = self._site.sockets()
            if now == last:
                return now
            last = now

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        wait_until(condition, lambda: f"the sockets are {self._site.sockets()}", WAIT_S)

    def is_told(self, text: str) -> None:
        """Wait until every waiting tab has said something in a toast, without having been loaded again."""
        for page in self.waiting:
            page.wait_for_function("text => window.toastsSaid.some((said) => said.includes(text))", arg=text)
            assert page.evaluate("window.stillTheSame === true")

    def toasts(self) -> list[list[str]]:
        """What each waiting tab has said in toasts so far."""
        return [page.evaluate("window.toastsSaid") for page in self.waiting]

    def counts(self, unread: int) -> None:
        """Wait until the badge of every waiting tab shows a number, without having been loaded again."""
        for page in self.waiting:
            page.wait_for_function(f"n => Number({_BADGE}) === n", arg=unread)
            assert page.evaluate("window.stillTheSame === true")

    def ask(self, title: str) -> str:
        """Post a problem in National; returns the thread's path."""
        self.go("/n/national/new?kind=problem")
        self.front.get_by_label("Title").fill(title)
        self.front.get_by_role("textbox", name=re.compile("What has happened")).fill("What do you do?")
        self.front.get_by_role("button", name="Post the problem").click()
        self.front.wait_for_url(re.compile(r"/t/\d+/"))
        return self.front.url.removeprefix(self._site.origin).partition("?")[0]

    def read_notice(self, text: str) -> None:
        """Go from the list of notices to what one of them is of, and stay until it has been read."""
        self.go("/notifications")
        self.front.locator("main [data-notification]").get_by_role("link", name=re.compile(text)).first.click()
        self.front.wait_for_url(re.compile(r"/t/\d+/.*#p\d+$"))

    def reply(self, text: str, to: str = "") -> str:
        """Reply in the thread that is open, to a post or to the first one; returns the new post's id on the page."""
        if to:
            self.front.locator(f"#{to} [data-reply]").click()
        self.front.get_by_label("Your reply").fill(text)
        self.front.get_by_role("button", name="Post the reply").click()
        self.front.locator("article.post", has_text=text).first.wait_for(state="attached")
        return str(self.front.locator("article.post", has_text=text).first.get_attribute("id"))

    def set_level(self, words: str) -> None:
        """Choose how loud the thread or network that is open shall be."""
        self.front.locator("#watch summary").click()
        self.front.locator("#watch").get_by_role("button", name=words).click()
        self.front.locator("#watch summary", has_text=words).wait_for()
