"""One thread for measurements, as rows: a believable tree, people who follow it, some of it unread."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from knowledge_exchange.core.ids import new_id
from knowledge_exchange.core.markup import RENDERER_VERSION
from knowledge_exchange.core.order import FIRST, key_between
from knowledge_exchange.threads.actions import Text

MOST_TALKERS = 12
#: How long a thread stays lively.
TALK = timedelta(days=7)
_STEP = timedelta(milliseconds=1)
_KINDS = ("problem", "advice", "case_study", "discussion", "announcement")
_KIND_WEIGHTS = (60, 14, 8, 16, 2)
_TO_OPENING, _TO_LAST = 0.45, 0.7
_ANSWERED = 0.5
_BEHIND = 0.6
#: Notices that wait for somebody who fell behind: the newest few.
MOST_NOTICES = 3

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """A member who writes."""

    id: int
    name: str
    handle: str
    title: str


@dataclass(slots=True)
class Rows:
    """What goes into the tables, in the order of their foreign keys."""

    threads: list[Row] = field(default_factory=list)
    participants: list[Row] = field(default_factory=list)
    voices: list[Row] = field(default_factory=list)
    posts: list[Row] = field(default_factory=list)
    notifications: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a thread is to be."""

    network_id: int
    title: str
    starts: datetime
    ends: datetime
    replies: int
    people: Sequence[Person]  # who may write there
    has_unread: bool


@dataclass(slots=True)
class _Talker:
    participant_id: int
    voice_id: int
    person: Person


class Tree:
    """Posts in the order in which a tree is read; each new one goes behind its parent's branch."""

    def __init__(self) -> None:
        self._posts: list[tuple[str, int, int]] = []  # position, depth, id

    def opening(self, post_id: int) -> tuple[str, int]:
        """Place the opening post; returns position and depth."""
        self._posts.append((FIRST, 0, post_id))
        return FIRST, 0

    def reply(self, parent: int, post_id: int) -> tuple[str, int, int]:
        """Place a reply under the post at this place; returns position, depth and the parent's id."""
        depth, parent_id = self._posts[parent][1:]
        after = parent + 1
        while after < len(self._posts) and self._posts[after][1] > depth:
            after += 1
        high = self._posts[after][0] if after < len(self._posts) else None
        position = key_between(self._posts[after - 1][0], high)
        self._posts.insert(after, (position, depth + 1, post_id))
        return position, depth + 1, parent_id


def add_thread(rows: Rows, plan: Plan, texts: Sequence[Text], chance: random.Random) -> None:
    """Add one thread and all that hangs on it."""
    thread_id = new_id(plan.starts)
    talkers = _talkers(rows, plan, thread_id, chance)
    posts = list(_posts(plan, thread_id, talkers, texts, chance))
    kind = chance.choices(_KINDS, _KIND_WEIGHTS)[0]
    answered = kind == "problem" and plan.replies > 0 and chance.random() < _ANSWERED
    answer = chance.choice(posts[1:]) if answered else None
    rows.posts += posts
    rows.threads.append(
        {
            "id": thread_id,
            "network_id": plan.network_id,
            "kind": kind,
            "title": plan.title,
            "voice_id": posts[0]["voice_id"],
            "created_at": plan.starts,
            "opening_post_id": posts[0]["id"],
            "last_post_id": posts[-1]["id"],
            "reply_count": plan.replies,
            "answer_id": answer["id"] if answer else None,
            "answered_at": posts[-1]["created_at"] if answer else None,
            "version": len(posts),
            "epoch": 1,
        }
    )
    _reading(rows, plan, thread_id, talkers, posts, chance)


def _talkers(rows: Rows, plan: Plan, thread_id: int, chance: random.Random) -> list[_Talker]:
    """Who takes part, each with their place in the thread and their voice."""
    wanted = min(len(plan.people), MOST_TALKERS, plan.replies // 2 + 1)
    talkers = []
    for number, person in enumerate(chance.sample(plan.people, wanted)):
        moment = plan.starts + number * _STEP
        talker = _Talker(new_id(moment), new_id(moment), person)
        talkers.append(talker)
        rows.voices.append(
            {
                "id": talker.voice_id,
                "participant_id": talker.participant_id,
                "kind": "own",
                "name": person.name,
                "handle": person.handle,
                "title": person.title,
                "source": "",
            }
        )
    return talkers


def _posts(
    plan: Plan, thread_id: int, talkers: Sequence[_Talker], texts: Sequence[Text], chance: random.Random
) -> Iterator[Row]:
    tree = Tree()
    for number, moment in enumerate(_moments(plan, chance)):
        post_id = new_id(moment)
        talker = talkers[0] if number == 0 else chance.choice(talkers)
        if number == 0:
            position, depth, parent_id = *tree.opening(post_id), None
        else:
            position, depth, parent_id = tree.reply(_parent(number, chance), post_id)
        text = chance.choice(texts)
        yield {
            "id": post_id,
            "thread_id": thread_id,
            "parent_id": parent_id,
            "voice_id": talker.voice_id,
            "position": position,
            "depth": depth,
            "body": text.body,
            "html": text.html,
            "renderer": RENDERER_VERSION,
            "created_at": moment,
        }


def _parent(count: int, chance: random.Random) -> int:
    """Which of the posts there are, in reading order, gets the reply."""
    where = chance.random()
    if where < _TO_OPENING:
        return 0
    return count - 1 if where < _TO_LAST else chance.randrange(count)


def _moments(plan: Plan, chance: random.Random) -> Iterator[datetime]:
    """When each post was written, each later than the one before."""
    yield plan.starts
    span = min(plan.ends - plan.starts, TALK) - (plan.replies + 1) * _STEP
    for number, share in enumerate(sorted(chance.random() for _ in range(plan.replies)), start=1):
        yield plan.starts + span * share + number * _STEP


def _reading(
    rows: Rows,
    plan: Plan,
    thread_id: int,
    talkers: Sequence[_Talker],
    posts: Sequence[Row],
    chance: random.Random,
) -> None:
    """How far each has read; who fell behind has notices of the newest posts of others."""
    for number, talker in enumerate(talkers):
        behind = plan.has_unread and plan.replies > 1 and chance.random() < _BEHIND
        read = chance.randrange(len(posts) // 2, len(posts) - 1) if behind else len(posts) - 1
        rows.participants.append(
            {
                "id": talker.participant_id,
                "thread_id": thread_id,
                "member_id": talker.person.id,
                "level": "watching",
                "last_read_id": posts[read]["id"],
            }
        )
        new = [post for post in posts[read + 1 :] if post["voice_id"] != talker.voice_id]
        rows.notifications += [_notice(plan, talker, post, number) for post in new[-MOST_NOTICES:]]


def _notice(plan: Plan, talker: _Talker, post: Row, number: int) -> Row:
    return {
        # Ids of one millisecond differ by chance alone: not many may fall into one.
        "id": new_id(post["created_at"] + number * _STEP),
        "member_id": talker.person.id,
        "participant_id": talker.participant_id,
        "kind": "reply",
        "network_id": plan.network_id,
        "thread_id": post["thread_id"],
        "post_id": post["id"],
        "text": f"A reply in “{plan.title}”",
        "url": f"/p/{post['id']}",
        "created_at": post["created_at"],
        # Nobody is sent mail about it.
        "mail": "old",
        "mail_at": post["created_at"],
    }
