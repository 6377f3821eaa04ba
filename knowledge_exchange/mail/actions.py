"""Putting mail into the outbox, and taking it out again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from flask import render_template
from sqlalchemy import delete, insert, select, update

from knowledge_exchange.core.clock import rounded_now
from knowledge_exchange.core.db import db, table_of
from knowledge_exchange.core.ids import new_ids, new_rounded_id, random_id
from knowledge_exchange.core.reads import Write
from knowledge_exchange.mail.models import SEALED, WAITING, MailMessage
from knowledge_exchange.mail.refusals import forget_refusal, refused_at
from knowledge_exchange.mail.settling import DROPPED, settle

__all__ = ["drop_unsent", "forget_refusal", "post_mail", "queue_written", "readdress", "refused_at"]


_INSERT = Write(insert(table_of(MailMessage)))
_UNWRITTEN = {
    **dict.fromkeys(("subject", "text", "html", "headers", "last_error"), ""),
    "essential": False,
    "tries": 0,
}


def post_mail(
    recipient: str,
    subject: str,
    template: str,
    *,
    member_id: int | None = None,
    essential: bool = False,
    not_before: datetime | None = None,
    **facts: object,
) -> int | None:
    """Queue one message, its text from ``templates/mail/<template>.txt``; sent after the commit.

    Returns its id; None where none is queued.

    ``essential`` mail (confirming, resetting, a claim's code) goes to people of any standing; the
    rest is dropped when its member loses standing, and never goes to an address that refuses mail.
    Subjects name neither union nor content.
    """
    if not essential and refused_at(recipient):
        return None
    message = MailMessage(
        # Many letters follow at once what somebody does: a sign-in on a new device, a new password.
        id=new_rounded_id(),
        recipient=recipient,
        subject=" ".join(subject.split()),  # a line break here would make a header
        text=render_template(f"mail/{template}.txt", **facts),
        member_id=member_id,
        essential=essential,
        not_before=not_before or rounded_now(),
    )
    db.session.add(message)
    return message.id


def queue_written(member_id: int, recipient: str, writer: str, *, thread_id: int | None, not_before: datetime) -> int:
    """Queue a message that ``writer`` writes when it is sent (hook ``write_mail``); returns its id.

    Whether the address refuses mail is looked at then; whoever asks :func:`refused_at` before need not queue it.
    """
    message = MailMessage(
        recipient=recipient,
        subject="",
        text="",
        writer=writer,
        member_id=member_id,
        thread_id=thread_id,
        not_before=not_before,
    )
    db.session.add(message)
    db.session.flush()
    return message.id


class ToWrite(NamedTuple):
    """A message that is written when it is sent: to whom, about which thread, and due when."""

    member_id: int
    recipient: str
    thread_id: int | None
    not_before: datetime


def queue_all_written(messages: Sequence[ToWrite], writer: str) -> list[int]:
    """Queue several as :func:`queue_written` does one, by one statement; their ids, in the same order."""
    ids = new_ids(len(messages))
    _INSERT.many(
        [{**_UNWRITTEN, "writer": writer, "id": id_, **one._asdict()} for id_, one in zip(ids, messages, strict=True)]
    )
    return ids


def queue_sealed(dues: Sequence[datetime]) -> list[int]:
    """Queue messages of which nothing is known but when each is due: the letter says to whom it goes.

    Their ids, in the same order: by chance, for a Message-ID goes to mail servers, and a time in it would say which
    post it is about.
    """
    ids = [random_id() for _due in dues]
    unknown = {**_UNWRITTEN, "writer": SEALED, "recipient": "", "member_id": None, "thread_id": None}
    _INSERT.many([{**unknown, "id": id_, "not_before": due} for id_, due in zip(ids, dues, strict=True)])
    return ids


def readdress(member_id: int, before: str, after: str) -> None:
    """Let what was not sent yet follow a member to another address; links that were asked for there stay."""
    mine = (WAITING, MailMessage.member_id == member_id, MailMessage.recipient == before)
    db.session.execute(update(MailMessage).where(*mine, MailMessage.essential.is_(False)).values(recipient=after))


def drop_unsent(member_id: int) -> None:
    """Forget what was not sent yet to somebody who has lost standing."""
    mine = (WAITING, MailMessage.member_id == member_id, MailMessage.essential.is_(False))
    query = select(MailMessage.id, MailMessage.writer).where(*mine).with_for_update()
    for message_id, writer in db.session.execute(query).all():
        settle(message_id, writer, DROPPED)
        db.session.execute(delete(MailMessage).where(MailMessage.id == message_id))
