"""Nothing acknowledged is lost: kill -9 right after the answer, again and again."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from tests.realtime.support.listening import Listener, cookie_of
from tests.support.community import Community
from tests.support.servers import Server

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(900)]

#: PostgreSQL's own process survives the server's: there the promise is easier to keep.
KILLS = {"sqlite": 50, "postgres": 10}


def test_a_reply_that_was_answered_survives_the_kill_that_follows(
    here: Community, serve: Callable[..., Server], database_kind: str
) -> None:
    import requests

    thread_id = here.post_thread(here.author)
    headers = {"Cookie": cookie_of(here.peer)}
    acknowledged = []
    for number in range(KILLS[database_kind]):
        server = serve()
        data = {"csrf_token": here.peer.csrf_token, "body": f"Reply {number}"}
        url = f"{server.url}/t/{thread_id}/replies"
        answer = requests.post(url, data=data, headers=headers, allow_redirects=False, timeout=10)
        server.process.send_signal(signal.SIGKILL)
        assert answer.status_code == 303
        acknowledged.append(int(answer.headers["Location"].rpartition("/")[2]))
        server.process.wait()
    kept = [post.id for post in here.posts(thread_id) if post.parent_id is not None]
    assert sorted(kept) == acknowledged
    # The notices were rows in the same transactions.
    assert [post_id for _kind, post_id in here.notices(here.author)] == acknowledged


def test_after_a_restart_exactly_what_was_missed_comes_in_order_and_once(
    here: Community, serve: Callable[..., Server], listen: Callable[..., Listener]
) -> None:
    thread_id = here.post_thread(here.author)
    server = serve()
    cursor = listen(server, here.author).ask("resume")["cursor"]
    replies = [here.reply(here.peer, thread_id, "Before it stopped")]
    server.kill()
    replies.append(here.reply(here.peer, thread_id, "While it was down"))
    server = server.restart()
    try:
        heard: list[str] = []
        seen: set[str] = set()
        for _twice in range(2):
            back = listen(server, here.author).ask("resume", after=cursor)
            fresh = [event for event in back["events"] if event["event"] not in seen]
            heard += [event["post"] for event in fresh if event["name"] == "post"]
            seen |= {event["event"] for event in fresh}
            cursor = back["cursor"]
        assert heard == list(map(str, replies))
    finally:
        server.stop()
