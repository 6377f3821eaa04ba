"""Twenty windows of moderators move, merge and split at once, while members write: trees and counts stay right."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import func, select

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.threads.models import Post, Thread
from tests.security.test_writing_at_once import Act, at_once, window
from tests.support.community import Community, settle
from tests.threads.trees import faults

ROUNDS = 2
WINDOWS = 20
WRITERS = 4
THREADS = 6
WORDS = ("move", "merge", "split")
WHY = "All at once."


@pytest.fixture
def here(app: Flask) -> Community:
    """Mo moderates North West and National, and so does Wim."""
    found = settle(app)
    with app.app_context(), unit_of_work():
        for one in (found.moderator, found.watcher):
            for network in (found.north_west, found.national):
                networks.set_role(one.id, network, "moderator")
        networks.add_member(found.peer.id, found.national)
    return found


def standing(here: Community) -> dict[int, list[int]]:
    """Posts of each thread that stands, the opening first."""
    with here.app.app_context():
        threads = db.session.scalars(select(Thread.id).where(Thread.deleted_at.is_(None))).all()
    return {thread: [post.id for post in here.posts(thread)] for thread in threads}


def acts(here: Community, dice: random.Random) -> list[Act]:
    """What is done at once: each knows the threads as they are before the others act."""
    threads = standing(here)
    seen = {one: str(here.row(Thread, one).acts) for one in threads}
    found: list[Act] = []
    for turn in range(WINDOWS):
        send = window(here.moderator if turn % 2 else here.watcher)
        word = WORDS[turn % len(WORDS)]
        # Each kind of act has threads of its own, so that each is done; what others are merged into may be any.
        thread = dice.choice(list(threads)[turn % len(WORDS) :: len(WORDS)] or list(threads))
        told = {"reason": WHY, "seen": seen[thread]}
        if word == "move":
            found.append(send(f"/t/{thread}/move", network=dice.choice(["national", "north-west"]), **told))
        elif word == "merge":
            found.append(send(f"/t/{thread}/merge", into=str(dice.choice(list(threads))), **told))
        else:
            made = {"title": "A thread of its own", "kind": "problem", "under": "1"}
            found.append(send(f"/t/{thread}/split", posts=str(dice.choice(threads[thread])), **made, **told))
    return found + writing(here, dice, threads)


def writing(here: Community, dice: random.Random, threads: dict[int, list[int]]) -> list[Act]:
    """Members write and take away meanwhile."""
    send = window(here.peer)
    found: list[Act] = []
    for _turn in range(WRITERS // 2):
        thread = dice.choice(list(threads))
        found.append(send(f"/t/{thread}/replies", body="Meanwhile.", parent=str(dice.choice(threads[thread]))))
        found.append(send(f"/p/{dice.choice(threads[dice.choice(list(threads))])}/delete"))
    return found


def test_trees_and_counts_stay_right_whatever_is_done_at_once(here: Community) -> None:
    dice = random.Random(6)
    for turn in range(THREADS):
        thread = here.post_thread(here.peer, f"Thread number {turn}", slug="national")
        for _reply in range(3):
            here.reply(here.peer, thread, parent=str(dice.choice(here.posts(thread)).id))
    statuses: Counter[int] = Counter()
    for _round in range(ROUNDS):
        statuses.update(at_once(*acts(here, dice)))
        with here.app.app_context():
            assert faults() == []
            posts = db.session.scalar(select(func.count()).select_from(Post).join(Thread, Thread.id == Post.thread_id))
            assert posts == db.session.scalar(select(func.count()).select_from(Post))
    assert set(statuses) <= {303, 404, 409, 422}, statuses
    with here.app.app_context():
        done = Counter(db.session.scalars(select(ModerationAct.action)))
        whole = db.session.scalar(select(func.sum(Thread.acts)))
    assert sum(done.values()) >= len(WORDS), done
    assert whole == sum(done.values()) + done["merge"], "of a merging both threads know"
