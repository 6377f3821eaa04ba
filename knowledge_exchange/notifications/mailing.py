"""What becomes of each notice by e-mail: decided once, some seconds after it was made, by a job.

A post writes its notices and nothing more. Here each gets a state: it waits (batched by member and thread, for a
while, so that reading or deleting still drops it), goes into the digest, or goes nowhere, and why. What a message
says is written when it is sent (``letters.py``).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, unit_of_work
from knowledge_exchange.core.reads import Read, Write
from knowledge_exchange.mail.actions import ToWrite, queue_all_written
from knowledge_exchange.mail.models import SEALED, WAITING, MailMessage
from knowledge_exchange.notifications import sealed_mail
from knowledge_exchange.notifications.fates import MAIL_MAX_AGE, PENDING, Fate, settle, state_of_choice
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
#: Who writes the messages of notices (``mail_message.writer``).
WRITER = "notices"

_mail = Notification.mail
_UNDECIDED = Read(select(Notification.id).where(_mail.is_(None)).limit(1))
_TAKE = Write(
    select(
        Notification.id,
        Notification.member_id,
        Notification.participant_id,
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


def decide() -> None:
    """Decide what nobody has looked at yet; where there is nothing, one look into an index (job)."""
    for _batch in range(MOST_BATCHES):
        if not _UNDECIDED.all() or decide_batch() < BATCH:
            return
        time.sleep(PAUSE_S)


def decide_batch() -> int:
    """Decide up to :data:`BATCH` notices, all or none; how many. Another worker's are passed over."""
    with unit_of_work():
        taken = _TAKE.run()
        notices = [notice for notice in taken if notice.member_id is not None]
        members = {notice.member_id for notice in notices}
        readers, choices, moment = readers_of(members), choices_of(members), now()
        fates: list[Fate] = []
        waiting = []
        for notice in notices:
            reader = readers[notice.member_id]
            choice = choices[notice.member_id, notice.kind].mail
            state = state_of(notice, reader, choice, moment)
            if state == "waiting":
                waiting.append((notice, reader))
            else:
                fates.append(Fate(notice.id, state, moment))
        sealed = sealed_mail.fates_of([notice for notice in taken if notice.member_id is None], moment)
        settle([*fates, *_put_into_messages(waiting), *sealed])
    return len(taken)


def state_of(notice: AnyRow, reader: MailReader, choice: str, moment: datetime) -> str:
    """The state that a notice gets when it is first looked at (pure)."""
    if notice.read_at is not None:
        return "read"
    if notice.created_at < moment - MAIL_MAX_AGE:
        return "late"
    return reader.barred or state_of_choice(choice, reader.digest)


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
    query = select(MailMessage.member_id, MailMessage.writer).where(MailMessage.id == message_id)
    message = db.session.execute(query).first()
    if message is not None and message.writer == SEALED:
        sealed_mail.over(message_id)
        return
    if message is not None:  # else it is gone already, and all that waits is looked through
        mine.append(Notification.member_id == message.member_id)
    db.session.execute(update(Notification).where(*mine).values(mail=_ENDS[outcome], mail_at=at))


_ENDS: Mapping[str, str] = {"sent": "sent", "refused": "refused", "failed": "failed", "dropped": "standing"}


def notices_in(message_id: int, member_id: int, *columns: Any) -> Sequence[AnyRow]:
    """The notices that a message is to carry, in order: these columns of each."""
    mine = (Notification.member_id == member_id, PENDING, Notification.mail_id == message_id)
    return db.session.execute(select(*columns).where(*mine).order_by(Notification.id)).all()
