"""Reading what mail servers send back when a message could not be delivered after all (RFC 3464)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message

from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.mail import verdicts
from knowledge_exchange.mail.composing import id_in
from knowledge_exchange.mail.models import MailMessage

#: More of a report is not read; ours are short, and come back with their head at least.
MOST_BYTES = 1024 * 1024
_STATUS = re.compile(r"5\.\d{1,3}\.\d{1,3}")
#: "smtp; 550 5.1.1 No such user": the answer that the last server got.
_DIAGNOSTIC = re.compile(r"smtp\s*;\s*(5\d\d)", re.IGNORECASE)
_NO_SUCH = 550


class NotABounce(ValueError):
    """Nothing that says that an address is refused for good; the message says what it is instead."""


@dataclass(frozen=True)
class Bounce:
    """That a message came back for good: its Message-ID, and why ("5.1.1")."""

    message_id: str
    status: str


def read_report(report: bytes) -> Bounce:
    """What a delivery status notification says. Raises :class:`NotABounce`."""
    try:
        groups, returned = _taken_apart(message_from_bytes(report))
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise NotABounce("This message can't be read.") from error
    if not groups:
        raise NotABounce("This is not a delivery status notification (RFC 3464).")
    status = _refusal_in(groups)
    named = [str(head["Message-ID"]) for head in returned if head["Message-ID"]]
    if not named:
        raise NotABounce("It does not say which message it is about.")
    return Bounce(named[0], status)


def _taken_apart(message: Message) -> tuple[list[Message], list[Message]]:
    """The groups of fields of a report, and the heads of what is returned with it."""
    groups: list[Message] = []
    returned: list[Message] = []
    if message.get_content_type() != "multipart/report":
        return groups, returned
    for part in _inside(message):
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            groups += _inside(part)
        elif kind in {"message/rfc822", "message/global"}:
            returned += _inside(part)
        elif kind in {"text/rfc822-headers", "message/global-headers"}:
            returned.append(message_from_string(_text(part)))
    return groups, returned


def _inside(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


def _text(part: Message) -> str:
    content = part.get_payload(decode=True)
    return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _refusal_in(groups: Iterable[Message]) -> str:
    """The status with which a recipient was refused for good. Raises :class:`NotABounce`."""
    failed = [group for group in groups if group["Final-Recipient"] and _is_failure(group)]
    if not failed:
        raise NotABounce("It tells of no failure for good.")
    for group in failed:
        status = str(group["Status"]).strip()
        diagnostic = _DIAGNOSTIC.match(str(group["Diagnostic-Code"] or "").strip())
        code = int(diagnostic[1]) if diagnostic else _NO_SUCH
        if verdicts.concerns_recipient(code, "" if status == verdicts.UNSPECIFIED else status):
            return status
    raise NotABounce("It was not the recipient that was refused.")


def _is_failure(group: Message) -> bool:
    action, status = str(group["Action"] or ""), str(group["Status"] or "")
    return action.strip().lower() == "failed" and bool(_STATUS.fullmatch(status.strip()))


def recipient_of(bounce: Bounce) -> str | None:
    """To whom the message went that came back; None: it is none of ours, or one that is forgotten.

    By its Message-ID, which nobody can guess, and not by the address that the report names: everybody can write
    to where reports go, and could stop the mail of others. It also holds where mail was forwarded.
    """
    message_id = id_in(bounce.message_id)
    if message_id is None:
        return None
    return db.session.scalar(select(MailMessage.recipient).where(MailMessage.id == message_id))
