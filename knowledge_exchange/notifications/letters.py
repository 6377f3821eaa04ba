"""Messages of notices, written at the moment when they are sent: from what is true, and to be seen, then.

Fills the outbox's hook ``write_mail``. What must not go (read, gone, out of sight, unwished) gets its state here
and is left out; what it says is in ``letter_words.py``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import case, select

from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, end_read, unit_of_work
from knowledge_exchange.mail.letter import Later, Letter, Unsaid
from knowledge_exchange.mail.models import SEALED, MailMessage
from knowledge_exchange.notifications import letter_words, sealed_mail
from knowledge_exchange.notifications.fates import Fate, settle, state_of_choice
from knowledge_exchange.notifications.kinds import Choices, choices_of
from knowledge_exchange.notifications.letter_words import QuotedPost
from knowledge_exchange.notifications.levels import effective
from knowledge_exchange.notifications.mail_readers import MailReader, readers_of
from knowledge_exchange.notifications.mailing import WRITER, notices_in
from knowledge_exchange.notifications.mine import covers_of
from knowledge_exchange.notifications.models import NetworkLevel, Notification, Participant
from knowledge_exchange.notifications.queries import known_now, not_hidden


def write_mail(message_id: int) -> Letter | None:
    """What a message of notices or a digest says now; None: there is nothing (left) to say.

    Raises :class:`Later` while its reader wishes to be left in peace, and :class:`Unsaid` where all that is left
    covers what they wrote under a pseudonym, or is hidden from them: those notices end like everybody's, and are in
    no letter.
    """
    message = _message(message_id)
    if message is not None and message.writer == SEALED:
        return sealed_mail.write(message_id)
    reader = readers_of([message.member_id]).get(message.member_id) if message else None
    if message is None or reader is None:
        return None
    moment = now()
    notices = _notices(message_id, reader.id)
    # Most messages name nothing, so that the texts of the posts need not be read.
    posts = _posts(notices, reader)
    choices = choices_of([reader.id])
    states = {notice.id: _dropped(notice, reader, choices, posts, message.writer) for notice in notices}
    kept = [notice for notice in notices if states[notice.id] is None]
    covers = covers_of(reader.id, kept)
    until = reader.peace_ends(moment) if kept else None
    end_read()
    _note(states, until, moment, message_id)
    if not kept:
        return None
    if until is not None:
        raise Later(until)
    shown = [notice for notice in kept if notice.id not in covers and not notice.hidden]
    return _said(message.writer, reader, shown, posts)


def _said(writer: str, reader: MailReader, notices: Sequence[AnyRow], posts: Mapping[int, QuotedPost]) -> Letter:
    if not notices:
        raise Unsaid
    return (letter_words.of_notices if writer == WRITER else letter_words.of_digest)(reader, notices, posts)


def _message(message_id: int) -> AnyRow | None:
    query = select(MailMessage.member_id, MailMessage.writer).where(MailMessage.id == message_id)
    return db.session.execute(query).first()


def _notices(message_id: int, member_id: int) -> Sequence[AnyRow]:
    """What the message is to carry, with what may have changed since."""
    place = (Participant.member_id == Notification.member_id, Participant.thread_id == Notification.thread_id)
    network = (NetworkLevel.member_id == Notification.member_id, NetworkLevel.network_id == Notification.network_id)
    return notices_in(
        message_id,
        member_id,
        Notification.id,
        Notification.kind,
        Notification.thread_id,
        Notification.post_id,
        Notification.text,
        Notification.url,
        Notification.read_at,
        Notification.created_at,
        case((known_now(), 1), else_=0).label("visible"),
        case((not_hidden(), 0), else_=1).label("hidden"),
        select(Participant.level).where(*place).scalar_subquery().label("level"),
        select(Participant.level_chosen_at).where(*place).scalar_subquery().label("level_chosen_at"),
        select(NetworkLevel.level).where(*network).scalar_subquery().label("network_level"),
    )


def _posts(notices: Sequence[AnyRow], reader: MailReader) -> Mapping[int, QuotedPost]:
    """The posts that are told of, as they are now, as far as they still stand."""
    ids = [notice.post_id for notice in notices if notice.post_id is not None]
    if not ids:
        return {}
    found: Mapping[int, QuotedPost] = hooks.call("posts_for_mail", ids, reader.details)
    return found


def _dropped(
    notice: AnyRow, reader: MailReader, choices: Choices, posts: Mapping[int, QuotedPost], writer: str
) -> str | None:
    """The state of a notice that must not go, or must not go in this message; None: it goes."""
    if reader.barred:
        return reader.barred
    if notice.read_at is not None:
        return "read"
    if not notice.visible or (notice.post_id is not None and notice.post_id not in posts):
        return "unseen"
    if _is_muted(notice):
        return "muted"
    state = state_of_choice(choices[reader.id, notice.kind].mail, reader.digest)
    if writer == WRITER:
        return None if state == "waiting" else state
    if state == "off":
        return state
    return None if reader.digest != "off" else "no_digest"


def _is_muted(notice: AnyRow) -> bool:
    """Its thread was muted meanwhile, by itself or with its network."""
    if notice.thread_id is None:
        return False
    return effective(notice.level, notice.network_level, chosen=notice.level_chosen_at is not None) == "muted"


def _note(states: Mapping[int, str | None], until: datetime | None, moment: datetime, message_id: int) -> None:
    """Write what was left out and why; and, of what waits on, till when."""
    fates: Collection[Fate] = [Fate(id_, state, moment) for id_, state in states.items() if state is not None]
    if until is not None:
        fates = [*fates, *(Fate(id_, "waiting", until, message_id) for id_, state in states.items() if state is None)]
    if fates:
        with unit_of_work():
            settle(fates)
