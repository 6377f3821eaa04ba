"""Holding a message: two workers never send one, and none is held by a worker that is gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.mail.models import WAITING, MailMessage
from knowledge_exchange.mail.settling import has_writer

#: A message is held for so long: from being claimed until its turn comes, and from then until what became of it is
#: noted. Longer than a delivery may take.
LEASE = timedelta(minutes=5)

_COLUMNS = (
    MailMessage.id,
    MailMessage.recipient,
    MailMessage.subject,
    MailMessage.text,
    MailMessage.html,
    MailMessage.headers,
    MailMessage.writer,
    MailMessage.essential,
    MailMessage.tries,
    MailMessage.not_before,
    MailMessage.lease_until,
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker holds until ``lease_until``; columns of the row."""

    id: int
    recipient: str
    subject: str
    text: str
    html: str
    headers: str
    writer: str
    essential: bool
    tries: int
    not_before: datetime
    lease_until: datetime

    def is_ours(self) -> ColumnElement[bool]:
        """The condition that the row is still there, waits, and is held by this worker."""
        return and_(MailMessage.id == self.id, WAITING, MailMessage.lease_until == self.lease_until)


def _due() -> ColumnElement[bool]:
    """What nobody holds and whose time has come; what must be written, only where somebody can."""
    moment = now()
    free = MailMessage.lease_until.is_(None) | (MailMessage.lease_until < moment)
    due = and_(WAITING, MailMessage.not_before <= moment, free)
    return due if has_writer() else and_(due, MailMessage.writer == "")


def is_any_due() -> bool:
    """Whether there is anything to send."""
    found = db.session.scalar(select(MailMessage.id).where(_due()).limit(1))
    end_read()
    return found is not None


def claim(most: int) -> list[Claimed]:
    """Take up to ``most`` messages, the longest due first, by conditional update. Empty: nothing is due."""
    while True:
        query = select(MailMessage.id).where(_due()).order_by(MailMessage.not_before, MailMessage.id).limit(most)
        ids = db.session.scalars(query).all()
        end_read()
        # Another worker may have been quicker with all of these; then it has them, and others may be left.
        taken = _take(ids)
        if taken or not ids:
            return sorted(taken, key=lambda message: (message.not_before, message.id))


def _take(ids: Iterable[int]) -> list[Claimed]:
    taken = (
        update(MailMessage)
        .where(MailMessage.id.in_(ids), _due())
        .values(lease_until=now() + LEASE, tries=MailMessage.tries + 1)
        .returning(*_COLUMNS)
        .execution_options(synchronize_session=False)
    )
    with unit_of_work() as work:
        return [Claimed(**row._mapping) for row in work.execute(taken)]


def renew(claimed: Claimed) -> Claimed | None:
    """Hold it anew for the length of a lease; in a unit of work. None: it is gone, or somebody else's by now.

    That it is gone is how it is known, at the last moment, that its member has lost their standing (``drop_unsent``).
    """
    until = now() + LEASE
    held = update(MailMessage).where(claimed.is_ours()).values(lease_until=until).returning(MailMessage.id)
    return replace(claimed, lease_until=until) if change(held) else None


def release(claimed: Iterable[Claimed], not_before: datetime | None = None) -> None:
    """Give messages back whose turn never came: it was no try of theirs. ``not_before``: put them off till then."""
    with unit_of_work():
        for message in claimed:
            when = not_before or message.not_before
            back = {"lease_until": None, "tries": message.tries - 1, "not_before": when}
            change(update(MailMessage).where(message.is_ours()).values(back).returning(MailMessage.id))


def change(statement: ReturningUpdate[Any]) -> bool:
    """Run an UPDATE of one message; whether there was one."""
    return db.session.scalar(statement.execution_options(synchronize_session=False)) is not None
