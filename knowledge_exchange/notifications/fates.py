"""What can become of a notice by e-mail, and writing it down."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import ColumnElement, Text, bindparam, literal_column, update

from knowledge_exchange.core.db import Id, UtcDateTime, table_of
from knowledge_exchange.core.reads import Write
from knowledge_exchange.notifications.models import Notification

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
    # Of sealed places all end alike: else what became of their mail would say what their members chose.
    "sealed": _l("What became of it is not kept, for you write in its thread under a pseudonym."),
}

#: Notices that nobody looked at for so long (the job didn't run) are news no more.
MAIL_MAX_AGE = timedelta(days=3)

_mail = Notification.mail


def _word(word: str) -> ColumnElement[str]:
    # An index of part of a table is used for what is said, not for what is bound.
    return literal_column(f"'{word}'", Text())


#: Said exactly as the index says it, so that SQLite uses it.
PENDING = _mail.in_((_word("waiting"), _word("digest")))
IN_DIGEST = _mail == _word("digest")

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


def state_of_choice(choice: str, digest: str) -> str:
    """The state that follows from what a member chose for the kind, and for the digest (pure)."""
    if choice == "never":
        return "off"
    if choice == "digest":
        return "digest" if digest != "off" else "no_digest"
    return "waiting"
