"""A batch of imported posts into the tables: voices, threads, replies, each by few statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row as Found
from sqlalchemy import bindparam, insert, select, update

from knowledge_exchange.cli.stackexchange.origin import Origin, shown_name
from knowledge_exchange.cli.stackexchange.places import Place, moment, places_in
from knowledge_exchange.cli.stackexchange.rows import Kind, Row
from knowledge_exchange.cli.stackexchange.texts import Text
from knowledge_exchange.core.db import Base, db
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.core.markup import RENDERER_VERSION
from knowledge_exchange.core.order import FIRST
from knowledge_exchange.core.text import clean_line
from knowledge_exchange.threads.finding.indexing import index_posts, index_threads
from knowledge_exchange.threads.limits import MAX_TITLE_CHARS
from knowledge_exchange.threads.models import Post, Thread, Voice

Written = tuple[Row, Text]

# Tables rather than models: inserting by the hundred then costs a third.
_TABLES = Base.metadata.tables
_POST, _THREAD, _VOICE = (_TABLES[model.__tablename__] for model in (Post, Thread, Voice))
_CHANGE = (
    update(_THREAD)
    .where(_THREAD.c.id == bindparam("thread"))
    .values(
        reply_count=_THREAD.c.reply_count + bindparam("more"),
        version=_THREAD.c.version + 1,
        last_post_id=bindparam("newest"),
        answer_id=bindparam("answer"),
        answered_at=bindparam("at"),
    )
)


@dataclass(frozen=True, slots=True)
class Stored:
    """What a batch has brought; ``orphans`` found no thread and were not stored."""

    problems: int
    replies: int
    answers: int
    orphans: list[Row]


class Store:
    """Writes a batch of posts of one origin into one network; to be used inside a unit of work."""

    def __init__(self, network_id: int, origin: Origin) -> None:
        self._network_id = network_id
        self._origin = origin
        self._written: list[int] = []

    def write(self, batch: Sequence[Written], accepted: Mapping[int, int]) -> Stored:
        """Store a batch of new posts. ``accepted``: questions by the answers that were accepted."""
        voices = self._voices([row for row, _text in batch])
        questions = [one for one in batch if one[0].kind is Kind.QUESTION]
        if questions:
            self._write_threads(questions, voices)
        replies: dict[int, list[Written]] = defaultdict(list)
        for row, text in batch:
            if row.parent is not None:
                replies[row.parent].append((row, text))
        changes = [
            self._write_replies(thread, place, replies.pop(question), voices, accepted)
            for question, thread, place in self._threads(replies)
        ]
        if changes:
            db.session.connection().execute(_CHANGE, changes)
        index_posts(self._written)
        # Of their earlier posts, too, search says that they are answered.
        index_threads([change["thread"] for change in changes if change["is_new"]])
        orphans = [row for left in replies.values() for row, _text in left]
        answers = sum(change["is_new"] for change in changes)
        return Stored(len(questions), sum(change["more"] for change in changes), answers, orphans)

    def _voices(self, rows: Sequence[Row]) -> dict[str, int]:
        """Ids of the authors' voices by key; those not there yet are made."""
        authors = {self._origin.voice_key(row): row for row in reversed(rows)}
        there = select(Voice.external_key, Voice.id).where(Voice.external_key.in_(authors))
        found = {str(key): id_ for key, id_ in db.session.execute(there)}
        made = {key: new_id(at=moment(row.created)) for key, row in authors.items() if key not in found}
        if made:
            db.session.execute(insert(_VOICE), [self._voice(key, id_, authors[key]) for key, id_ in made.items()])
        return found | made

    def _voice(self, key: str, id_: int, row: Row) -> dict[str, Any]:
        names = {"kind": "imported", "name": shown_name(row), "source": self._origin.credit(row)}
        return names | {"id": id_, "external_key": key}

    def _write_threads(self, questions: Sequence[Written], voices: Mapping[str, int]) -> None:
        threads, posts = [], []
        for row, text in questions:
            at = moment(row.created)
            thread_id, post_id = new_id(at=at), new_id(at=at)
            place = {"id": post_id, "thread_id": thread_id, "parent_id": None, "position": FIRST, "depth": 0}
            post = self._post(row, text, voices, place)
            posts.append(post)
            threads.append(
                {
                    "id": thread_id,
                    "network_id": self._network_id,
                    "kind": "problem",
                    "title": _fitting(row.title),
                    "voice_id": post["voice_id"],
                    "created_at": row.created,
                    "opening_post_id": post_id,
                    "last_post_id": post_id,
                    "external_key": post["external_key"],
                }
            )
        db.session.execute(insert(_THREAD), threads)
        db.session.execute(insert(_POST), posts)

    def _post(self, row: Row, text: Text, voices: Mapping[str, int], place: dict[str, Any]) -> dict[str, Any]:
        self._written.append(place["id"])
        return place | {
            "voice_id": voices[self._origin.voice_key(row)],
            "body": text.body,
            "html": text.html,
            "renderer": RENDERER_VERSION,
            "created_at": row.created,
            "external_key": self._origin.post_key(row.id),
        }

    def _threads(self, questions: Iterable[int]) -> list[tuple[int, Found[Any], Place]]:
        """The threads of these questions. Whoever replies there waits, so nobody takes the same place.

        In the order of their ids: two imports never wait for each other in a ring.
        """
        by_key = {self._origin.post_key(question): question for question in questions}
        facts = (Thread.opening_post_id, Thread.last_post_id, Thread.answer_id, Thread.answered_at)
        wanted = select(Thread.id, Thread.external_key, *facts).where(Thread.external_key.in_(by_key))
        found: Sequence[Any] = db.session.execute(wanted.order_by(Thread.id).with_for_update()).all()
        places = places_in(found)
        return [(by_key[thread.external_key], thread, place) for thread, place in zip(found, places, strict=True)]

    def _write_replies(
        self,
        thread: Found[Any],
        place: Place,
        replies: list[Written],
        voices: Mapping[str, int],
        accepted: Mapping[int, int],
    ) -> dict[str, Any]:
        """Add a thread's replies, oldest first; returns how that changes the thread."""
        answer = {"answer": thread.answer_id, "at": thread.answered_at, "is_new": False}
        posts = []
        for row, text in sorted(replies, key=lambda one: (one[0].created, one[0].id)):
            where, is_newest = place.of_reply(row.created)
            posts.append(self._post(row, text, voices, where))
            if not is_newest:
                db.session.execute(insert(_POST), [posts.pop()])
            if thread.answer_id is None and accepted.get(row.id) == row.parent:
                answer = {"answer": where["id"], "at": row.created, "is_new": True}
        if posts:
            db.session.execute(insert(_POST), posts)
        return answer | {"thread": thread.id, "more": len(replies), "newest": place.newest}


def _fitting(title: str) -> str:
    title = clean_line(title)
    return title if len(title) <= MAX_TITLE_CHARS else title[: MAX_TITLE_CHARS - 1].rstrip() + "…"
