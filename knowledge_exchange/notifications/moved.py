"""Threads and posts that were moved: what is personal about them goes along. Nothing here commits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, func, insert, literal, select, update
from sqlalchemy.orm import aliased

from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import AnyRow, Id, db, table_of
from knowledge_exchange.core.ids import random_id
from knowledge_exchange.core.reads import Write
from knowledge_exchange.notifications.actions import withdraw
from knowledge_exchange.notifications.history import note_thread_levels
from knowledge_exchange.notifications.levels import raised
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.notifications.sealed import owners_of
from knowledge_exchange.realtime import push

_NEW_PLACE = Write(insert(table_of(Participant)))
_Then, _There = aliased(Participant), aliased(Participant)


def thread_moved(thread_id: int, before: int, after: int) -> None:
    """A thread went from one network to another: its notices follow. Whose badge shows another number now is told.

    The rows stay: whoever may not read the new network sees none of them, in lists, counts, mail and digests, for each
    of these asks. When it comes back, so do they.
    """
    of_thread = Notification.thread_id == thread_id
    readable = [hooks.call("network_readable", literal(one, Id), Notification.member_id) for one in (before, after)]
    counted = _unread_of(of_thread, readable[0] != readable[1])
    db.session.execute(update(Notification).where(of_thread).values(network_id=after))
    _tell(counted, of_thread)


def posts_moved(posts: ColumnElement[bool], thread_id: int, network_id: int) -> None:
    """Posts now stand in this thread: their notices follow, to the places that their members have there.

    ``posts``: a condition on Notification. Those of sealed places are taken back: such a place is of one thread, and
    where it is of the one that the posts left, a notice in another would say that somebody has both in view.
    """
    withdraw(posts, Notification.member_id.is_(None))
    counted = _unread_of(posts)
    mine = _There.member_id == Notification.member_id
    values = {
        "thread_id": thread_id,
        "network_id": network_id,
        "participant_id": _place_there(thread_id, mine),
        "by_participant_id": func.coalesce(_same_member(thread_id), Notification.by_participant_id),
    }
    db.session.execute(update(Notification).where(posts).values(values), execution_options=_BLIND)
    _tell(counted)


_BLIND = {"synchronize_session": False}


def _place_there(thread_id: int, whose: ColumnElement[bool]) -> Any:
    query = select(_There.id).where(_There.thread_id == thread_id, whose)
    return query.correlate(Notification).scalar_subquery()


def _same_member(thread_id: int) -> Any:
    """The place that whoever a notice tells of has in that thread."""
    query = select(_There.id).join(_Then, _Then.member_id == _There.member_id)
    here = and_(_There.thread_id == thread_id, _Then.id == Notification.by_participant_id)
    return query.where(here).correlate(Notification).scalar_subquery()


def _unread_of(*which: ColumnElement[bool]) -> list[int]:
    """Members whom unread ones of these notices name; not those from whom their thread is hidden."""
    told = hooks.call("thread_told_to", Notification.thread_id, Notification.member_id)
    unread = (Notification.member_id.is_not(None), Notification.read_at.is_(None), told)
    query = select(Notification.member_id).where(*which, *unread).distinct()
    return sorted(one for one in db.session.scalars(query) if one is not None)


def _tell(counted: list[int], *sealed: ColumnElement[bool]) -> None:
    if counted:
        push.tell_counts(counted)
    if not sealed:
        return
    theirs = select(Notification.participant_id).where(*sealed, Notification.member_id.is_(None)).distinct()
    owners = owners_of([one for one in db.session.scalars(theirs) if one is not None])
    if owners:
        push.tell_unwritten(sorted(set(owners.values())))


def copy_places(source: int, target: int, *, merged: bool) -> None:
    """Whoever has a place in the one thread (by their own name) has one in the other: as loud, and read as far.

    ``merged``: there they may have a place already, which becomes louder at most, and never over a choice; a muted
    thread says nothing of the one that it was merged into. Sealed places stay where they are.
    """
    columns = (Participant.member_id, Participant.level, Participant.level_chosen_at, Participant.last_read_id)
    query = select(Participant.id, *columns).where(Participant.member_id.is_not(None))
    there = {row.member_id: row for row in db.session.execute(query.where(Participant.thread_id == target))}
    new, levels = [], {}
    for place in db.session.execute(query.where(Participant.thread_id == source)):
        level = "normal" if merged and place.level == "muted" else place.level
        has = there.get(place.member_id)
        if has is None:
            new.append(_new_place(place, target, level))
            levels[place.member_id] = level
        elif (to := raised(has.level, level, chosen=has.level_chosen_at is not None)) != has.level:
            db.session.execute(update(Participant).where(Participant.id == has.id).values(level=to))
            levels[place.member_id] = to
    _NEW_PLACE.many(new)
    _note(levels, target)


def _new_place(place: AnyRow, target: int, level: str) -> dict[str, Any]:
    chosen_at = place.level_chosen_at if level == place.level else None
    of_member = {"member_id": place.member_id, "thread_id": target, "sealed": None}
    return {
        "id": random_id(),
        **of_member,
        "level": level,
        "level_chosen_at": chosen_at,
        "last_read_id": place.last_read_id,
    }


def _note(levels: Mapping[int, str], thread_id: int) -> None:
    note_thread_levels({who: level for who, level in levels.items() if level != "normal"}, thread_id)
