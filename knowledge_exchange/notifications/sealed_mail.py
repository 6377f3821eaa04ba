"""E-mail about what sealed places are told: nothing in it, in the outbox or in what is left of it names both.

The message in the outbox has no recipient and no thread, and a number by chance; it waits for a time by chance. Whose
the place is, where they read and what they chose is found when it is sent. What it says names no thread either, and is
what mail about requests and invitations says. Then the message goes, and of all notices stands the same: that they are
dealt with. For their state would say what their member chose, and when they were left in peace.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, case, literal, null, select, update

from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, Id, db, end_read, unit_of_work
from knowledge_exchange.mail.actions import queue_sealed
from knowledge_exchange.mail.letter import Later, Letter
from knowledge_exchange.mail.models import SEALED, WAITING, MailMessage
from knowledge_exchange.notifications import letter_words
from knowledge_exchange.notifications.fates import MAIL_MAX_AGE, PENDING, Fate, settle, state_of_choice
from knowledge_exchange.notifications.kinds import Choices, choices_of
from knowledge_exchange.notifications.mail_readers import MailReader, readers_of
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.notifications.queries import visible_now
from knowledge_exchange.notifications.sealed import owners_of

#: How long a message waits: by chance, so that none arrives at a time that says which post it is about.
LEAST_DELAY, MOST_DELAY = timedelta(minutes=15), timedelta(minutes=120)
#: The one state of notices of sealed places that are dealt with.
OVER = "sealed"


def _by_chance() -> timedelta:
    most_s = int((MOST_DELAY - LEAST_DELAY).total_seconds())
    return LEAST_DELAY + timedelta(seconds=secrets.randbelow(most_s + 1))


def fates_of(notices: Sequence[AnyRow], moment: datetime) -> list[Fate]:
    """What becomes of notices of sealed places that nobody has looked at: each joins its place's message, or begins it.

    In a unit of work. They have id, participant_id, created_at and read_at.
    """
    fates = [Fate(notice.id, OVER, notice.created_at) for notice in notices if _is_over(notice, moment)]
    waiting = [notice for notice in notices if not _is_over(notice, moment)]
    messages = _open_messages({notice.participant_id for notice in waiting}) if waiting else {}
    begun = {
        notice.participant_id: notice.created_at + _by_chance()
        for notice in waiting
        if notice.participant_id not in messages
    }
    ids = queue_sealed(list(begun.values()))
    messages |= {place_id: (id_, due) for id_, (place_id, due) in zip(ids, begun.items(), strict=True)}
    for notice in waiting:
        message_id, due = messages[notice.participant_id]
        fates.append(Fate(notice.id, "waiting", due, message_id))
    return fates


def _is_over(notice: AnyRow, moment: datetime) -> bool:
    return notice.read_at is not None or notice.created_at < moment - MAIL_MAX_AGE


def _open_messages(place_ids: Collection[int]) -> dict[int, tuple[int, datetime]]:
    """Messages that wait and that no worker has taken, by place: id, and when each is due. They are locked."""
    query = (
        select(Notification.participant_id, MailMessage.id, MailMessage.not_before)
        .join(MailMessage, MailMessage.id == Notification.mail_id)
        .where(Notification.member_id.is_(None), Notification.participant_id.in_(place_ids), PENDING)
        .where(WAITING, MailMessage.lease_until.is_(None), MailMessage.writer == SEALED)
        .with_for_update(of=MailMessage, skip_locked=True)
    )
    return {row.participant_id: (row.id, row.not_before) for row in db.session.execute(query)}


def write(message_id: int) -> Letter | None:
    """What a message says now, and to whom it goes; None: there is nothing (left) to say, or nobody to say it to.

    Raises :class:`Later` while its reader wishes to be left in peace: until a time by chance, not until theirs.
    """
    reader = _reader(message_id)
    kept = _to_be_sent(message_id, reader) if reader is not None else []
    if reader is None or not kept:
        return None
    moment = now()
    if reader.peace_ends(moment) is not None:
        until = moment + _by_chance()
        end_read()
        with unit_of_work():
            settle([Fate(notice.id, "waiting", until, message_id) for notice in kept])
        raise Later(until)
    return replace(letter_words.of_sealed(reader, len(kept)), recipient=reader.email)


def _reader(message_id: int) -> MailReader | None:
    """Whose place the message is of, if they are anybody to whom mail may go."""
    owners = owners_of(list({notice.participant_id for notice in _carried(message_id)}))
    if not owners:
        return None
    member_id = next(iter(owners.values()))
    reader = readers_of([member_id]).get(member_id)
    return None if reader is None or reader.barred else reader


def _carried(message_id: int) -> Sequence[AnyRow]:
    query = select(Notification.id, Notification.participant_id).where(_of_message(message_id))
    return db.session.execute(query).all()


def _of_message(message_id: int) -> ColumnElement[bool]:
    return and_(Notification.member_id.is_(None), PENDING, Notification.mail_id == message_id)


def _to_be_sent(message_id: int, reader: MailReader) -> list[AnyRow]:
    """The notices of the message that its reader has not read, may still see, and wishes to have by e-mail."""
    query = (
        select(
            Notification.id,
            Notification.kind,
            Notification.thread_id,
            Notification.post_id,
            Notification.read_at,
            Participant.level,
            case((visible_now(whom=literal(reader.id, Id)), 1), else_=0).label("visible"),
        )
        .join(Participant, Participant.id == Notification.participant_id)
        .where(_of_message(message_id))
        .order_by(Notification.id)
    )
    notices = db.session.execute(query).all()
    standing = hooks.call("posts_for_mail", [notice.post_id for notice in notices if notice.post_id], False)
    choices = choices_of([reader.id])
    return [notice for notice in notices if _goes(notice, reader, choices) and notice.post_id in {None, *standing}]


def _goes(notice: AnyRow, reader: MailReader, choices: Choices) -> bool:
    """Whether it is to be sent (pure)."""
    is_muted = notice.thread_id is not None and notice.level == "muted"
    if notice.read_at is not None or not notice.visible or is_muted:
        return False
    return state_of_choice(choices[reader.id, notice.kind].mail, reader.digest) == "waiting"


def over(message_id: int) -> None:
    """The message was sent, or will never be: its notices are dealt with, all alike, and lead to it no more."""
    ended = {"mail": OVER, "mail_at": Notification.created_at, "mail_id": null()}
    db.session.execute(update(Notification).where(_of_message(message_id)).values(ended))
