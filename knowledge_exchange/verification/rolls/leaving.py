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
from knowledge_exchange.networks import actions as networks
from knowledge_exchange.networks.models import NetworkMembership
from knowledge_exchange.verification.claims.queries import source_name
from knowledge_exchange.verification.models import Appeal, Claim, RollEntry, RollSource
from knowledge_exchange.verification.rolls.staging import grace

FOLLOW_EVERY_S = 60.0
#: Members of one look.
MOST = 200
#: The second warning comes so long before access ends.
LAST_WARNING = timedelta(days=3)
#: And whoever has lapsed is written to once more so long after.
AFTER_THE_END = timedelta(days=14)
#: What ``warnings`` of their entries says then.
_TOLD_AFTER = 3


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
    for member in _found(_lapsed_since(moment - AFTER_THE_END)):
        _remind(member)
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


def _lapsed_since(moment: datetime) -> AnySelect:
    """Members who lapsed then or earlier, with entries none of which holds, and who were not reminded since."""
    return (
        select(Member.id, Member.email, Member.standing_since)
        .join(RollEntry, RollEntry.member_id == Member.id)
        .where(Member.standing == "lapsed", Member.standing_since <= moment)
        .group_by(Member.id, Member.email, Member.standing_since)
        .having(func.count() == func.count(RollEntry.gone_at), func.min(RollEntry.warnings) < _TOLD_AFTER)
    )


def _remind(member: AnyRow) -> None:
    with unit_of_work() as work:
        work.execute(update(RollEntry).where(RollEntry.member_id == member.id).values(warnings=_TOLD_AFTER))
        link = f"{current_app.config['KE_BASE_URL']}/me"
        date = format_date(member.standing_since, "long")
        facts = {"member_id": member.id, "essential": True, "link": link, "date": date}
        post_mail(member.email, _("Your account is still closed"), "roll_lapsed", **facts)


def _let_in(member_id: int) -> None:
    with unit_of_work():
        if db.session.execute(_back().where(Member.id == member_id)).first() is not None:
            change_standing(member_id, "active", _("The union’s record shows your membership again."), None)
            networks.join_automatically(member_id)


def losing() -> AnySelect:
    """Active members whom no roll has any more: ``id``, ``email``, and since when (``gone_at``)."""
    return _gone(now()).where(_LOST_AN_ENTRY)


def end_of(member_id: int) -> datetime | None:
    """When a member's access ends, if no roll has them any more; None where one has, or never had."""
    with_entries = _gone(now()).where(Member.id == member_id)
    found = db.session.execute(with_entries).first()
    return None if found is None else found.gone_at + grace()


def close_account(member_id: int) -> None:
    """An account was closed (hook): out of every network, with nothing open that somebody would decide for nobody.

    The roll's entry stays theirs: nobody gets past a suspension by leaving and joining again with the same number.
    """
    mine = select(NetworkMembership.network_id).where(NetworkMembership.member_id == member_id)
    for network_id in db.session.scalars(mine).all():
        networks.leave(member_id, network_id)
    over = {"decided_at": now(), "code_hash": None}
    db.session.execute(update(Claim).where(Claim.member_id == member_id, Claim.decided_at.is_(None)).values(**over))
    db.session.execute(
        update(Appeal).where(Appeal.member_id == member_id, Appeal.decided_at.is_(None)).values(decided_at=now())
    )


def renewals_of(member_id: int) -> list[tuple[str, str]]:
    """Where a member renews with the unions on whose rolls they are or were: name and address each."""
    theirs = select(RollEntry.source).where(RollEntry.member_id == member_id)
    query = select(RollSource.source, RollSource.name, RollSource.renew_url).order_by(RollSource.source)
    rows = db.session.execute(query.where(RollSource.source.in_(theirs), RollSource.renew_url != ""))
    return [(row.name or source_name(row.source), row.renew_url) for row in rows]


def is_on_a_roll(member_id: int) -> bool:
    """Whether a roll has this member now."""
    holds = select(RollEntry.id).where(RollEntry.member_id == member_id, RollEntry.gone_at.is_(None))
    return db.session.execute(holds.limit(1)).first() is not None


def begin_grace_again(member_id: int) -> None:
    """Where no roll has them: time for it to be put right, as from now, before the job ends their access again."""
    lost = (RollEntry.member_id == member_id, RollEntry.gone_at.is_not(None))
    db.session.execute(update(RollEntry).where(*lost).values(gone_at=now(), warnings=0))


def free_entries(member_id: int) -> None:
    """Let an account's entries be claimed again: it shows once more that it is a member's."""
    db.session.execute(update(RollEntry).where(RollEntry.member_id == member_id).values(member_id=None))
