"""Several people, or one with several windows, change a thread at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from knowledge_exchange.core.db import db
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.models import Post, PostRevision, Thread
from tests.support.community import Community
from tests.support.persons import Person

#: Each race is run this often: one that is lost half the time is lost in some of them.
ROUNDS = 6
PATIENCE_S = 30

Act = Callable[[], TestResponse]


def at_once(*acts: Act) -> list[int]:
    """Do all this in threads that start together; returns the answers' statuses."""
    start = Barrier(len(acts))

    def one(act: Act) -> int:
        start.wait(timeout=PATIENCE_S)
        return act().status_code

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def window(who: Person) -> Callable[..., Act]:
    """Another window of somebody's browser: a client may not be shared between threads."""

    app = who.client.application
    name = str(app.config["SESSION_COOKIE_NAME"])
    cookie = who.client.get_cookie(name)
    assert cookie is not None
    headers = {"Cookie": f"{name}={cookie.value}"}

    def sending(path: str, **fields: str) -> Act:
        client = app.test_client(use_cookies=False)
        return lambda: client.post(path, data={"csrf_token": who.csrf_token, **fields}, headers=headers)

    return sending


def standing_replies(here: Community, thread_id: int) -> int:
    return sum(1 for post in here.posts(thread_id) if post.parent_id and post.deleted_at is None)


def test_a_reply_that_is_deleted_twice_at_once_is_counted_once(here: Community) -> None:
    peer = window(here.peer)
    for _ in range(ROUNDS):
        thread_id = here.post_thread(here.author)
        reply_id = here.reply(here.peer, thread_id)
        here.reply(here.watcher, thread_id)
        assert sorted(at_once(*[peer(f"/p/{reply_id}/delete") for _window in range(3)])) == [303, 404, 404]
        assert here.row(Thread, thread_id).reply_count == standing_replies(here, thread_id) == 1


def test_a_reply_that_is_deleted_while_it_is_accepted_is_no_answer_and_nobody_is_told_of_it(here: Community) -> None:
    for _ in range(ROUNDS):
        thread_id = here.post_thread(here.author)
        reply_id = here.reply(here.peer, thread_id)
        statuses = at_once(
            window(here.peer)(f"/p/{reply_id}/delete"),
            window(here.author)(f"/p/{reply_id}/accept"),
            window(here.moderator)(f"/p/{reply_id}/accept"),
        )
        assert set(statuses) <= {303, 404}
        assert here.row(Thread, thread_id).answer_id is None
        with here.app.app_context():
            told = select(func.count()).where(Notification.post_id == reply_id)
            assert db.session.scalar(told) == 0


def test_text_that_is_deleted_while_it_is_edited_stays_deleted(here: Community) -> None:
    peer = window(here.peer)
    for _ in range(ROUNDS):
        thread_id = here.post_thread(here.author)
        reply_id = here.reply(here.peer, thread_id, "What I regret")
        path = f"/p/{reply_id}"
        edits = [peer(f"{path}/edit", body=f"What I regret, {number}") for number in range(2)]
        assert set(at_once(peer(f"{path}/delete"), *edits)) <= {303, 404}
        post = here.row(Post, reply_id)
        assert (post.body, post.html) == ("", "")
        with here.app.app_context():
            kept = select(func.count()).where(PostRevision.post_id == reply_id)
            assert db.session.scalar(kept) == 0


def test_a_reply_that_was_taken_does_not_vanish_with_a_thread_that_is_deleted_meanwhile(here: Community) -> None:
    for _ in range(ROUNDS):
        thread_id = here.post_thread(here.author)
        deletion, *replies = at_once(
            window(here.author)(f"/p/{here.opening(thread_id)}/delete"),
            window(here.peer)(f"/t/{thread_id}/replies", body="Ask early."),
            window(here.watcher)(f"/t/{thread_id}/replies", body="Ask twice."),
        )
        assert deletion == 303
        taken = replies.count(303)
        assert standing_replies(here, thread_id) == here.row(Thread, thread_id).reply_count == taken
        assert (here.row(Thread, thread_id).deleted_at is None) == bool(taken)


@pytest.mark.parametrize("level", ["watching", "normal"])
def test_nobody_waits_for_ever_when_one_replies_who_is_mentioned_at_the_same_moment(
    here: Community, level: str
) -> None:
    call = f"@{here.handle(here.peer)} what did you do?"
    for _ in range(ROUNDS):
        thread_id = here.post_thread(here.author)
        statuses = at_once(
            window(here.author)(f"/t/{thread_id}/replies", body=call),
            window(here.peer)(f"/t/{thread_id}/replies", body="I asked early."),
            window(here.peer)(f"/t/{thread_id}/level", level=level),
            window(here.peer)(f"/t/{thread_id}/read", post=str(here.opening(thread_id))),
        )
        assert statuses == [303] * 4
