"""What ``deploy/`` starts is the exchange: members meet through it, whichever worker they are at."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import requests
from socketio.exceptions import ConnectionError as Refused

from knowledge_exchange.core.assets import asset_url
from knowledge_exchange.core.config import MAX_BODY_BYTES
from knowledge_exchange.realtime.fanout_redis import RETRY_SECONDS
from tests.deploy.support.browsing import TIMEOUT_S, Browser, id_of
from tests.deploy.support.site import NGINX, Site
from tests.realtime.support.listening import WAIT_S, Listener
from tests.support.processes import wait_until

pytestmark = [pytest.mark.server, pytest.mark.slow]
needs_nginx = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
OUT_S = 5.0
MAIL_S = 30.0
COMING_AGAIN = 4
TITLE = "Wards without a rota"
SLUG = "wards-without-a-rota"
#: How a line of the access log begins: no more of its time than the exchange keeps of a sign-in.
FIVE_MINUTES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d[05][+-]\d\d:\d\d (GET|POST) [a-z]+ \d{3} \d+ [\d.]+ \S+$")
#: Whoever has a real one can stop somebody's mail.
UNSUBSCRIBE_TOKEN = "gAAAAABpNotOneOfOurs-but-it-looks-like-one"


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    """Closes sockets after the test."""
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def author(site: Site) -> Browser:
    """Somebody who writes."""
    return site.member("Asha")


@pytest.fixture
def reader(site: Site) -> Browser:
    """Somebody who reads, and is told."""
    return site.member("Rhys")


def told_of(listener: Listener, name: str, post: str) -> list[dict[str, Any]]:
    """What a socket has heard of one post under one name."""
    return [data for data in listener.of(name) if data["post"] == post]


def wait_for_post(listeners: list[Listener], name: str, post: str) -> None:
    """Until each of the sockets has heard of a post, and not twice."""

    def all_heard() -> bool:
        return all(told_of(listener, name, post) for listener in listeners)

    wait_until(all_heard, lambda: f"{name} of {post}: {[listener.heard for listener in listeners]}", WAIT_S)
    assert {len(told_of(listener, name, post)) for listener in listeners} == {1}


def joined_thread(author: Browser, reader: Browser) -> str:
    """A thread of one that the other has replied to, and so is told of replies to."""
    thread = author.ask(TITLE)
    reader.reply(thread, "We had that too.")
    return thread


def watching(site: Site, who: Browser, thread: str, closing: ExitStack) -> list[Listener]:
    """Sockets at every worker that have the thread open."""
    listeners = site.listen_everywhere(who, closing)
    for listener in listeners:
        assert listener.ask("watch", thread=id_of(thread))["ok"]
    return listeners


def test_a_reply_reaches_a_member_on_every_worker(
    site: Site, author: Browser, reader: Browser, closing: ExitStack
) -> None:
    thread = joined_thread(author, reader)
    listeners = watching(site, reader, thread, closing)
    post = author.reply(thread, "Ask early.")
    wait_for_post(listeners, "post", post)
    wait_for_post(listeners, "notification", post)


def test_who_is_suspended_on_the_command_line_is_out_on_every_worker(site: Site, closing: ExitStack) -> None:
    leaver = site.member("Lena")
    listeners = site.listen_everywhere(leaver, closing)
    site.run("member", "suspend", leaver.email, "--reason", "A test of being out at once.")
    began = time.monotonic()
    for listener in listeners:
        listener.wait_until_closed(OUT_S - (time.monotonic() - began))
        assert len(listener.of("goodbye")) == 1, listener.heard
    assert leaver.get("/n/national").status_code == 302
    assert leaver.get("/live/since", headers={"Accept": "application/json"}).status_code in {401, 403}


def test_without_redis_all_goes_on_and_everything_arrives_once(
    site: Site, author: Browser, reader: Browser, closing: ExitStack
) -> None:
    thread = joined_thread(author, reader)
    listeners = watching(site, reader, thread, closing)
    cursor = reader.cursor(thread)
    site.redis.stop()
    try:
        posts = [author.reply(thread, f"Without Redis, {number}.") for number in range(3)]
        page = reader.get(thread).text
        assert [post for post in posts if f'id="p{post}"' not in page] == []
        expect_once(reader.get(f"/live/since?after={cursor}").json()["events"], posts)
    finally:
        site.redis.start()
    # They missed something, so the exchange closes them: a browser comes again and asks from its cursor.
    for listener in listeners:
        listener.wait_until_closed(3 * WAIT_S)
    for listener in come_again(site, author, reader, thread, closing, posts):
        caught_up = listener.ask("resume", after=cursor)["events"]
        expect_once(caught_up, posts)
        seen = {event["event"] for event in caught_up}
        assert {data["event"] for _name, data in listener.heard if "post" in data} <= seen


def come_again(
    site: Site, author: Browser, reader: Browser, thread: str, closing: ExitStack, posts: list[str]
) -> list[Listener]:
    """Sockets that have heard a new reply, added to ``posts``.

    A worker takes sockets when it has heard Redis for a while, and closes them once more where another says only
    then what it could not tell; a socket that was opened in between comes again, as a browser's does.
    """
    for _attempt in range(COMING_AGAIN):
        listeners = taken_again(site, reader, thread, closing)
        posts.append(post := author.reply(thread, "With Redis again."))

        def settled(listeners: list[Listener] = listeners, post: str = post) -> bool:
            return all(told_of(one, "post", post) or not one.connected for one in listeners)

        wait_until(settled, lambda: "a socket is open and has not heard", WAIT_S)
        if all(one.connected for one in listeners):
            wait_for_post(listeners, "notification", post)
            return listeners
    raise AssertionError("the sockets are closed again and again")


def taken_again(site: Site, reader: Browser, thread: str, closing: ExitStack) -> list[Listener]:
    """Sockets at every worker that have the thread open, as soon as all workers take sockets again."""
    until = time.monotonic() + 6 * WAIT_S
    while True:
        try:
            with ExitStack() as attempt:
                listeners = watching(site, reader, thread, attempt)
                closing.push(attempt.pop_all())
                return listeners
        except Refused:
            assert time.monotonic() < until, "sockets are refused for ever"
            time.sleep(RETRY_SECONDS)


def expect_once(events: list[dict[str, Any]], posts: list[str]) -> None:
    """Each post is told of in order and once, as a post and as a notification; no event comes twice."""
    assert len({event["event"] for event in events}) == len(events)
    for name in ("post", "notification"):
        heard = [event["post"] for event in events if event["name"] == name]
        assert [post for post in heard if post in posts] == posts, (name, events)


def test_the_jobs_send_mail(site: Site, author: Browser) -> None:
    before = set((site.data / "mail").glob("*"))
    assert author.post("/reset", "/reset", email=author.email).status_code == 303
    wait_until(lambda: bool(set((site.data / "mail").glob("*")) - before), lambda: site.log("jobs.log"), MAIL_S)


def test_a_restart_ends_in_time_with_sockets_open_and_they_come_again(
    site: Site, reader: Browser, closing: ExitStack
) -> None:
    listeners = site.listen_everywhere(reader, closing)
    began = time.monotonic()
    assert site.stop_pages() == 0, site.log("pages.log")
    assert time.monotonic() - began <= OUT_S
    for listener in listeners:
        listener.wait_until_closed(OUT_S)
    site.start_pages()
    assert site.listen_everywhere(reader, closing)
    assert reader.get("/").status_code == 200


def test_figures_are_for_the_monitor_alone(site: Site) -> None:
    visitor = site.visitor()
    assert visitor.get("/metrics").status_code == 404
    known = visitor.get("/metrics", headers={"Authorization": f"Bearer {site.metrics_token}"})
    assert "ke_sockets" in known.text


@needs_nginx
def test_nginx_keeps_built_files_and_sends_them_compressed(site: Site) -> None:
    path, visitor = asset_url("app.css"), site.visitor()
    coded = {"br": "br", "gzip": "gzip", "identity": None}
    for _again in range(2):
        for wanted, coding in coded.items():
            answer = visitor.get(path, headers={"Accept-Encoding": wanted})
            assert answer.status_code == 200
            assert answer.headers.get("Content-Encoding") == coding
            assert "immutable" in answer.headers["Cache-Control"]
            assert "Set-Cookie" not in answer.headers
    assert len([path for path in (site.folder / "cache").rglob("*") if path.is_file()]) >= len(coded)


@needs_nginx
def test_nginx_leads_to_tls_and_refuses_what_is_too_large_in_words(site: Site, author: Browser) -> None:
    plain = requests.get(f"http://127.0.0.1:{site.plain_port}/t/1", allow_redirects=False, timeout=TIMEOUT_S)
    assert plain.status_code == 301
    assert plain.headers["Location"] == f"{site.origin}/t/1"
    answer = author.post("/similar", "/n/national/new", title="x" * MAX_BODY_BYTES)
    assert answer.status_code == 413
    assert "Nothing has been saved." in answer.text


@needs_nginx
def test_no_log_tells_who_reads_what(site: Site, author: Browser, reader: Browser, closing: ExitStack) -> None:
    thread = joined_thread(author, reader)
    watching(site, reader, thread, closing)
    reader.get(thread, headers={"Referer": f"{site.origin}{thread}", "User-Agent": "a browser to be known by"})
    reader.get("/t/1/nothing-here")
    site.visitor().get(f"/unsubscribe/{UNSUBSCRIBE_TOKEN}")
    author.post("/sign-in", "/networks", email=author.email, password="wrong")
    site.stop_pages()
    # Here nginx would name client and path at any level but the highest.
    away = reader.get(thread)
    site.start_pages()
    assert away.status_code == 503
    assert "try again" in away.text
    wait_until(lambda: " live " in site.log("exchange-access.log"), lambda: "no socket was logged", WAIT_S)
    telling = (
        "127.0.0.1",
        "localhost",
        id_of(thread),
        SLUG,
        "nothing-here",
        "known by",
        UNSUBSCRIBE_TOKEN,
        author.email,
        reader.email,
    )
    for name in ("exchange-access.log", "exchange-error.log", "nginx-main.log", "pages.log", "jobs.log"):
        assert [word for word in telling if word in site.log(name)] == [], name
    written = site.log("exchange-access.log")
    assert [line for line in written.splitlines() if not FIVE_MINUTES.match(line)] == []
    logged = kinds(written)
    assert {" GET thread 200 ", " POST thread 303 ", " GET thread 503 ", " GET unsubscribe 404 "} <= logged
    assert site.log("exchange-error.log") == ""


def kinds(log: str) -> set[str]:
    """Method, kind and status of each line."""
    return {f" {' '.join(line.split()[1:4])} " for line in log.splitlines()}
