"""The live stream over a real port: who hears what, when it stops, and what a returning browser gets."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from socketio.exceptions import ConnectionError as Refused
from sqlalchemy import delete

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.models import SignIn
from knowledge_exchange.core.db import unit_of_work
from tests.realtime.support.listening import Listener, cookie_of
from tests.support.community import Community
from tests.support.persons import Person
from tests.support.servers import Server

pytestmark = pytest.mark.server

Listen = Callable[..., Listener]
#: CONTRACT: whoever lost standing or sight is out within this.
OUT_S = 5.0


def write(server: Server, who: Person, path: str, **fields: str) -> None:
    """Send a form to the running server."""
    import requests

    data = {"csrf_token": who.csrf_token, **fields}
    answer = requests.post(
        server.url + path, data=data, headers={"Cookie": cookie_of(who)}, allow_redirects=False, timeout=10
    )
    assert answer.status_code == 303, answer.text


def thread_with_watcher(here: Community) -> tuple[int, str]:
    """A thread that its author watches; its id as number and text."""
    thread_id = here.post_thread(here.author)
    return thread_id, str(thread_id)


def test_a_reply_reaches_the_author_and_those_who_follow_the_thread(
    here: Community, serve_process: Server, listen: Listen
) -> None:
    thread_id, thread = thread_with_watcher(here)
    author, watcher = listen(serve_process, here.author), listen(serve_process, here.watcher)
    assert watcher.ask("watch", thread=thread) == {"ok": True}
    write(serve_process, here.peer, f"/t/{thread_id}/replies", body="Ask **early**.")
    [notice] = author.wait_for("notification")
    [post] = watcher.wait_for("post")
    told = {"id", "kind", "thread", "post", "text", "url", "unread", "counted", "quiet"}
    assert set(notice) == {"cursor", "event", *told}
    assert set(post) == {"cursor", "event", "thread", "post", "parent", "html"}
    assert (notice["kind"], notice["thread"], notice["unread"]) == ("direct_reply", thread, 1)
    assert (post["thread"], post["post"]) == (thread, notice["post"])
    assert post["parent"] == str(here.opening(thread_id))
    assert "<strong>early</strong>" in post["html"]
    assert "csrf" not in post["html"]
    # Who does not follow the page hears no posts; who is not concerned hears no notification.
    assert author.of("post") == []
    assert watcher.of("notification") == []


def test_a_thread_that_one_may_not_see_cannot_be_watched(
    here: Community, serve_process: Server, listen: Listen
) -> None:
    _thread_id, thread = thread_with_watcher(here)
    outsider = listen(serve_process, here.outsider)
    wanted: list[Any] = [thread, "1", "no number", "", None, -5, int(thread), ["x"], {"a": 1}]
    for value in wanted:
        assert outsider.ask("watch", thread=value) == {"ok": False, "error": "not_found"}


def test_watching_is_bounded_and_unwatching_stops_it(here: Community, serve_process: Server, listen: Listen) -> None:
    thread_id, thread = thread_with_watcher(here)
    watcher = listen(serve_process, here.watcher)
    watcher.ask("watch", thread=thread)
    assert watcher.ask("unwatch", thread=thread) == {"ok": True}
    write(serve_process, here.peer, f"/t/{thread_id}/replies", body="Unheard")
    time.sleep(0.5)
    assert watcher.of("post") == []


def test_nobody_without_standing_is_let_in(here: Community, serve_process: Server, listen: Listen) -> None:
    for standing in ("lapsed", "suspended", "left", "pending"):
        with here.app.app_context(), unit_of_work():
            change_standing(here.peer.id, standing, "Because.", None)
            _sign_in_again(here.peer)
        with pytest.raises(Refused):
            listen(serve_process, here.peer)


def _sign_in_again(who: Person) -> None:
    """Such people may, for their one page."""
    from knowledge_exchange.core.crypto import token_hash
    from knowledge_exchange.core.db import db

    db.session.execute(delete(SignIn).where(SignIn.member_id == who.id))
    with who.client.session_transaction() as session:
        db.session.add(SignIn(member_id=who.id, token_hash=token_hash(session["_user_id"])))


def test_a_page_of_another_site_cannot_listen(here: Community, serve_process: Server, listen: Listen) -> None:
    for origin in ("https://evil.example", "http://127.0.0.1:1", "null"):
        with pytest.raises(Refused):
            listen(serve_process, here.author, origin=origin)


def test_losing_standing_says_goodbye_and_closes_the_socket_at_once(
    here: Community, serve_process: Server, listen: Listen
) -> None:
    author = listen(serve_process, here.author)
    # By another process: the command line, an officer elsewhere.
    with here.app.app_context(), unit_of_work():
        change_standing(here.author.id, "suspended", "A test.", None)
    author.wait_until_closed(OUT_S)
    assert author.of("goodbye")


def test_leaving_a_network_ends_its_threads_streams_at_once(
    here: Community, serve_process: Server, listen: Listen
) -> None:
    thread_id, thread = thread_with_watcher(here)
    watcher = listen(serve_process, here.watcher)
    watcher.ask("watch", thread=thread)
    write(serve_process, here.watcher, "/n/north-west/leave")
    write(serve_process, here.peer, f"/t/{thread_id}/replies", body="Not for you")
    time.sleep(0.5)
    assert watcher.of("post") == []
    assert watcher.ask("watch", thread=thread) == {"ok": False, "error": "not_found"}
    assert watcher.connected


def test_being_taken_out_by_another_process_ends_them_within_seconds(
    here: Community, serve_process: Server, listen: Listen
) -> None:
    from knowledge_exchange.networks.actions import remove_member

    thread_id, thread = thread_with_watcher(here)
    watcher = listen(serve_process, here.watcher)
    watcher.ask("watch", thread=thread)
    with here.app.app_context(), unit_of_work():
        remove_member(here.watcher.id, here.north_west, actor=None, reason="A test.")
    time.sleep(OUT_S)
    write(serve_process, here.peer, f"/t/{thread_id}/replies", body="Not for you")
    time.sleep(0.5)
    assert watcher.of("post") == []


def test_a_returning_browser_gets_what_it_missed_in_order_and_only_what_it_may_see(
    here: Community, serve_process: Server, listen: Listen
) -> None:
    thread_id, _thread = thread_with_watcher(here)
    first = listen(serve_process, here.author)
    cursor = first.ask("resume")["cursor"]
    first.close()
    replies = [here.reply(here.peer, thread_id, f"Reply {number}") for number in range(3)]
    back = listen(serve_process, here.author).ask("resume", after=cursor)
    posts = [event for event in back["events"] if event["name"] == "post"]
    notices = [event for event in back["events"] if event["name"] == "notification"]
    assert [event["post"] for event in posts] == [str(post_id) for post_id in replies]
    assert [event["post"] for event in notices] == [str(post_id) for post_id in replies]
    ids = [int(event["event"]) for event in back["events"]]
    assert ids == sorted(ids)
    assert int(back["cursor"]) >= max(ids)
    nothing = listen(serve_process, here.outsider).ask("resume", after=cursor)
    assert nothing["events"] == []


def test_what_was_taken_away_meanwhile_is_not_told(here: Community, serve_process: Server, listen: Listen) -> None:
    thread_id, _thread = thread_with_watcher(here)
    cursor = listen(serve_process, here.author).ask("resume")["cursor"]
    post_id = here.reply(here.peer, thread_id, "Words that I regret")
    here.peer.post(f"/p/{post_id}/delete")
    back = listen(serve_process, here.author).ask("resume", after=cursor)
    assert "regret" not in str(back)
    assert not [event for event in back["events"] if event["name"] == "notification"]


def test_a_cursor_that_makes_no_sense_asks_for_a_fresh_page(
    here: Community, serve_process: Server, listen: Listen
) -> None:
    author = listen(serve_process, here.author)
    senseless: tuple[Any, ...] = ("1", "no cursor", "-3", "99999999999999999999", 5, ["x"])
    assert [author.ask("resume", after=after).get("reset") for after in senseless] == [True] * len(senseless)


def test_seeing_a_post_clears_the_badge_on_every_device(here: Community, serve_process: Server, listen: Listen) -> None:
    thread_id, thread = thread_with_watcher(here)
    one, other = listen(serve_process, here.author), listen(serve_process, here.author)
    write(serve_process, here.peer, f"/t/{thread_id}/replies", body="Hello")
    post = one.wait_for("notification")[0]["post"]
    other.wait_for("notification")
    assert one.ask("seen", thread=thread, post=post) == {"ok": True}
    # And which toast is to go.
    assert [(event["unread"], event["thread"], event["post"]) for event in other.wait_for("unread")] == [
        (0, thread, post)
    ]
    assert here.place(here.author, thread_id).last_read_id == int(post)


def test_plain_requests_answer_like_resume(here: Community, serve_process: Server) -> None:
    import requests

    thread_id, _thread = thread_with_watcher(here)
    headers = {"Cookie": cookie_of(here.author)}
    now = requests.get(f"{serve_process.url}/live/since", headers=headers, timeout=10).json()
    assert now["events"] == []
    post_id = here.reply(here.peer, thread_id, "Hello")
    url = f"{serve_process.url}/live/since?after={now['cursor']}"
    names = [
        (event["name"], event["post"]) for event in requests.get(url, headers=headers, timeout=10).json()["events"]
    ]
    assert ("post", str(post_id)) in names
    assert ("notification", str(post_id)) in names
    assert requests.get(url, timeout=10).status_code == 401


def test_two_processes_tell_each_others_members(
    here: Community, serve: Callable[..., Server], listen: Listen, redis_url: str
) -> None:
    thread_id, thread = thread_with_watcher(here)
    one, other = serve(KE_REDIS_URL=redis_url), serve(KE_REDIS_URL=redis_url)
    author, watcher = listen(one, here.author), listen(one, here.watcher)
    watcher.ask("watch", thread=thread)
    write(other, here.peer, f"/t/{thread_id}/replies", body="From over there")
    assert author.wait_for("notification")[0]["unread"] == 1
    assert "From over there" in watcher.wait_for("post")[0]["html"]
