"""`bench`: a database for measurements that is as whole as any other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.cli.main import cli
from knowledge_exchange.core.db import db
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.search.models import SearchState
from knowledge_exchange.threads.models import Post, Thread, Voice
from tests.support.index import check_index
from tests.support.servers import run_command

PRODUCTION = {
    "KE_ENV": "production",
    "KE_SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyz",
    "KE_BASE_URL": "https://exchange.example.org",
    "KE_MIN_ANSWER_MS": 300,
    "KE_RATE_LIMITS": True,
}


def bench(app: Flask, *words: object) -> Result:
    """Run `bench` inside `app`."""
    with app.app_context():
        return CliRunner().invoke(cli, ["bench", *map(str, words)])


def seed(app: Flask, members: int = 40, threads: int = 30, posts: int = 200) -> Result:
    return bench(app, "seed", "--members", members, "--threads", threads, "--posts", posts)


def count(model: Any) -> int:
    return int(db.session.scalar(select(func.count()).select_from(model)) or 0)


def test_a_seeded_database_has_what_was_asked_for(app: Flask) -> None:
    done = seed(app)
    assert done.exit_code == 0, done.output
    assert "40 members, 20 networks, 30 threads, 200 posts" in done.output
    with app.app_context():
        assert (count(Thread), count(Post), count(Network)) == (30, 200, 20)
        assert db.session.scalar(select(func.sum(Thread.reply_count))) == 170
        inside = select(func.count()).select_from(NetworkMembership).group_by(NetworkMembership.member_id)
        assert set(db.session.scalars(inside)) == {6}


def test_what_was_seeded_is_found_as_if_it_had_been_posted(app: Flask) -> None:
    seed(app)
    with app.app_context():
        check_index()
        assert db.session.get_one(SearchState, "post").upto is None, "it would be filled once more"


def test_check_finds_nothing_wrong_with_a_seeded_database(app: Flask) -> None:
    seed(app)
    with app.app_context():
        done = CliRunner().invoke(cli, ["check"])
    assert done.output == "All is well.\n"


def test_every_seeded_reply_stands_behind_its_parent_and_later_in_time(app: Flask) -> None:
    seed(app)
    with app.app_context():
        posts = {post.id: post for post in db.session.scalars(select(Post))}
        for post in posts.values():
            if post.parent_id is not None:
                parent = posts[post.parent_id]
                assert post.thread_id == parent.thread_id
                assert post.position > parent.position
                assert post.depth == parent.depth + 1
                assert post.id > parent.id
                assert post.created_at > parent.created_at
        for thread in db.session.scalars(select(Thread)):
            assert_reads_as_a_tree([post for post in posts.values() if post.thread_id == thread.id])


def assert_reads_as_a_tree(posts: list[Post]) -> None:
    """In the order of positions each post follows its parent's branch."""
    branch: list[int] = []
    for post in sorted(posts, key=lambda post: post.position):
        branch = branch[: post.depth]
        assert (branch[-1] if branch else None) == post.parent_id
        branch.append(post.id)


def test_writers_belong_to_the_network_and_some_have_unread_items(app: Flask) -> None:
    seed(app)
    with app.app_context():
        outside = (
            select(func.count())
            .select_from(Voice)
            .join(Participant, Participant.id == Voice.participant_id)
            .join(Thread, Thread.id == Participant.thread_id)
            .outerjoin(
                NetworkMembership,
                (NetworkMembership.network_id == Thread.network_id)
                & (NetworkMembership.member_id == Participant.member_id),
            )
            .where(NetworkMembership.member_id.is_(None))
        )
        assert db.session.scalar(outside) == 0
        behind = (
            select(func.count())
            .select_from(Notification)
            .join(Participant, Participant.id == Notification.participant_id)
            .where(Notification.post_id > Participant.last_read_id, Notification.read_at.is_(None))
        )
        assert db.session.scalar(behind) == count(Notification) > 0


def test_seeding_again_adds_to_what_is_there(app: Flask) -> None:
    seed(app)
    done = seed(app, members=0, threads=5, posts=12)
    assert done.exit_code == 0, done.output
    with app.app_context():
        assert (count(Thread), count(Post), count(Network)) == (35, 212, 20)


def test_seeding_without_anybody_to_write_fails_with_a_sentence(app: Flask) -> None:
    done = seed(app, members=0)
    assert done.exit_code == 1
    assert "give --members" in done.output


@pytest.mark.parametrize(("threads", "posts"), [(5, 4), (0, 1), (-1, 0)])
def test_numbers_that_cannot_be_are_wrong_usage(app: Flask, threads: int, posts: int) -> None:
    assert seed(app, 1, threads, posts).exit_code == 2


def test_a_printed_cookie_signs_its_member_in(app: Flask) -> None:
    seed(app)
    done = bench(app, "sessions", "--members", 2)
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in done.output.splitlines()]
    assert len({line["member"] for line in lines}) == 2
    for line in lines:
        assert set(line) == {"member", "cookie"}
        page = app.test_client(use_cookies=False).get("/", headers={"Cookie": line["cookie"]})
        assert page.status_code == 200
        assert f'data-me="{line["member"]}"' in page.text
        assert "Set-Cookie" not in page.headers, "a page that is only read needs no new cookie"


def test_a_cookie_and_the_token_of_a_page_post_a_reply(app: Flask) -> None:
    seed(app)
    cookie = json.loads(bench(app, "sessions", "--members", 1).output)
    with app.app_context():
        thread = db.session.scalars(
            select(Thread)
            .join(NetworkMembership, NetworkMembership.network_id == Thread.network_id)
            .where(NetworkMembership.member_id == int(cookie["member"]))
        ).first()
        assert thread is not None
    client, headers = app.test_client(use_cookies=False), {"Cookie": cookie["cookie"]}
    page = client.get(f"/t/{thread.id}", headers=headers, follow_redirects=True).text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    form = {"csrf_token": token, "body": "Measured.", "parent": str(thread.opening_post_id)}
    answer = client.post(f"/t/{thread.id}/replies", data=form, headers=headers)
    assert answer.status_code == 303
    with app.app_context():
        assert count(Post) == 201


def test_asking_for_more_sessions_than_members_fails_with_a_sentence(app: Flask) -> None:
    seed(app)
    done = bench(app, "sessions", "--members", 41)
    assert done.exit_code == 1
    assert "only 40 bench members" in done.output


def test_both_are_refused_in_production(settings: dict[str, Any], tmp_path: Path) -> None:
    for words in (("seed", "--members", "1", "--threads", "1", "--posts", "1"), ("sessions", "--members", "1")):
        done = run_command("bench", *words, settings={**settings, **PRODUCTION}, folder=tmp_path)
        assert done.returncode == 1
        assert "refused with KE_ENV=production" in done.stderr
