"""A member's shelf: the posts that they have bookmarked, and the threads that they read last. Nothing here commits.

It stands in one locker (``auth/lockers.py``): neither says in any table who keeps or reads what. For the same reason a
thread in which its reader writes under a pseudonym is not noted by itself as read: their locker would then change at
the moments at which the reading of their pseudonym does, and at other times with their own name's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace

from knowledge_exchange.auth import lockers

#: So many of each are kept; then the oldest goes.
MOST_BOOKMARKS = 200
MOST_RECENT = 50


@dataclass(frozen=True, slots=True)
class Shelf:
    """Ids of posts, the one bookmarked last first; of threads, the one read last first; whether these are noted."""

    bookmarks: tuple[int, ...] = ()
    recent: tuple[int, ...] = ()
    keeps_recent: bool = True

    def with_bookmark(self, post_id: int) -> Shelf:
        """With a post on it, in front."""
        return replace(self, bookmarks=_in_front(post_id, self.bookmarks)[:MOST_BOOKMARKS])

    def without_bookmark(self, post_id: int) -> Shelf:
        """Without it."""
        return replace(self, bookmarks=tuple(one for one in self.bookmarks if one != post_id))

    def with_read(self, thread_id: int) -> Shelf:
        """With a thread that was read just now, unless they want none noted."""
        if not self.keeps_recent:
            return self
        return replace(self, recent=_in_front(thread_id, self.recent)[:MOST_RECENT])

    def noting(self, keeps: bool) -> Shelf:
        """Noting what is read from now on, or not; what was noted is forgotten where it is not wanted."""
        return replace(self, keeps_recent=keeps, recent=self.recent if keeps else ())


def _in_front(one: int, others: Sequence[int]) -> tuple[int, ...]:
    return (one, *[other for other in others if other != one])


def shelf_of(member_id: int) -> Shelf:
    """A member's shelf as it is; one statement."""
    content = lockers.read(member_id, (lockers.SHELF,)).get(lockers.SHELF)
    if content is None:
        return Shelf()
    said = json.loads(content)
    return Shelf(tuple(said["bookmarks"]), tuple(said["recent"]), said["keeps_recent"])


def shelf_in_turn(member_id: int) -> Shelf:
    """The same, to be changed: in a unit of work, until the end of which nobody else changes it."""
    lockers.take_turn(member_id)
    return shelf_of(member_id)


def keep(member_id: int, shelf: Shelf) -> None:
    """Put a changed shelf in the place of the old one. In the unit of work of :func:`shelf_in_turn`."""
    said = {"bookmarks": shelf.bookmarks, "recent": shelf.recent, "keeps_recent": shelf.keeps_recent}
    lockers.put(member_id, {lockers.SHELF: json.dumps(said, separators=(",", ":")).encode()})


def note_read(member_id: int, thread_id: int) -> None:
    """Note that they have read in a thread in which they have no sealed place. Within a unit of work."""
    before = shelf_of(member_id)
    if before.with_read(thread_id) == before:
        return  # they read on in the same thread, or want nothing noted
    before = shelf_in_turn(member_id)
    keep(member_id, before.with_read(thread_id))
