"""Real browsers when something is away: Redis, or the server itself."""

from __future__ import annotations

import threading
import time
import urllib.request
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.realtime.support.listening import cookie_of
from tests.support.community import Community
from tests.support.persons import Person
from tests.support.servers import Server
from tests.support.valkey import RedisServer

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(400)]

Serve = Callable[..., Server]
#: Generous: a page asks every 9 to 15 s, and tries a socket again every 5 to 15 s.
SHOWN_MS = 90_000
BACK_S = 90.0
TABS = 10
#: Of ten tries between a quarter of a second and five, all fall within half a second once in forty million times.
SPREAD_S = 0.5
SOONEST_S = 0.2


def window_of(open_window: Callable[..., BrowserContext], server: Server, who: Person) -> BrowserContext:
    """A window in which somebody is signed in."""
    window = open_window(base_url=server.url)
    name, _, value = cookie_of(who).partition("=")
    window.add_cookies([{"name": name, "value": value, "url": server.url}])
    return window


def reply(server: Server, who: Person, thread: int, body: str) -> str:
    """Reply by way of a server; the post's id."""
    import requests

    data = {"csrf_token": who.csrf_token, "body": body}
    url, headers = f"{server.url}/t/{thread}/replies", {"Cookie": cookie_of(who)}
    answer = requests.post(url, data=data, headers=headers, allow_redirects=False, timeout=30)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rpartition("/")[2]


def sockets_at(server: Server) -> int:
    """How many live sockets a server has."""
    with urllib.request.urlopen(f"{server.url}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return int(float(next(line for line in lines if line.startswith("ke_sockets")).split()[-1]))


def wait_for_sockets(server: Server, count: int) -> None:
    """Until a server has so many."""
    until = time.monotonic() + BACK_S
    while (found := sockets_at(server)) != count:
        assert time.monotonic() < until, f"{found} sockets, not {count}"
        time.sleep(0.2)


def wait_for_post(page: Page, post: str) -> None:
    """Until a post stands on the page."""
    page.locator(f"#p{post}").wait_for(state="attached", timeout=SHOWN_MS)


@pytest.mark.databases("postgres")
def test_pages_of_every_process_go_on_while_redis_is_away_and_show_everything_once(
    here: Community, serve: Serve, own_redis: RedisServer, open_window: Callable[..., BrowserContext]
) -> None:
    thread = here.post_thread(here.author)
    one, other = serve(KE_REDIS_URL=own_redis.url), serve(KE_REDIS_URL=own_redis.url)
    page = window_of(open_window, other, here.watcher).new_page()
    page.goto(f"/t/{thread}")
    wait_for_sockets(other, 1)
    posts = [reply(one, here.peer, thread, "With Redis.")]
    wait_for_post(page, posts[-1])

    own_redis.stop()
    posts.append(reply(one, here.peer, thread, "While Redis is away."))
    wait_for_post(page, posts[-1])
    assert sockets_at(other) == 0

    own_redis.start()
    wait_for_sockets(other, 1)
    posts.append(reply(one, here.peer, thread, "Redis is back."))
    wait_for_post(page, posts[-1])
    shown = page.locator(".talk article.post").evaluate_all("all => all.map(post => post.id.slice(1))")
    assert shown == posts
    assert page.locator("[data-reply-count]").get_attribute("data-reply-count") == str(len(posts))
    assert sockets_at(other) == 1


def _noting(tries: list[float]) -> Callable[[object], None]:
    """Note when a page opens a socket."""
    return lambda _socket: tries.append(time.monotonic())


@pytest.mark.databases("sqlite")
def test_browsers_that_lose_their_server_together_do_not_come_back_together(
    here: Community, serve_process: Server, open_window: Callable[..., BrowserContext]
) -> None:
    window = window_of(open_window, serve_process, here.author)
    pages = [window.new_page() for _ in range(TABS)]
    sockets: list[list[float]] = [[] for _page in pages]
    for page, opened in zip(pages, sockets, strict=True):
        page.on("websocket", _noting(opened))
        page.goto("/networks")
    wait_for_sockets(serve_process, TABS)
    lost = time.monotonic()
    # In a thread: while this one waits for the process to end, it hears of no page's try.
    killing = threading.Thread(target=serve_process.kill)
    killing.start()
    while min(map(len, sockets)) < 2:  # the first one is that which was lost
        assert time.monotonic() - lost < BACK_S, sockets
        pages[0].wait_for_timeout(20)  # lets the events in
    killing.join()
    moments = sorted(opened[1] - lost for opened in sockets)
    assert moments[0] >= SOONEST_S
    assert moments[-1] - moments[0] >= SPREAD_S
