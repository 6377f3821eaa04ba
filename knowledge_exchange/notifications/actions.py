"""Places in threads: how loud they are, and what has been read there. Telling of posts: ``telling.py``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy import ColumnElement, bindparam, delete, or_, select, update

from knowledge_exchange.auth import sealed_list
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, AnySelect, Id, db, insert_of_dialect, insert_or_ignore, table_of
from knowledge_exchange.core.ids import random_id
from knowledge_exchange.core.reads import Read, Write
from knowledge_exchange.notifications import sealed_acts
from knowledge_exchange.notifications.history import note_left, note_network_level, note_thread_level
from knowledge_exchange.notifications.levels import raised
from knowledge_exchange.notifications.mine import places_of
from knowledge_exchange.notifications.models import NetworkLevel, Notification, Participant
from knowledge_exchange.notifications.sealed import owners_of
from knowledge_exchange.realtime import push

_PLACE = Read(
    select(Participant.id, Participant.level, Participant.level_chosen_at, Participant.last_read_id).where(
        Participant.member_id == bindparam("member", type_=Id), Participant.thread_id == bindparam("thread", type_=Id)
    )
)
_place_id = bindparam("place", type_=Id)
_READ_UP_TO = Write(
    update(table_of(Participant)).where(Participant.id == _place_id).values(last_read_id=bindparam("post", type_=Id))
)
_RAISE = Write(update(table_of(Participant)).where(Participant.id == _place_id).values(level=bindparam("to")))


def participate(member_id: int, thread_id: int, level: str) -> AnyRow:
    """The member's place in a thread, made if need be and raised to ``level`` unless they chose one.

    Its id, and level, level_chosen_at and last_read_id as they were.
    """
    place, is_new = _place(member_id, thread_id, level)
    to = raised(place.level, level, chosen=place.level_chosen_at is not None)
    if to != place.level:
        _RAISE.run(place=place.id, to=to)
    if is_new or to != place.level:
        note_thread_level(member_id, thread_id, to, chosen=False)
    return place


def _place(member_id: int, thread_id: int, level: str) -> tuple[AnyRow, bool]:
    """The member's place in a thread, made at ``level`` if there is none; and whether it was made just now."""
    found = {"member": member_id, "thread": thread_id}
    place = _PLACE.first(**found)
    if place is not None:
        return cast("AnyRow", place), False
    row = {"id": random_id(), "member_id": member_id, "thread_id": thread_id, "last_read_id": 0}
    insert_or_ignore(Participant, {**row, "level": level})
    place = _PLACE.all(**found)[0]
    # Another process may have made it at the same moment.
    return cast("AnyRow", place), place.id == row["id"]


def place_of(member_id: int, thread_id: int) -> AnyRow | None:
    """The member's plain place in a thread, if they have one: id, level, level_chosen_at, last_read_id."""
    return cast("AnyRow | None", _PLACE.first(member=member_id, thread=thread_id))


def last_read_at(place_id: int) -> int:
    """Up to which post somebody has read in that place."""
    return db.session.scalar(select(Participant.last_read_id).where(Participant.id == place_id)) or 0


def read_up_to(place_id: int, post_id: int) -> None:
    """In this place everything up to and with that post has been read: its member wrote it."""
    _READ_UP_TO.run(place=place_id, post=post_id)


def tell_member(member_id: int, kind: str, text: str, url: str, *, network_id: int) -> None:
    """A notice of a network, outside any thread: a request to join, an invitation.

    It is shown as long as the member may know of the network, for its text says the name.
    """
    notice = Notification(member_id=member_id, kind=kind, text=text, url=url, network_id=network_id)
    db.session.add(notice)
    db.session.flush()
    push.tell_notices([(notice.id, member_id)])


def mark_thread_read(member_id: int, thread_id: int, upto: int) -> None:
    """Everything in a thread up to and with a post is read; reading never goes back."""
    moved = db.session.execute(
        update(Participant)
        .where(
            Participant.member_id == member_id,
            Participant.thread_id == thread_id,
            Participant.last_read_id < upto,
        )
        .values(last_read_id=upto)
    )
    where = (
        Notification.member_id == member_id,
        Notification.thread_id == thread_id,
        Notification.post_id <= upto,
    )
    if _mark(where) or _changed(moved):
        push.tell_counts([member_id], thread_id, upto)


def mark_all_read(member_id: int) -> None:
    """All notices are read; the threads themselves stay as they were."""
    _mark((Notification.member_id == member_id,))
    sealed_acts.mark_read(places_of(member_id).values())
    # Told in any case: else it would tell whether there was one that is hidden from them.
    push.tell_counts([member_id])


def mark_networks_read(member_id: int, network_ids: Sequence[int], upto: int) -> None:
    """Everything in these networks up to and with that id is read: one row for each, however many threads.

    Their notices, too. It never goes back.
    """
    if not network_ids:
        return
    marks = [{"member_id": member_id, "network_id": id_, "level": "normal", "read_up_to": upto} for id_ in network_ids]
    insert = insert_of_dialect(NetworkLevel)
    newer = insert.excluded.read_up_to
    key = [NetworkLevel.member_id, NetworkLevel.network_id]
    higher = insert.on_conflict_do_update(
        index_elements=key, set_={"read_up_to": newer}, where=NetworkLevel.read_up_to < newer
    )
    db.session.execute(higher.values(marks))
    told = (Notification.network_id.in_(network_ids), Notification.post_id <= upto)
    _mark((Notification.member_id == member_id, *told))
    sealed_acts.mark_read(places_of(member_id).values(), *told)
    push.tell_counts([member_id])  # in any case, likewise


def mark_notice_read(member_id: int, notification_id: int) -> None:
    """A notice outside any thread has been opened."""
    this = (Notification.id == notification_id, Notification.thread_id.is_(None))
    if _mark((Notification.member_id == member_id, *this)):
        push.tell_counts([member_id])
    elif sealed_acts.mark_read(places_of(member_id).values(), *this):
        push.tell_unwritten([member_id])


def _mark(where: tuple[Any, ...]) -> bool:
    unread = Notification.read_at.is_(None)
    return _changed(db.session.execute(update(Notification).where(*where, unread).values(read_at=now())))


def _changed(result: Any) -> bool:
    return bool(result.rowcount)


def cancel_post(post_id: int) -> None:
    """A post is gone: so are the notices of it, and the badges are told."""
    withdraw(Notification.post_id == post_id)


def withdraw(*which: ColumnElement[bool]) -> None:
    """Take notices back; the badges of those who had not read theirs are told."""
    told = {row.member_id for row in db.session.execute(_told_of(*which))}
    columns = (Notification.member_id, Notification.participant_id, Notification.read_at)
    unread = [
        row for row in db.session.execute(delete(Notification).where(*which).returning(*columns)) if not row.read_at
    ]
    if members := sorted({row.member_id for row in unread} & told):
        push.tell_counts(members)
    if owners := owners_of([row.participant_id for row in unread if row.member_id is None]):
        push.tell_unwritten(sorted(set(owners.values())))


def _told_of(*which: ColumnElement[bool]) -> AnySelect:
    """Members whom such notices name, but those from whom their thread is hidden, who know of none."""
    of = (Notification.thread_id, Notification.member_id)
    known = or_(Notification.thread_id.is_(None), hooks.call("thread_told_to", *of))
    return select(Notification.member_id).where(*which, Notification.member_id.is_not(None), known).distinct()


def choose_level(member_id: int, thread_id: int, level: str) -> None:
    """The member's own choice; automatic changes leave it alone from now on. Choosing it again changes nothing."""
    # Read afresh: a link in an older message may lead here.
    sealed = sealed_list.places_of(member_id).get(thread_id)
    if sealed is not None:
        sealed_acts.choose_level(sealed, level)
        return
    place, _is_new = _place(member_id, thread_id, level)
    if place.level == level and place.level_chosen_at is not None:
        return
    chosen = update(Participant).where(Participant.id == place.id)
    db.session.execute(chosen.values(level=level, level_chosen_at=now()))
    note_thread_level(member_id, thread_id, level, chosen=True)


def choose_network_level(member_id: int, network_id: int, level: str) -> None:
    """The member's own choice for a network; it holds where they chose nothing for a thread."""
    key = {"member_id": member_id, "network_id": network_id}
    before = db.session.scalar(select(NetworkLevel.level).filter_by(**key))
    if (before or "normal") == level:
        return
    insert_or_ignore(NetworkLevel, {**key, "level": level, "read_up_to": 0})
    db.session.execute(update(NetworkLevel).filter_by(**key).values(level=level))
    note_network_level(member_id, network_id, level, chosen=True)


def forget_network(member_id: int, network_id: int, *, apart_from_act: bool = False) -> None:
    """A member has left a network: what they were told of its threads goes, and so does their choice for it.

    ``apart_from_act``: no row tells when, but for the day.
    """
    mine = delete(NetworkLevel).filter_by(member_id=member_id, network_id=network_id)
    level = db.session.scalar(mine.returning(NetworkLevel.level))
    notices = (
        Notification.member_id == member_id,
        Notification.network_id == network_id,
        Notification.thread_id.is_not(None),
    )
    told = db.session.execute(_told_of(*notices)).first() is not None
    db.session.execute(delete(Notification).where(*notices))
    # Told or not: notices of a private network itself are seen no longer.
    if apart_from_act:
        push.tell_unwritten([member_id])
    else:
        push.tell_counts([member_id])
    if told or level not in (None, "normal"):
        note_left(member_id, network_id, apart_from_act=apart_from_act)
