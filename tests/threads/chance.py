"""Doing things by chance: dice, whom and what they fall on, and a list of what can be taken back."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from knowledge_exchange.auth.acting import me_of
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db, unit_of_work
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.actions import Text
from knowledge_exchange.threads.curation import post_curating
from knowledge_exchange.threads.curation.even_gone import thread_now
from knowledge_exchange.threads.curation.relocating import CannotRelocate
from knowledge_exchange.threads.jobs import render_again
from knowledge_exchange.threads.models import Post, Thread
from knowledge_exchange.threads.official.official_queries import official_by_post
from tests.support.community import Community
from tests.support.persons import Person

WORDS = ("rota", "gaps", "nights", "ward", "agency", "café", "sickness", "follow-up", "24/7", "matron", "e-rostering")
Undo = Callable[[], object]


class Chance:
    """Somebody at work with dice: each call of :meth:`do` is one deed in one unit of work; some are undone later."""

    def __init__(self, here: Community, seed: int) -> None:
        self.here = here
        self.dice = random.Random(seed)
        self._undo: list[Undo] = []
        self.is_stale = False
        self.done: list[str] = []

    def run(self, deed: Callable[[], Undo | None]) -> None:
        """Do it in a unit of work; what it returns takes it back, some time."""
        self.done.append(deed.__name__)
        try:
            with unit_of_work():
                undo = deed()
        except CannotRelocate:
            self.done[-1] += " (refused)"
            return
        if undo is not None:
            self._undo.append(undo)
        if self.is_stale:
            self.is_stale = False
            render_again()

    # What is there

    def someone(self) -> Me:
        return self._me(self.dice.choice([self.here.author, self.here.peer, self.here.watcher]))

    def _me(self, who: Person) -> Me:
        found = me_of(who.id)
        assert found is not None
        return found

    @property
    def moderator(self) -> Me:
        return self._me(self.here.moderator)

    def text(self) -> Text:
        return Text(*_said(" ".join(self.dice.choices(WORDS, k=8))))

    def thread(self, *which: Any) -> AnyRow | None:
        """One that stands, as a moderator sees it."""
        ids = db.session.scalars(select(Thread.id).where(Thread.deleted_at.is_(None), *which).order_by(Thread.id)).all()
        return queries.thread_visible_to(self.moderator, self.dice.choice(ids)) if ids else None

    def post(self, *which: Any) -> tuple[AnyRow, AnyRow] | None:
        """One that stands, with its thread; as ``post_curating.post_now`` gives it."""
        standing = select(Post.id, Post.thread_id).join(Thread, Thread.id == Post.thread_id)
        standing = standing.where(Post.deleted_at.is_(None), Thread.deleted_at.is_(None), *which).order_by(Post.id)
        rows = db.session.execute(standing).all()
        if not rows:
            return None
        row = self.dice.choice(rows)
        thread, post = queries.thread_visible_to(self.moderator, row.thread_id), post_curating.post_now(row.id)
        return None if thread is None or post is None else (thread, post)

    @property
    def can_take_back(self) -> bool:
        """Whether there is something to undo."""
        return bool(self._undo)

    def take_back_last(self) -> None:
        """Undo the newest of what can be undone."""
        self._undo.pop()()

    def take_back(self) -> None:
        if self._undo:
            self._undo.pop(self.dice.randrange(len(self._undo)))()

    def officially(self, post_id: int, verb: Callable[..., None], *more: Any) -> None:
        found = official_by_post(post_id)
        thread = queries.thread_visible_to(self.moderator, found.thread_id) if found is not None else None
        if found is not None and found.deleted_at is None and thread is not None:
            verb(self.moderator, thread, found, *more)

    def undo_of_post(self, post_id: int, undo: Callable[[AnyRow, AnyRow], object]) -> Undo:
        def take_back() -> None:
            post = post_curating.post_now(post_id)
            if post is not None:
                self.with_thread(post.thread_id, lambda thread: undo(thread, post))

        return take_back

    def with_thread(self, thread_id: int, undo: Callable[[AnyRow], object]) -> None:
        thread = thread_now(thread_id)
        if thread is not None:
            undo(thread)

    def with_two(self, one: int, two: int, undo: Callable[[AnyRow, AnyRow], object]) -> None:
        first, second = thread_now(one), thread_now(two)
        if first is not None and second is not None:
            undo(first, second)


def _said(words: str) -> tuple[str, str, tuple[str, ...]]:
    return words, f"<p>{words}</p>", ()
