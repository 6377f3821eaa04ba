"""What a mail server's no means: for this try or for good, of this recipient or of something else (RFC 5321, 3463)."""

from __future__ import annotations

import re
from dataclasses import dataclass

PERMANENT = 500
#: The server doesn't understand or doesn't know us: the operator's to mend, no reason to give a message up.
_OURS_TO_MEND = frozenset({500, 501, 502, 503, 504, 530, 534, 535, 538})
_STATUS_TO_MEND = ("5.5.", "5.7.")
#: No such mailbox, moved, no such name, no mail there at all; where no status says more.
_RECIPIENTS = frozenset({550, 551, 553, 554, 556})
_RECIPIENTS_TEXT = frozenset({550, 551, 553, 554})
#: Addresses that are wrong (but for those of the sender), mailboxes that are closed, domains that take no mail.
_STATUS_OF_RECIPIENT = re.compile(r"5\.(?:1\.(?!7$|8$)\d+|2\.1|4\.1|4\.4)")
_MAILBOX_FULL, _STATUS_FULL = 552, "5.2.2"
#: Parameters of MAIL that this one message brought along: its size, its address in UTF-8.
_OF_THE_MESSAGE = frozenset({552, 555})
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?=\s|$)")
#: A permanent no that says nothing more.
UNSPECIFIED = "5.0.0"


@dataclass(frozen=True)
class Verdict:
    """``final``: asking again is no use. ``of_recipient``: nothing will ever arrive at that address."""

    final: bool
    of_recipient: bool


def status_in(text: str | bytes) -> str:
    """The enhanced status that begins a reply's text ("5.1.1"), or nothing."""
    words = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    found = _STATUS.match(words.strip())
    return found[0] if found and found[0] != UNSPECIFIED else ""


def on_recipient(code: int, text: str | bytes) -> Verdict:
    """What an answer to RCPT means."""
    status = status_in(text)
    if code < PERMANENT:
        return Verdict(final=False, of_recipient=False)
    if code == _MAILBOX_FULL or status == _STATUS_FULL:
        return Verdict(final=True, of_recipient=False)
    if concerns_recipient(code, status):
        return Verdict(final=True, of_recipient=True)
    return Verdict(final=code not in _OURS_TO_MEND and not status.startswith(_STATUS_TO_MEND), of_recipient=False)


def on_text(code: int, text: str | bytes) -> Verdict:
    """What an answer to DATA, or to what follows it, means: mostly what is said is refused, not who is to read it."""
    final = code >= PERMANENT and code not in _OURS_TO_MEND
    status = status_in(text)
    return Verdict(final, final and code in _RECIPIENTS_TEXT and bool(_STATUS_OF_RECIPIENT.fullmatch(status)))


def is_of_the_server(code: int) -> bool:
    """Whether an answer to MAIL holds for all messages: it is the sender, the same for each, that is refused."""
    return code >= PERMANENT and code not in _OF_THE_MESSAGE


def concerns_recipient(code: int, status: str) -> bool:
    """Whether a permanent no is about the recipient: by its status; by its code where there is none."""
    return bool(_STATUS_OF_RECIPIENT.fullmatch(status)) if status else code in _RECIPIENTS
