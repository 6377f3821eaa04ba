"""From a letter to the bytes that go over the line (RFC 5322)."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from flask import current_app

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import keyed_hash_at
from knowledge_exchange.mail.letter import MOST_HEADER_CHARS, Letter

#: So much of a hash tells two texts of one message apart.
MARK_CHARS = 16
_ID = re.compile(r"<?\s*(\d{1,19})(?:\.[0-9a-f]{16})?@")


class _Unbroken(EmailPolicy):
    """Leaves a header of plain ASCII on one line.

    The library takes a long address (in List-Unsubscribe) apart and writes it as encoded words, which nobody
    puts together again, and which no signature of it survives.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        line = f"{name}: {value}"
        if line.isascii() and line.isprintable() and len(line) <= MOST_HEADER_CHARS:
            return (line + self.linesep).encode("ascii")
        return super().fold_binary(name, value)


#: Seven bits everywhere: what servers between here and there need not write anew, a signature survives.
_POLICY = _Unbroken(linesep=SMTP.linesep, cte_type="7bit")


def compose(message_id: int, recipient: str, letter: Letter, *, changes: bool = False) -> bytes:
    """The whole message. Raises ``ValueError`` where it can't be one.

    Its Message-ID is the same at each try, so that a receiver can tell a repeated delivery. ``changes``: it is
    written anew at each; then it is the same as long as the text is, for else what is new would be lost as a double.
    """
    message = EmailMessage(policy=_POLICY if recipient.isascii() else _POLICY.clone(utf8=True))
    message["From"] = current_app.config["KE_MAIL_FROM"]
    message["To"] = recipient
    message["Subject"] = " ".join(letter.subject.split())  # a line break here would make a header
    message["Date"] = format_datetime(now())
    mark = "." + keyed_hash_at(1, "mail", letter.subject + letter.text)[:MARK_CHARS] if changes else ""
    message["Message-ID"] = f"<{message_id}{mark}@{host()}>"
    message["Auto-Submitted"] = "auto-generated"
    for name, value in letter.headers.items():
        message[name] = value
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    return message.as_bytes()


def id_in(message_id: str) -> int | None:
    """Which of our messages has this Message-ID; None: none can have it."""
    found = _ID.match(message_id.strip())
    return int(found[1]) if found and message_id.strip().rstrip("> ").endswith(f"@{host()}") else None


def host() -> str:
    """The exchange's name, as members type it."""
    return urlsplit(current_app.config["KE_BASE_URL"]).hostname or "localhost"


def sender() -> str:
    """The bare address of the sender."""
    return parseaddr(current_app.config["KE_MAIL_FROM"])[1]
