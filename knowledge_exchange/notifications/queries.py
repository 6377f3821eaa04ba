"""Named reads of notifications. Visibility is asked when a row is made and again when it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, case, func, or_, select, union_all

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, AnySelect, Id, db
from knowledge_exchange.core.ids import MAX_ID, time_of
from knowledge_exchange.core.reads import Read
from knowledge_exchange.notifications.kinds import default_of
from knowledge_exchange.notifications.models import NoticeChoice, NoticeSettings, Notification
from knowledge_exchange.notifications.quiet import quiet_until

ENTRIES_A_PAGE = 20
#: By how much an id may be ahead of the clock by which it was read: that of another machine, or of a long run.
_AHEAD = timedelta(minutes=5)

_me = bindparam("me", type_=Id)
#: Several unread notices of one thread are one entry.
_entry = func.coalesce(Notification.thread_id, Notification.id)


def visible_now(notice: Any = Notification) -> ColumnElement[bool]:
    """Of a thread: the member may read its network. Of a network itself: they may know of it.

    ``notice``: whatever has the columns network_id, member_id and thread_id.
    """
    of = (notice.network_id, notice.member_id)
    return or_(
        notice.network_id.is_(None),
        hooks.call("network_readable", *of),
        and_(notice.thread_id.is_(None), hooks.call("network_known", *of)),
    )


@cache
def _unread_counts() -> AnySelect:
    # Entries first, then whether they are to be seen: of a thread with thirty new replies that is asked once.
    theirs = Notification.member_id.in_(bindparam("members", expanding=True))
    columns = (Notification.member_id, Notification.network_id, Notification.thread_id)
    entry = select(*columns, _entry.label("entry")).where(theirs, Notification.read_at.is_(None)).distinct().subquery()
    return (
        select(entry.c.member_id, func.count(entry.c.entry.distinct()))
        .where(visible_now(entry.c))
        .group_by(entry.c.member_id)
    )


def unread_counts(member_ids: Sequence[int]) -> dict[int, int]:
    """Unread entries of each member, after collapsing; members without any are left out (hook)."""
    rows = db.session.execute(_unread_counts(), {"members": list(set(member_ids))})
    return {row[0]: row[1] for row in rows}


def unread_of(member_id: ColumnElement[int]) -> ScalarSelect[int]:
    """The number on the badge of a statement's member, as a subquery (hook)."""
    counted = select(func.count(func.distinct(_entry)))
    of_theirs = counted.where(Notification.member_id == member_id, Notification.read_at.is_(None), visible_now())
    return of_theirs.correlate_except(Notification).scalar_subquery()


@cache
def _unread_count() -> Read:
    return Read(select(unread_of(_me)))


def unread_count(member_id: int) -> int:
    """The number on one member's badge."""
    return int(_unread_count().scalar(me=member_id))


_FACTS = (
    Notification.id,
    Notification.member_id,
    Notification.kind,
    Notification.thread_id,
    Notification.post_id,
    Notification.text,
    Notification.url,
    Notification.created_at,
    Notification.read_at,
)


def notification_payloads(member_id: int | None, notification_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Notifications as browsers get them, if their members may still see what they are about (hook).

    ``member_id`` restricts them to one member's own.
    """
    if not notification_ids:
        return {}
    at = now()
    rows = db.session.execute(_told(), {"ids": notification_ids})
    return {row.id: _payload(row, at) for row in rows if member_id in (None, row.member_id)}


@cache
def _told() -> AnySelect:
    """Notices with what says whether they are to come quietly: hundreds at once, of as many members."""
    chosen = and_(NoticeChoice.member_id == Notification.member_id, NoticeChoice.kind == Notification.kind)
    # Few have hours; the zone of the others need not be looked up.
    zone = select(Member.zone).where(Member.id == Notification.member_id).scalar_subquery()
    return (
        select(
            *_FACTS,
            NoticeChoice.toast,
            NoticeSettings.paused_until,
            NoticeSettings.quiet_from,
            NoticeSettings.quiet_to,
            case((NoticeSettings.quiet_from.is_not(None), zone), else_="").label("zone"),
        )
        .outerjoin(NoticeSettings, NoticeSettings.member_id == Notification.member_id)
        .outerjoin(NoticeChoice, chosen)
        .where(Notification.id.in_(bindparam("ids", expanding=True)), visible_now())
    )


def notices_between(after: int, upto: int, members: Sequence[int] | None, most: int) -> list[tuple[int, int]]:
    """Notices after the one id up to and with the other, in order: ``(id, member_id)`` (hook).

    Of these members, or (None) of all.
    """
    between = (Notification.id > after, Notification.id <= upto)
    query = select(Notification.id, Notification.member_id)
    if members is None:
        found: Any = query.where(Notification.member_id.is_not(None), *between)
    else:
        mine = Notification.member_id.in_(members)
        # What has a later id was read later, if at all; the index by member knows when that was, not the id.
        since = time_of(max(after, 0)) - _AHEAD
        unread = query.where(mine, Notification.read_at.is_(None), *between)
        found = union_all(unread, query.where(mine, Notification.read_at >= since, *between))
    rows = db.session.execute(found.order_by("id").limit(most))
    return [(row.id, row.member_id or 0) for row in rows]


def _is_quiet(row: AnyRow, at: datetime) -> bool:
    """It is to change list and badge, and to show no toast."""
    toast = default_of(row.kind).toast if row.toast is None else row.toast
    return row.read_at is not None or not toast or quiet_until(row, row.zone, at) is not None


def _payload(row: AnyRow, at: datetime) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "kind": row.kind,
        "thread": str(row.thread_id) if row.thread_id else None,
        "post": str(row.post_id) if row.post_id else None,
        "text": row.text,
        "url": row.url,
        "quiet": _is_quiet(row, at),
    }


def entries(member_id: int, before: int | None) -> Sequence[AnyRow]:
    """A page of entries, newest first, and one more: unread ones collapsed by thread.

    Each has ``amount`` (notices in it), the newest one's text and ``first_post_id``: where to begin
    reading. The key of the next page is the last entry's ``id``.
    """
    return _entries().all(me=member_id, before=MAX_ID if before is None else before)


@cache
def _entries() -> Read:
    unread = Notification.read_at.is_(None)
    groups = (
        select(
            func.max(Notification.id).label("id"),
            func.count().label("amount"),
            func.min(Notification.post_id).label("first_post_id"),
        )
        .where(Notification.member_id == _me, visible_now())
        .group_by(unread, _entry)
        .having(func.max(Notification.id) < bindparam("before", type_=Id))
    )
    newest = groups.order_by(func.max(Notification.id).desc()).limit(ENTRIES_A_PAGE + 1).subquery()
    rows = select(*_FACTS, newest.c.amount, newest.c.first_post_id).join(newest, newest.c.id == Notification.id)
    return Read(rows.order_by(Notification.id.desc()))


def url_of(member_id: int, notification_id: int) -> str | None:
    """Where one of a member's notices leads; None where they may not see it (any more)."""
    mine = (Notification.id == notification_id, Notification.member_id == member_id)
    return db.session.scalar(select(Notification.url).where(*mine, visible_now()))
