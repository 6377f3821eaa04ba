"""The digest: at an hour that the member chose, to those who were away, of what is still unread.

A job goes through those who have notices waiting for one (nobody else costs anything). Once in each period, however
many workers there are and whatever is killed: that it was dealt with is noted, by conditional update, in the
transaction that queues it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select, update

from knowledge_exchange.auth.models import Member, SignIn
from knowledge_exchange.core.clock import now, rounded
from knowledge_exchange.core.db import AnyRow, Id, db, insert_or_ignore, unit_of_work
from knowledge_exchange.core.i18n import zone_of
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.core.reads import Read
from knowledge_exchange.mail.actions import queue_written
from knowledge_exchange.notifications.fates import IN_DIGEST, PENDING, Fate, settle
from knowledge_exchange.notifications.kinds import choices_of
from knowledge_exchange.notifications.mail_readers import DEFAULT_DIGEST, MailReader, readers_of
from knowledge_exchange.notifications.models import NoticeSettings, Notification
from knowledge_exchange.notifications.queries import known_now
from knowledge_exchange.notifications.quiet import MINUTES_AN_HOUR, moment_of

DIGEST_EVERY_S = 180.0
WRITER = "digest"
#: Where a member has chosen nothing: weekly, on Monday, at eight.
DEFAULT_HOUR, DEFAULT_WEEKDAY = 8, 0
#: Members that one statement looks at, and what others get before the next.
PAGE = 100
PAUSE_S = 0.01
#: What is older is in no digest any more.
MAX_AGE = timedelta(days=30)
PERIODS = {"daily": timedelta(days=1), "weekly": timedelta(days=7)}
_DAY = timedelta(days=1)

_FOR_DIGEST = (PENDING, IN_DIGEST, Notification.mail_id.is_(None))


def _candidates() -> Read:
    """A page of members with something for a digest, with what their digest hangs on and the oldest notice."""
    some = (
        select(Notification.member_id, func.min(Notification.id).label("oldest"))
        .where(*_FOR_DIGEST, Notification.member_id > bindparam("after", type_=Id))
        .group_by(Notification.member_id)
        .order_by(Notification.member_id)
        .limit(PAGE)
        .subquery()
    )
    facts = (
        some.c.member_id,
        some.c.oldest,
        Member.zone,
        NoticeSettings.digest,
        NoticeSettings.digest_hour,
        NoticeSettings.digest_weekday,
        NoticeSettings.digest_at,
    )
    return Read(
        select(*facts)
        .join(Member, Member.id == some.c.member_id)
        .outerjoin(NoticeSettings, NoticeSettings.member_id == some.c.member_id)
        .order_by(some.c.member_id)
    )


_CANDIDATES = _candidates()


def send_digests() -> None:
    """Queue the digests that are due (job)."""
    after = 0
    while rows := _CANDIDATES.all(after=after):
        for row in rows:
            due = due_since(row, now())
            if due is not None and _deal_with(row.member_id, due):
                time.sleep(PAUSE_S)
        if len(rows) < PAGE:
            return
        after = rows[-1].member_id
        time.sleep(PAUSE_S)


def due_since(row: Any, moment: datetime) -> datetime | None:
    """The hour at which a member's digest came due, if that has not been dealt with; else None (pure).

    Of somebody who never had one it counts from their oldest notice.
    """
    digest = row.digest or DEFAULT_DIGEST
    if digest == "off":
        return moment  # what waits for it learns so
    hour = DEFAULT_HOUR if row.digest_hour is None else row.digest_hour
    weekday = DEFAULT_WEEKDAY if row.digest_weekday is None else row.digest_weekday
    due = latest_hour(hour, weekday if digest == "weekly" else None, row.zone, moment)
    return due if due > (row.digest_at or time_of(row.oldest)) else None


def latest_hour(hour: int, weekday: int | None, zone: str, moment: datetime) -> datetime:
    """When it was last that hour in that zone, on that weekday (None: on any day), at or before ``moment`` (pure).

    Each day has it exactly once: the first time where it comes twice, and where clocks leap over it, then.
    """
    day = moment.astimezone(zone_of(zone)).date()
    while True:
        if weekday is None or day.weekday() == weekday:
            at = moment_of(day, hour * MINUTES_AN_HOUR, zone)
            if at <= moment:
                return at
        day -= _DAY


def _deal_with(member_id: int, due: datetime) -> bool:
    """Queue a member's digest if there is something to say and they were away; whether it was dealt with here."""
    moment = now()
    reader = readers_of([member_id])[member_id]
    if reader.standing != "active" or reader.peace_ends(moment) is not None:
        return False  # later
    with unit_of_work():
        before = db.session.scalar(select(NoticeSettings.digest_at).where(NoticeSettings.member_id == member_id))
        if not _is_first(member_id, due, moment):
            return False
        wanted = _sort_out(reader, moment)
        since = before or moment - PERIODS.get(reader.digest, _DAY)
        if wanted and not _was_here(member_id, since):
            _queue(reader, wanted, moment)
    return True


def _queue(reader: MailReader, wanted: Sequence[AnyRow], moment: datetime) -> None:
    """Queue the digest of these notices; what covers its reader's pseudonyms is left out when it is written."""
    message_id = queue_written(reader.id, reader.email, WRITER, thread_id=None, not_before=moment)
    settle([Fate(notice.id, "digest", moment, message_id) for notice in wanted])


def _is_first(member_id: int, due: datetime, moment: datetime) -> bool:
    """Note that the digest due then is dealt with; False where another worker has."""
    insert_or_ignore(NoticeSettings, {"member_id": member_id})
    earlier = or_(NoticeSettings.digest_at.is_(None), NoticeSettings.digest_at < due)
    mine = and_(NoticeSettings.member_id == member_id, earlier)
    noted = update(NoticeSettings).where(mine).values(digest_at=moment).returning(NoticeSettings.member_id)
    return db.session.execute(noted).first() is not None


def _sort_out(reader: MailReader, moment: datetime) -> list[AnyRow]:
    """Which of a member's notices their digest is to carry; the others get their end."""
    notices = _waiting(reader.id)
    choices = choices_of([reader.id])
    fates, wanted = [], []
    for notice in notices:
        state = _state(notice, reader, choices[reader.id, notice.kind].mail, moment)
        if state is None:
            wanted.append(notice)
        else:
            fates.append(Fate(notice.id, state, moment))
    settle(fates)
    return wanted


def _waiting(member_id: int) -> Sequence[AnyRow]:
    # What is hidden from them goes the way of all, and is left out when it is written (``letters.py``).
    visible = case((known_now(), 1), else_=0).label("visible")
    query = select(Notification.id, Notification.kind, Notification.created_at, Notification.read_at, visible).where(
        Notification.member_id == member_id, *_FOR_DIGEST
    )
    return db.session.execute(query.order_by(Notification.id)).all()


def _state(notice: AnyRow, reader: MailReader, choice: str, moment: datetime) -> str | None:
    """The end of a notice that no digest is to carry; None: one is (pure)."""
    if notice.read_at is not None:
        return "read"
    if not notice.visible:
        return "unseen"
    if reader.barred:
        return reader.barred
    if reader.digest == "off":
        return "no_digest"
    if choice == "never":
        return "off"
    return "late" if notice.created_at < moment - MAX_AGE else None


def _was_here(member_id: int, since: datetime) -> bool:
    """Whether they were in after that, on whatever device, signed out since or not: they have seen their badge.

    That is known to within five minutes. Those in which ``since`` lies count as after it: it is mostly a full hour.
    """
    since = rounded(since)
    seen = select(SignIn.id).where(SignIn.member_id == member_id, SignIn.seen_at >= since)
    left = select(Member.id).where(Member.id == member_id, Member.was_here_at >= since)
    return bool(db.session.scalar(select(or_(seen.exists(), left.exists()))))
