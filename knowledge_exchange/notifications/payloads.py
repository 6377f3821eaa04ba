"""Notices as browsers get them: made afresh whenever one is pushed or replayed, of what may be seen then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import and_, bindparam, case, or_, select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.sealed_list import NOWHERE, Places
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, AnySelect, db
from knowledge_exchange.notifications.kinds import default_of
from knowledge_exchange.notifications.mine import ME, given, of_me, places_of, read_at
from knowledge_exchange.notifications.models import NoticeChoice, NoticeSettings, Notification, Participant
from knowledge_exchange.notifications.queries import FACTS, visible_now
from knowledge_exchange.notifications.quiet import quiet_until
from knowledge_exchange.notifications.sealed import not_erased, owner_in

Payloads = dict[int, dict[str, Any]]
_ids: Any = bindparam("ids", expanding=True)


def notification_payloads(member_id: int | None, notification_ids: Sequence[int]) -> Payloads:
    """Notifications as browsers get them, if their members may still see what they are about (hook).

    ``member_id`` restricts them to one member's own; None: of everybody, each for whomever it is to be pushed to.
    """
    if not notification_ids:
        return {}
    ids = list(notification_ids)
    if member_id is not None:
        if places := places_of(member_id):
            return _told_to(member_id, places, ids)
        rows = db.session.execute(_told(sealed=False), {"ids": ids})
        return _payloads([row for row in rows if row.member_id == member_id])
    plain = db.session.execute(_told(sealed=False), {"ids": ids}).all()
    owners = _owners_about(ids)
    found = _payloads([row for row in plain if row.thread_id not in owners.get(row.member_id, NOWHERE)])
    for owner, places in owners.items():
        found |= _told_to(owner, places, ids)
    return found


def _told_to(member_id: int, places: Places, ids: Sequence[int]) -> Payloads:
    """Those of these notices that are for somebody with these sealed places."""
    return _payloads(db.session.execute(_told(sealed=True), {**given(member_id, places), "ids": ids}).all())


def _owners_about(ids: Sequence[int]) -> dict[int, dict[int, int]]:
    """Who writes under a pseudonym in the threads of these notices: of each, thread and participant."""
    told = Notification.id.in_(ids)
    in_thread = Participant.thread_id.in_(select(Notification.thread_id).where(told))
    # Of what is told outside the thread, such as that the pseudonym was opened.
    addressed = Participant.id.in_(select(Notification.participant_id).where(told, Notification.thread_id.is_(None)))
    query = select(Participant.id, Participant.thread_id, Participant.sealed).where(
        Participant.member_id.is_(None), or_(in_thread, addressed)
    )
    found: dict[int, dict[int, int]] = {}
    for place in db.session.execute(query):
        owner = owner_in(place.sealed)
        if owner is not None:
            found.setdefault(owner, {})[place.thread_id] = place.id
    there = not_erased(found)
    return {owner: places for owner, places in found.items() if owner in there}


@cache
def _told(*, sealed: bool) -> AnySelect:
    """Notices with what says whether they are to come quietly: hundreds at once, of as many members.

    ``sealed``: of one member who has sealed places.
    """
    whom = ME if sealed else Notification.member_id.expression
    chosen = and_(NoticeChoice.member_id == whom, NoticeChoice.kind == Notification.kind)
    # Few have hours; the zone of the others need not be looked up.
    zone = select(Member.zone).where(Member.id == whom).scalar_subquery()
    mine = (of_me(sealed=True), visible_now(whom=ME)) if sealed else (visible_now(),)
    return (
        select(
            *FACTS,
            read_at(sealed=sealed).label("read_at"),
            NoticeChoice.toast,
            NoticeSettings.paused_until,
            NoticeSettings.quiet_from,
            NoticeSettings.quiet_to,
            case((NoticeSettings.quiet_from.is_not(None), zone), else_="").label("zone"),
        )
        .select_from(Notification)
        .outerjoin(NoticeSettings, NoticeSettings.member_id == whom)
        .outerjoin(NoticeChoice, chosen)
        .where(Notification.id.in_(_ids), *mine)
    )


def _payloads(rows: Sequence[AnyRow]) -> Payloads:
    at = now()
    return {row.id: _payload(row, at) for row in rows}


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
