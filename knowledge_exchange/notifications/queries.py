"""Named reads of notifications. Visibility is asked when a row is made and again when it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, bindparam, func, or_, select, union_all

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sealed_list import Places, places_of_all
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import AnyRow, AnySelect, Id, db
from knowledge_exchange.core.ids import MAX_ID, time_of
from knowledge_exchange.notifications.mine import ME, Asked, of_me, places_of, read_at
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.notifications.sealed import owners_of

ENTRIES_A_PAGE = 20
#: By how much an id may be ahead of the clock by which it was read: that of another machine, or of a long run.
_AHEAD = timedelta(minutes=5)

#: Several unread notices of one thread are one entry.
_entry = func.coalesce(Notification.thread_id, Notification.id)


def visible_now(notice: Any = Notification, whom: ColumnElement[int] | None = None) -> ColumnElement[bool]:
    """Of a thread: the member may read it. Of a network itself: they may know of it.

    ``notice``: whatever has the columns network_id, member_id and thread_id. ``whom``: the member, where notices of
    a sealed place are among them, which name nobody.
    """
    return and_(known_now(notice, whom), not_hidden(notice, whom))


def known_now(notice: Any = Notification, whom: ColumnElement[int] | None = None) -> ColumnElement[bool]:
    """The first half of it: the member may read the thread's network. What is kept of mail goes by that alone."""
    of = (notice.network_id, notice.member_id if whom is None else whom)
    return or_(
        notice.network_id.is_(None),
        hooks.call("network_readable", *of),
        and_(notice.thread_id.is_(None), hooks.call("network_known", *of)),
    )


def not_hidden(notice: Any = Notification, whom: ColumnElement[int] | None = None) -> ColumnElement[bool]:
    """The other half: the thread, if it is of one, is not hidden from the member."""
    member_id = notice.member_id if whom is None else whom
    return or_(notice.thread_id.is_(None), hooks.call("thread_open_to", notice.thread_id, member_id))


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
    """Unread entries of each member, after collapsing; members without any are left out (hook).

    Two statements, and one more for each of them who writes under a pseudonym somewhere.
    """
    ids = set(member_ids)
    sealed = places_of_all(list(ids))
    found: dict[int, int] = {}
    if plain := list(ids - set(sealed)):
        rows = db.session.execute(_unread_counts(), {"members": plain})
        found = {row[0]: row[1] for row in rows}
    for member_id, places in sealed.items():
        if count := unread_with(member_id, places):
            found[member_id] = count
    return found


def unread_with(member_id: int, places: Places) -> int:
    """Unread entries of one member whose sealed places are known (hook)."""
    return int(_UNREAD.all(member_id, places)[0][0])


def unread_of(member_id: ColumnElement[int]) -> ScalarSelect[int]:
    """The number on the badge of a statement's member, if they have no sealed places, as a subquery (hook)."""
    counted = select(func.count(func.distinct(_entry)))
    of_theirs = counted.where(Notification.member_id == member_id, Notification.read_at.is_(None), visible_now())
    return of_theirs.correlate_except(Notification).scalar_subquery()


def _unread(sealed: bool) -> AnySelect:
    if not sealed:
        return select(unread_of(ME))
    unread = read_at(sealed=True).is_(None)
    return select(func.count(func.distinct(_entry))).where(of_me(sealed=True), unread, visible_now(whom=ME))


_UNREAD = Asked(_unread)


def unread_count(member_id: int) -> int:
    """The number on one member's badge."""
    return unread_with(member_id, places_of(member_id))


def notices_between(after: int, upto: int, members: Sequence[int] | None, most: int) -> list[tuple[int, int]]:
    """Notices after the one id up to and with the other, in order: ``(id, member_id)`` (hook).

    Of these members, or (None) of all. Of the former only what is not hidden from them: rows that nobody may see
    neither fill a replay nor move its cursor.
    """
    between = (Notification.id > after, Notification.id <= upto)
    query = select(Notification.id, Notification.member_id)
    if members is None:
        found: Any = query.where(Notification.member_id.is_not(None), *between)
    else:
        mine = and_(Notification.member_id.in_(members), not_hidden())
        # What has a later id was read later, if at all; the index by member knows when that was, not the id.
        since = time_of(max(after, 0)) - _AHEAD
        unread = query.where(mine, Notification.read_at.is_(None), *between)
        found = union_all(unread, query.where(mine, Notification.read_at >= since, *between))
    rows = db.session.execute(found.order_by("id").limit(most))
    return [(row.id, row.member_id or 0) for row in rows]


def sealed_notices(after: int, upto: int, me: Me | None) -> list[tuple[int, int]]:
    """Notices of sealed places after the one id up to and with the other, in order: ``(id, owner's id)`` (hook).

    Of this member, or (None) of all who hold a place of theirs.
    """
    # Not said as the index of these says it: those of all times are many, the ids in question few.
    theirs = func.coalesce(Notification.member_id, 0) == 0
    if me is not None:
        theirs = and_(Notification.member_id.is_(None), Notification.participant_id.in_(me.places.values()))
    query = select(Notification.id, Notification.participant_id).where(
        theirs, Notification.id > after, Notification.id <= upto
    )
    rows = db.session.execute(query.order_by(Notification.id)).all()
    if me is not None:
        return [(row.id, me.id) for row in rows]
    owners = owners_of(list({row.participant_id for row in rows}))
    return [(row.id, owners[row.participant_id]) for row in rows if row.participant_id in owners]


FACTS = (
    Notification.id,
    Notification.member_id,
    Notification.kind,
    Notification.thread_id,
    Notification.post_id,
    Notification.text,
    Notification.url,
    Notification.created_at,
)


def entries(me: Me, before: int | None) -> Sequence[AnyRow]:
    """A page of entries, newest first, and one more: unread ones collapsed by thread.

    Each has ``amount`` (posts, or notices of none, in it), the newest one's text and ``first_post_id``: where to begin
    reading. The key of the next page is the last entry's ``id``.
    """
    return _ENTRIES.all(me.id, me.places, before=MAX_ID if before is None else before)


def _entries(sealed: bool) -> AnySelect:
    was_read = read_at(sealed=sealed)
    # A mention in a thread with a sealed place comes beside what the place is told of the same post.
    amount = func.count(func.coalesce(Notification.post_id, Notification.id).distinct()) if sealed else func.count()
    groups = (
        select(
            func.max(Notification.id).label("id"),
            amount.label("amount"),
            func.min(Notification.post_id).label("first_post_id"),
        )
        .where(of_me(sealed=sealed), visible_now(whom=ME if sealed else None))
        .group_by(was_read.is_(None), _entry)
        .having(func.max(Notification.id) < bindparam("before", type_=Id))
    )
    newest = groups.order_by(func.max(Notification.id).desc()).limit(ENTRIES_A_PAGE + 1).subquery()
    facts = (*FACTS, was_read.label("read_at"), newest.c.amount, newest.c.first_post_id)
    rows = select(*facts).select_from(Notification).join(newest, newest.c.id == Notification.id)
    return rows.order_by(Notification.id.desc())


_ENTRIES = Asked(_entries)


def url_of(me: Me, notification_id: int) -> str | None:
    """Where one of a member's notices leads; None where they may not see it (any more)."""
    rows = _URL.all(me.id, me.places, notice=notification_id)
    return rows[0].url if rows else None


def _url(sealed: bool) -> AnySelect:
    mine = (Notification.id == bindparam("notice", type_=Id), of_me(sealed=sealed))
    return select(Notification.url).where(*mine, visible_now(whom=ME if sealed else None))


_URL = Asked(_url)
