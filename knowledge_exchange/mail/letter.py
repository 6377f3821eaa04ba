"""What a message says, as it is written at the moment of sending."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

#: A line of a message may have so many characters (RFC 5322), the header's name and its colon among them.
MOST_HEADER_CHARS = 998
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_VALUE = re.compile(r"[\x20-\x7e]+")
#: What the outbox says itself, or what says to whom and from whom it goes.
_OURS = (
    *("from", "sender", "reply-to", "to", "cc", "bcc", "date", "subject", "message-id"),
    *("auto-submitted", "mime-version", "return-path", "received"),
)
_OURS_BEGIN = ("content-", "resent-", "dkim-")


@dataclass(frozen=True)
class Letter:
    """Subject, text and HTML of one message, and its further headers; no HTML: it is text alone.

    Headers are plain ASCII of one line each. Raises ``ValueError`` for any other, and for those that the outbox
    writes itself (From, To, Date, Message-ID, Content-… and their like).
    """

    subject: str
    text: str
    html: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    #: To whom it goes, where the outbox doesn't know it.
    recipient: str = ""

    def __post_init__(self) -> None:
        """Refuse headers that would change where the message goes, or what it is."""
        for name, value in self.headers.items():
            _check(name, value)


def _check(name: str, value: str) -> None:
    if not _NAME.fullmatch(name) or name.lower() in _OURS or name.lower().startswith(_OURS_BEGIN):
        raise ValueError(f"{name!r} is no header that a letter may have")
    # A line break here would make a header of its own, or end them all.
    if not _VALUE.fullmatch(value) or len(name) + len(value) + len(": ") > MOST_HEADER_CHARS:
        raise ValueError(f"what {name} says is not one line of plain characters")


class Later(Exception):
    """Not now: its reader wishes to be left in peace until ``until``. The message waits; it is no failed try."""

    def __init__(self, until: datetime) -> None:
        super().__init__(until.isoformat())
        self.until = until


class Unsaid(Exception):
    """Nothing is to be sent, and that must not show: the message ends as if it had been sent.

    All that it would carry is about what its reader wrote under a pseudonym, or is hidden from them; everybody else
    was sent theirs.
    """
