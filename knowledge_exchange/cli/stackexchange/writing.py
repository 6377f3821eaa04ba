"""Imported posts into a network: questions become problems, answers the replies to them.

In short transactions, each of some hundred posts, so that a running server hardly notices, and that
a killed import has lost nothing and goes on where it was: what is there already is known by its key.
Nobody is told of imported posts, and no member is made: their authors are voices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from knowledge_exchange.cli.stackexchange.origin import Origin
from knowledge_exchange.cli.stackexchange.reading import Damaged, Kind, Row
from knowledge_exchange.cli.stackexchange.storing import Store, Stored
from knowledge_exchange.cli.stackexchange.texts import Text, Texts
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.threads.models import Post

#: Posts written in one transaction; it holds the write lock for some 10 ms.
BATCH = 100
#: How often a batch is tried when another import writes the same posts at the same time.
ATTEMPTS = 5


@dataclass(slots=True)
class Tally:
    """What has come of the rows so far. ``complete``: the dump could be read to its end."""

    problems: int = 0
    replies: int = 0
    answers: int = 0
    known: int = 0
    others: int = 0
    damaged: int = 0
    complete: bool = True

    @property
    def good(self) -> int:
        """Rows that are in the database now."""
        return self.problems + self.replies + self.known


class _Begun(NamedTuple):
    """A batch whose texts are being made."""

    batch: Sequence[Row]
    known: set[int]
    made: Iterator[tuple[Row, Text]]


class Importer:
    """Writes the rows of one dump into one network; ``report`` hears of each that can't be."""

    def __init__(self, network_id: int, origin: Origin, report: Callable[[int, str], None]) -> None:
        self.tally = Tally()
        self._network_id = network_id
        self._origin = origin
        self._report = report
        # Accepted answer -> its question: the one thing remembered for as long as the import takes.
        self._accepted: dict[int, int] = {}

    def run(self, rows: Iterable[Row | Damaged]) -> Tally:
        """Write all of ``rows``, in which an answer never comes before its question."""
        with Texts() as texts:
            posts = self._posts(rows)
            # While one batch is written, the texts of the next are being made.
            ahead: _Begun | None = None
            while batch := list(islice(posts, BATCH)):
                begun = self._begin(batch, texts)
                if ahead:
                    self._import(ahead, texts)
                ahead = begun
            if ahead:
                self._import(ahead, texts)
        return self.tally

    def _posts(self, rows: Iterable[Row | Damaged]) -> Iterator[Row]:
        for row in rows:
            if isinstance(row, Damaged):
                self._damaged(row.line, row.reason)
                self.tally.complete &= not row.fatal
            elif row.kind is Kind.OTHER:
                self.tally.others += 1
            else:
                if row.kind is Kind.QUESTION:
                    self._origin = self._origin.known_by(row)
                    self._accepted |= {row.accepted: row.id} if row.accepted else {}
                yield row

    def _damaged(self, line: int, reason: str) -> None:
        self.tally.damaged += 1
        self._report(line, reason)

    def _begin(self, batch: Sequence[Row], texts: Texts) -> _Begun:
        known = self._known(batch)
        made = texts.of([row for row in batch if row.id not in known], self._origin.address)
        return _Begun(batch, known, made)

    def _import(self, begun: _Begun, texts: Texts) -> None:
        """One batch. Where another import was quicker with one of its posts, look again what is new."""
        for attempts_left in reversed(range(ATTEMPTS)):
            try:
                self._import_new(begun.known, list(begun.made))
                return
            except IntegrityError:
                if not attempts_left:
                    raise
                begun = self._begin(begun.batch, texts)

    def _import_new(self, known: set[int], new: Sequence[tuple[Row, Text]]) -> None:
        stored = self._store([(row, text) for row, text in new if text.body])
        self.tally.known += len(known)
        self.tally.problems += stored.problems
        self.tally.replies += stored.replies
        self.tally.answers += stored.answers
        self._report_troubles(new, stored.orphans)

    def _store(self, fresh: Sequence[tuple[Row, Text]]) -> Stored:
        if not fresh:
            return Stored(0, 0, 0, [])
        with unit_of_work():
            return Store(self._network_id, self._origin).write(fresh, self._accepted)

    def _report_troubles(self, new: Sequence[tuple[Row, Text]], orphans: Sequence[Row]) -> None:
        for row, text in new:
            if text.is_cut:
                self._report(row.line, _("the text is too long: its end was left out"))
            if not text.body:
                self._damaged(row.line, _("the row has no text to show"))
        for row in orphans:
            reason = _("the row answers question %(id)s, which could not be imported", id=row.parent)
            self._damaged(row.line, reason)

    def _known(self, batch: Sequence[Row]) -> set[int]:
        """Which of these posts an earlier run has brought in. The connection is given back at once."""
        ids = {self._origin.post_key(row.id): row.id for row in batch}
        keys = db.session.scalars(select(Post.external_key).where(Post.external_key.in_(ids))).all()
        end_read()
        return {ids[key] for key in keys if key}
