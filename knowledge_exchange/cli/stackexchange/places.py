"""Ids and positions of imported posts: as if each had been written here at its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row as Found
from sqlalchemy import func, select

from knowledge_exchange.cli.stackexchange.rows import EARLIEST
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import EPOCH, new_id, time_of
from knowledge_exchange.core.order import key_between
from knowledge_exchange.threads.models import Post

_TICK = timedelta(milliseconds=1)
#: Times before ids begin are squeezed into their first days, a thousandth as long.
_SQUEEZED = 1000


def moment(created: datetime) -> datetime:
    """The time that an id is made of; ids begin in 2010, some forums a little before."""
    return created if created >= EPOCH else EPOCH + (created - EARLIEST) / _SQUEEZED


class Place:
    """Where the next replies of a thread go: after those that are older, before those that are younger."""

    def __init__(self, thread: Found[Any], last: str) -> None:
        """``thread``: its id, opening post and newest post; ``last``: the last position in it."""
        self._thread_id, self._opening_id = thread.id, thread.opening_post_id
        self.newest: int = thread.last_post_id
        self._last = last

    def of_reply(self, created: datetime) -> tuple[dict[str, Any], bool]:
        """Id and place of a reply of that time, and whether it is the newest one.

        It never comes before the opening post, whatever the clocks said. One that is not the newest
        must be in the database before another place is asked for.
        """
        id_ = new_id(at=max(moment(created), time_of(self._opening_id) + _TICK))
        is_newest = id_ > self.newest
        if is_newest:
            self.newest = id_
        position = self._at_the_end() if is_newest else self._before_younger(id_)
        place = {"id": id_, "thread_id": self._thread_id, "parent_id": self._opening_id}
        return place | {"depth": 1, "position": position}, is_newest

    def _at_the_end(self) -> str:
        self._last = key_between(self._last, None)
        return self._last

    def _before_younger(self, id_: int) -> str:
        in_thread = Post.thread_id == self._thread_id
        younger = select(func.min(Post.position)).where(in_thread, Post.depth == 1, Post.id > id_)
        following = db.session.scalar(younger)
        if following is None:
            # What is younger answers a reply: in the tree this one ends the talk nevertheless.
            return self._at_the_end()
        before = select(func.max(Post.position)).where(in_thread, Post.position < following)
        return key_between(db.session.scalars(before).one(), following)


def places_in(threads: Sequence[Found[Any]]) -> list[Place]:
    """The place in each of these threads, by one statement for all of them."""
    ends = select(Post.thread_id, func.max(Post.position)).group_by(Post.thread_id)
    wanted = ends.where(Post.thread_id.in_([thread.id for thread in threads]))
    last = {row.thread_id: row[1] for row in db.session.execute(wanted)}
    return [Place(thread, last[thread.id]) for thread in threads]
