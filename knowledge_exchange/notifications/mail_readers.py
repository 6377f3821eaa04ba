"""Who would read mail of notices: of a member, all that decides whether and when it goes to them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, UtcDateTime, db
from knowledge_exchange.mail.models import MailRefusal
from knowledge_exchange.mail.refusals import REFUSAL_KEPT
from knowledge_exchange.notifications.models import NoticeSettings
from knowledge_exchange.notifications.quiet import quiet_until

DEFAULT_DIGEST = "weekly"


@dataclass(frozen=True, slots=True)
class MailReader:
    """A member as whoever writes to them needs to know them; their settings, or the defaults."""

    id: int
    email: str
    zone: str
    standing: str
    confirmed: bool
    refused: bool  # mail to the address comes back
    stopped: bool  # by their own wish
    details: bool  # names, titles and quotes may be in it
    digest: str  # off, daily or weekly
    paused_until: datetime | None
    quiet_from: int | None
    quiet_to: int | None

    @property
    def barred(self) -> str | None:
        """Why nothing at all goes to them (one of ``fates.STATES``), or None."""
        if self.standing != "active":
            return "standing"
        if not self.confirmed:
            return "unconfirmed"
        if self.stopped:
            return "stopped"
        return "refused" if self.refused else None

    def peace_ends(self, at: datetime) -> datetime | None:
        """The end of the pause, or of the hours of do-not-disturb, that ``at`` lies in; None if it lies in none."""
        return quiet_until(self, self.zone, at)


_FACTS = (
    Member.id,
    Member.email,
    Member.zone,
    Member.standing,
    Member.email_confirmed_at,
    MailRefusal.address.label("refused"),
    NoticeSettings.mail_stopped_at,
    NoticeSettings.mail_details,
    NoticeSettings.digest,
    NoticeSettings.paused_until,
    NoticeSettings.quiet_from,
    NoticeSettings.quiet_to,
)


_refusal = and_(MailRefusal.address == Member.email, MailRefusal.at > bindparam("refused_since", type_=UtcDateTime()))
_READERS = (
    select(*_FACTS)
    .outerjoin(NoticeSettings, NoticeSettings.member_id == Member.id)
    .outerjoin(MailRefusal, _refusal)
    .where(Member.id.in_(bindparam("members", expanding=True)))
)


def readers_of(member_ids: Collection[int]) -> dict[int, MailReader]:
    """These members, by id. One statement."""
    given = {"members": list(member_ids), "refused_since": now() - REFUSAL_KEPT}
    return {row.id: _reader(row) for row in db.session.execute(_READERS, given)}


def _reader(row: AnyRow) -> MailReader:
    return MailReader(
        id=row.id,
        email=row.email,
        zone=row.zone,
        standing=row.standing,
        confirmed=row.email_confirmed_at is not None,
        refused=row.refused is not None,
        stopped=row.mail_stopped_at is not None,
        details=bool(row.mail_details),
        digest=row.digest or DEFAULT_DIGEST,
        paused_until=row.paused_until,
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
    )
