"""What becomes of each notice by e-mail: decided once, some seconds after it was made, by a job.

A post writes its notices and nothing more. Here each gets a state: it waits (batched by member and thread, for a
while, so that reading or deleting still drops it), goes into the digest, or goes nowhere, and why. What a message
says is written when it is sent (``letters.py``).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, Text, bindparam, literal_column, select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, Id, UtcDateTime, db, table_of, unit_of_work
from knowledge_exchange.core.reads import Read, Write
from knowledge_exchange.mail.actions import ToWrite, queue_all_written
from knowledge_exchange.mail.models import WAITING, MailMessage
from knowledge_exchange.notifications.kinds import choices_of
from knowledge_exchange.notifications.mail_readers import MailReader, readers_of
from knowledge_exchange.notifications.models import Notification

DECIDE_EVERY_S = 5.0
#: Notices that are decided in one transaction.
BATCH = 100
#: Batches in one turn of the job, and what others get between two of them.
MOST_BATCHES = 200
PAUSE_S = 0.05
#: How long a notice waits before it is sent: for its reader to see it on the site, and for others to join it.
MAIL_DELAY = timedelta(minutes=10)
#: Notices that nobody looked at for so long (the job didn't run) are news no more.
MAIL_MAX_AGE = timedelta(days=3)
#: Who writes the messages of notices (``mail_message.writer``).
WRITER = "notices"

#: ``notification.mail``: what became of a notice by e-mail, in words that its member reads.
STATES: Mapping[str, str | LazyString] = {
    "waiting": _l("It waits to be sent."),
    "digest": _l("It waits for your digest, which is sent when you have been away."),
    "sent": _l("It was sent."),
    "off": _l("You chose no e-mail for this kind of notice."),
    "no_digest": _l("This kind of notice comes in the digest, and you have turned the digest off."),
    "stopped": _l("You have stopped all e-mail about notices."),
    "read": _l("You had read it before it was sent."),
    "muted": _l("You had muted its thread, or its network, before it was sent."),
    "unseen": _l("What it is about was gone, or no longer yours to see, before it was sent."),
    "refused": _l("E-mail to your address comes back."),
    "failed": _l("The mail server could not be reached for so long that we gave up."),
    "unconfirmed": _l("Your address has not been confirmed."),
    "late": _l("It was too old to be news when its turn came."),
    "old": _l("It is from before notices came by e-mail."),
    "standing": _l("Your membership was not active."),
    "sealed": _l("Nothing is sent about threads in which you write under a pseudonym."),
}

_mail = Notification.mail


def _word(word: str) -> ColumnElement[str]:
    # An index of part of a table is used for what is said, not for what is bound.
    return literal_column(f"'{word}'", Text())


#: Said exactly as the index says it, so that SQLite uses it.
PENDING = _mail.in_((_word("waiting"), _word("digest")))
IN_DIGEST = _mail == _word("digest")

_UNDECIDED = Read(select(Notification.id).where(_mail.is_(None)).limit(1))
_TAKE = Write(
    select(
        Notification.id,
        Notification.member_id,
        Notification.thread_id,
        Notification.kind,
        Notification.created_at,
        Notification.read_at,
    )
    .where(_mail.is_(None))
    .order_by(Notification.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)
_SETTLE = Write(
    update(table_of(Notification))
    .where(Notification.id == bindparam("of_notice", type_=Id))
    .values(
        mail=bindparam("to_state", type_=Text()),
        mail_at=bindparam("since", type_=UtcDateTime()),
        mail_id=bindparam("by_message", type_=Id),
    )
)


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one notice: its state, since (or, waiting, till) when, and in which message."""

    notice_id: int
    state: str
    at: datetime
    message_id: int | None = None


def settle(fates: Collection[Fate]) -> None:
    """Write what becomes of these notices; in a unit of work."""
    _SETTLE.many(
        [
            {"of_notice": fate.notice_id, "to_state": fate.state, "since": fate.at, "by_message": fate.message_id}
            for fate in fates
        ]
    )


def decide() -> None:
    """Decide what nobody has looked at yet; where there is nothing, one look into an index (job)."""
    for _batch in range(MOST_BATCHES):
        if not _UNDECIDED.all() or decide_batch() < BATCH:
            return
        time.sleep(PAUSE_S)


def decide_batch() -> int:
    """Decide up to :data:`BATCH` notices, all or none; how many. Another worker's are passed over."""
    with unit_of_work():
        notices = _TAKE.run()
        members = {notice.member_id for notice in notices if notice.member_id is not None}
        readers, choices, moment = readers_of(members), choices_of(members), now()
        fates: list[Fate] = []
        waiting = []
        for notice in notices:
            reader = readers.get(notice.member_id)
            choice = choices[notice.member_id or 0, notice.kind].mail
            state = state_of(notice, reader, choice, moment)
            if reader is not None and state == "waiting":
                waiting.append((notice, reader))
            else:
                fates.append(Fate(notice.id, state, moment))
        settle([*fates, *_put_into_messages(waiting)])
    return len(notices)


def state_of(notice: AnyRow, reader: MailReader | None, choice: str, moment: datetime) -> str:
    """The state that a notice gets when it is first looked at (pure). No reader: its participant is sealed."""
    if reader is None:
        return "sealed"
    if notice.read_at is not None:
        return "read"
    if notice.created_at < moment - MAIL_MAX_AGE:
        return "late"
    return reader.barred or state_of_choice(choice, reader.digest)


def state_of_choice(choice: str, digest: str) -> str:
    """The state that follows from what a member chose for the kind, and for the digest (pure)."""
    if choice == "never":
        return "off"
    if choice == "digest":
        return "digest" if digest != "off" else "no_digest"
    return "waiting"


def _put_into_messages(waiting: Sequence[tuple[AnyRow, MailReader]]) -> list[Fate]:
    """Each joins the message of its member and thread that still waits, or begins one."""
    messages = _open_messages({reader.id for _notice, reader in waiting}) if waiting else {}
    begun: dict[tuple[int | None, int | None], ToWrite] = {}
    for notice, reader in waiting:
        key = (reader.id, notice.thread_id)
        if key not in messages and key not in begun:
            begun[key] = _new_message(notice, reader)
    ids = queue_all_written(list(begun.values()), WRITER)
    messages |= {key: (id_, begun[key].not_before) for key, id_ in zip(begun, ids, strict=True)}
    fates = []
    for notice, reader in waiting:
        message_id, due = messages[reader.id, notice.thread_id]
        fates.append(Fate(notice.id, "waiting", due, message_id))
    return fates


def _open_messages(members: Collection[int]) -> dict[tuple[int | None, int | None], tuple[int, datetime]]:
    """Messages that wait and that no worker has taken, by member and thread: id, and when each is due.

    Their rows are locked: a worker that would take one at this moment waits until those that join it are written.
    """
    query = select(MailMessage.id, MailMessage.member_id, MailMessage.thread_id, MailMessage.not_before).where(
        WAITING, MailMessage.lease_until.is_(None), MailMessage.member_id.in_(members), MailMessage.writer == WRITER
    )
    rows = db.session.execute(query.with_for_update(skip_locked=True))
    return {(row.member_id, row.thread_id): (row.id, row.not_before) for row in rows}


def _new_message(notice: AnyRow, reader: MailReader) -> ToWrite:
    due = notice.created_at + MAIL_DELAY
    return ToWrite(reader.id, reader.email, notice.thread_id, reader.peace_ends(due) or due)


def settled(message_id: int, outcome: str, at: datetime) -> None:
    """A message of ours was sent, or will never be: its notices get their end (hook ``mail_settled``).

    What ``letters.py`` left out of it has its state already. So what still waits in one that was dropped waits
    for a member who has just lost their standing.
    """
    mine = [PENDING, Notification.mail_id == message_id]
    member_id = db.session.scalar(select(MailMessage.member_id).where(MailMessage.id == message_id))
    if member_id is not None:  # else the message is gone already, and all that waits is looked through
        mine.append(Notification.member_id == member_id)
    db.session.execute(update(Notification).where(*mine).values(mail=_ENDS[outcome], mail_at=at))


_ENDS: Mapping[str, str] = {"sent": "sent", "refused": "refused", "failed": "failed", "dropped": "standing"}


def notices_in(message_id: int, member_id: int, *columns: Any) -> Sequence[AnyRow]:
    """The notices that a message is to carry, in order: these columns of each."""
    mine = (Notification.member_id == member_id, PENDING, Notification.mail_id == message_id)
    return db.session.execute(select(*columns).where(*mine).order_by(Notification.id)).all()
