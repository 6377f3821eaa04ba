"""A member's settings of notices: when they wish to be left in peace, and how each kind reaches them.

Verbs never commit. Nothing here keeps a notice from the list or the badge.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, select, update

from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.own_data import Rows, rows_of
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Id, UtcDateTime, db, insert_or_ignore, table_of
from knowledge_exchange.core.reads import Read
from knowledge_exchange.mail.models import MailMessage, MailRefusal
from knowledge_exchange.mail.refusals import REFUSAL_KEPT
from knowledge_exchange.notifications.kinds import BY_CODE, Choice, default_of
from knowledge_exchange.notifications.mailing import MAIL_DELAY
from knowledge_exchange.notifications.models import NoticeChoice, NoticeSettings, Notification
from knowledge_exchange.notifications.quiet import quiet_until

DIGESTS = ("off", "daily", "weekly")
#: What holds for a member without a row: what the columns say.
_DEFAULTS: Mapping[str, Any] = {"digest": "weekly", "digest_hour": 8, "digest_weekday": 0, "mail_details": False}
_me = bindparam("me", type_=Id)
_PEACE = (NoticeSettings.paused_until, NoticeSettings.quiet_from, NoticeSettings.quiet_to)


@dataclass(frozen=True, slots=True)
class Settings:
    """All that one member has set, or the defaults; and whether e-mail reaches them at all."""

    email: str
    confirmed: bool
    refused: bool  # mail to the address comes back
    paused_until: datetime | None
    quiet_from: int | None
    quiet_to: int | None
    digest: str
    digest_hour: int
    digest_weekday: int
    mail_details: bool
    mail_stopped_at: datetime | None


@cache
def _settings() -> Read:
    # Of the exchange, not of one reader: it may be kept.
    refusal = and_(MailRefusal.address == Member.email, MailRefusal.at > bindparam("since", type_=UtcDateTime()))
    return Read(
        select(
            Member.email,
            Member.email_confirmed_at,
            MailRefusal.address.label("refused"),
            *_PEACE,
            NoticeSettings.digest,
            NoticeSettings.digest_hour,
            NoticeSettings.digest_weekday,
            NoticeSettings.mail_details,
            NoticeSettings.mail_stopped_at,
        )
        .outerjoin(NoticeSettings, NoticeSettings.member_id == Member.id)
        .outerjoin(MailRefusal, refusal)
        .where(Member.id == _me)
    )


def settings_of(member_id: int) -> Settings:
    """What a member has set, or the defaults. One statement."""
    [row] = _settings().all(me=member_id, since=now() - REFUSAL_KEPT)
    chosen = {name: usual if getattr(row, name) is None else getattr(row, name) for name, usual in _DEFAULTS.items()}
    return Settings(
        email=row.email,
        confirmed=row.email_confirmed_at is not None,
        refused=row.refused is not None,
        paused_until=row.paused_until,
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        mail_stopped_at=row.mail_stopped_at,
        **chosen,
    )


def pause(member_id: int, until: datetime) -> None:
    """Nothing hurries to them before ``until`` (aware)."""
    _change(member_id, paused_until=until)


def resume(member_id: int, zone: str) -> None:
    """End the pause now, if there is one; ``zone`` is the member's."""
    _change(member_id, paused_until=None)
    _bring_mail_forward(member_id, zone)


def set_hours(member_id: int, begin: int | None, finish: int | None, zone: str) -> None:
    """Do not disturb, every day from the one minute after midnight up to the other; both None for never."""
    _change(member_id, quiet_from=begin, quiet_to=finish)
    _bring_mail_forward(member_id, zone)


def _bring_mail_forward(member_id: int, zone: str) -> None:
    """What waits for the end of a peace that ends sooner now needs to wait no longer than usual.

    The other way round there is nothing to do: whoever writes a message looks before it is sent.
    """
    usual = now() + MAIL_DELAY
    due = quiet_until(settings_of(member_id), zone, usual) or usual
    waits = (MailMessage.sent_at.is_(None), MailMessage.failed_at.is_(None), MailMessage.lease_until.is_(None))
    of_theirs = update(MailMessage).where(MailMessage.member_id == member_id, MailMessage.writer != "", *waits)
    db.session.execute(of_theirs.where(MailMessage.not_before > due).values(not_before=due))
    told = update(Notification).where(Notification.member_id == member_id, Notification.mail == "waiting")
    db.session.execute(told.where(Notification.mail_at > due).values(mail_at=due))


def set_mail(member_id: int, *, digest: str, hour: int, weekday: int, details: bool) -> None:
    """When digests come, and whether e-mail may name people and titles."""
    _change(member_id, digest=digest, digest_hour=hour, digest_weekday=weekday, mail_details=details)


def stop_mail(member_id: int) -> None:
    """Stop all e-mail of notices, digests too. Stopped already: since then."""
    _change(member_id, mail_stopped_at=func.coalesce(NoticeSettings.mail_stopped_at, now()))


def start_mail(member_id: int) -> None:
    """Let e-mail of notices go again."""
    _change(member_id, mail_stopped_at=None)


def set_choices(member_id: int, choices: Mapping[str, Choice]) -> None:
    """How each of these kinds (by code) reaches them. Only what differs from the default is kept."""
    mine = delete(NoticeChoice).where(NoticeChoice.member_id == member_id, NoticeChoice.kind.in_(list(choices)))
    db.session.execute(mine)
    rows = [
        {"member_id": member_id, "kind": kind, "toast": choice.toast, "mail": choice.mail}
        for kind, choice in choices.items()
        if choice != default_of(kind)
    ]
    if rows:
        db.session.execute(insert(NoticeChoice), rows)


def reset_choices(member_id: int) -> None:
    """Every kind reaches them as it does by default."""
    set_choices(member_id, {code: kind.default for code, kind in BY_CODE.items()})


def own_settings(member_id: int) -> Rows:
    """What they set, for the file of all that the exchange holds about them."""
    every = [column for column in table_of(NoticeSettings).columns if column.key != "member_id"]
    return rows_of(select(*every).where(NoticeSettings.member_id == member_id))


def own_choices(member_id: int) -> Rows:
    """What they chose for kinds of notices, where it differs from the default."""
    query = select(NoticeChoice.kind, NoticeChoice.toast, NoticeChoice.mail)
    return rows_of(query.where(NoticeChoice.member_id == member_id).order_by(NoticeChoice.kind))


def _change(member_id: int, **values: Any) -> None:
    insert_or_ignore(NoticeSettings, {"member_id": member_id})
    db.session.execute(update(NoticeSettings).where(NoticeSettings.member_id == member_id).values(**values))
