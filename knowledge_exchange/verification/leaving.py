"""Following the rolls: who is on none any more is warned, and lapses after the grace; who is back comes in again.

A job does it, a few members at a time, so that it never keeps others from writing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import current_app
from flask_babel import format_date
from flask_babel import gettext as _
from sqlalchemy import func, select, update

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, AnySelect, db, end_read, unit_of_work
from knowledge_exchange.mail.actions import post_mail
from knowledge_exchange.networks.actions import join_automatically
from knowledge_exchange.verification.models import RollEntry
from knowledge_exchange.verification.staging import grace

FOLLOW_EVERY_S = 60.0
#: Members of one look.
MOST = 200
#: The second warning comes so long before access ends.
LAST_WARNING = timedelta(days=3)


#: So that a look every minute need not put all members beside all entries.
_LOST_AN_ENTRY = Member.id.in_(
    select(RollEntry.member_id).where(RollEntry.gone_at.is_not(None), RollEntry.member_id.is_not(None))
)


def follow_rolls() -> None:
    """Warn, end and let back in, as the rolls now say (a job)."""
    moment = now()
    end = moment - grace()
    for member in _found(_gone(end).where(_LOST_AN_ENTRY)):
        _lapse(member.id, end)
    for number, since in ((1, moment), (2, end + LAST_WARNING)):
        due = _gone(since).where(_LOST_AN_ENTRY).having(func.min(RollEntry.warnings) < number)
        for member in _found(due):
            _warn(member, number, member.gone_at + grace())
    for member in _found(_back()):
        _let_in(member.id)


def _found(query: AnySelect) -> list[AnyRow]:
    rows = list(db.session.execute(query.limit(MOST)))
    end_read()
    return rows


def _gone(since: datetime) -> AnySelect:
    """Active members with entries none of which holds, the last since then or longer."""
    last = func.max(RollEntry.gone_at)
    return (
        select(Member.id, Member.email, last.label("gone_at"))
        .join(RollEntry, RollEntry.member_id == Member.id)
        .where(Member.standing == "active")
        .group_by(Member.id, Member.email)
        # MAX knows nothing of those that hold.
        .having(func.count() == func.count(RollEntry.gone_at), last <= since)
    )


def _back() -> AnySelect:
    """Lapsed members with an entry that holds. Who was suspended, or has left, does not come back by a roll."""
    holds = select(RollEntry.id).where(RollEntry.member_id == Member.id, RollEntry.gone_at.is_(None)).exists()
    return select(Member.id).where(Member.standing == "lapsed", holds)


def _lapse(member_id: int, since: datetime) -> None:
    with unit_of_work():
        # Asked again: an import may have brought them back since.
        if db.session.execute(_gone(since).where(Member.id == member_id)).first() is not None:
            change_standing(member_id, "lapsed", _("The union’s record does not show your membership any more."), None)


def _warn(member: AnyRow, number: int, end: datetime) -> None:
    with unit_of_work() as work:
        work.execute(update(RollEntry).where(RollEntry.member_id == member.id).values(warnings=number))
        subject = _("Please check your details")
        link = f"{current_app.config['KE_BASE_URL']}/me"
        post_mail(member.email, subject, "roll_gone", member_id=member.id, link=link, date=format_date(end, "long"))


def _let_in(member_id: int) -> None:
    with unit_of_work():
        if db.session.execute(_back().where(Member.id == member_id)).first() is not None:
            change_standing(member_id, "active", _("The union’s record shows your membership again."), None)
            join_automatically(member_id)


def end_of(member_id: int) -> datetime | None:
    """When a member's access ends, if no roll has them any more; None where one has, or never had."""
    with_entries = _gone(now()).where(Member.id == member_id)
    found = db.session.execute(with_entries).first()
    return None if found is None else found.gone_at + grace()
