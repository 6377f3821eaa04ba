"""Telling participants, and noting what they have read. The one function all notices go through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from sqlalchemy import bindparam, delete, insert, literal, or_, select, update

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, AnySelect, Id, db, insert_or_ignore, table_of
from knowledge_exchange.core.ids import new_id, new_ids
from knowledge_exchange.core.reads import Read, Write
from knowledge_exchange.notifications.levels import raised, reason_for
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.notifications.queries import members_told
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
_INSERT = Write(insert(table_of(Notification)))


@dataclass(frozen=True)
class Event:
    """What is told: its words, where it leads, and which network it belongs to."""

    network_id: int
    thread_id: int
    post_id: int
    url: str
    text: Callable[[str], str]  # by why it is told


def participate(member_id: int, thread_id: int, level: str) -> AnyRow:
    """The member's place in a thread, made if need be and raised to ``level`` unless they chose one.

    Its id, and level, level_chosen_at and last_read_id as they were.
    """
    found = {"member": member_id, "thread": thread_id}
    place = _PLACE.first(**found)
    if place is None:
        row = {"id": new_id(), "member_id": member_id, "thread_id": thread_id, "last_read_id": 0}
        insert_or_ignore(Participant, {**row, "level": level})
        place = _PLACE.all(**found)[0]
    to = raised(place.level, level, chosen=place.level_chosen_at is not None)
    if to != place.level:
        _RAISE.run(place=place.id, to=to)
    return cast("AnyRow", place)


def read_up_to(place_id: int, post_id: int) -> None:
    """In this place everything up to and with that post has been read: its member wrote it."""
    _READ_UP_TO.run(place=place_id, post=post_id)


def tell_of_post(event: Event, author_id: int, answered_id: int | None, handles: Sequence[str]) -> None:
    """Notify of a new post: who watches, whose post it answers, who is mentioned; never its author.

    ``answered_id`` is the participant whose post it answers. Only active members who may read the
    network at this moment; what they may see is asked again when it is shown.
    """
    mentioned = _mentioned(event, handles)
    places = _places(event, author_id, answered_id, mentioned)
    reasons = []
    for place in places:
        answered = place.id == answered_id
        why = reason_for(place.level, answered=answered, mentioned=place.member_id in mentioned)
        if why is not None:
            reasons.append((place.id, place.member_id, why))
    _write(event, reasons)


def tell_participant(event: Event, participant_id: int | None, kind: str, but: int) -> None:
    """Notify one participant (unless it is the member ``but``, or they muted the thread)."""
    query = select(Participant.id, Participant.member_id).where(
        Participant.id == participant_id, Participant.level != "muted", *_may_be_told(event)
    )
    rows = db.session.execute(query.join(Member, Member.id == Participant.member_id)).all()
    _write(event, [(row.id, row.member_id, kind) for row in rows if row.member_id != but])


def tell_newly_mentioned(event: Event, author_id: int, handles: Sequence[str]) -> None:
    """After an edit: only those whom it newly mentions and who have no notice of this post yet."""
    mentioned = _mentioned(event, handles)
    told = select(Notification.participant_id).where(Notification.post_id == event.post_id)
    already = set(db.session.scalars(told))
    rows = [
        (place.id, place.member_id, "mention")
        for place in _places(event, author_id, None, mentioned)
        if place.member_id in mentioned and place.level != "muted" and place.id not in already
    ]
    _write(event, rows)


def _may_be_told(event: Event) -> tuple[Any, ...]:
    return (
        Member.standing == "active",
        hooks.call("network_readable", literal(event.network_id), Member.id),
    )


def _mentioned(event: Event, handles: Sequence[str]) -> set[int]:
    """Members behind handles who may see the thread; other handles are treated like unknown ones."""
    if not handles:
        return set()
    query = select(Member.id).where(Member.handle.in_(handles), *_may_be_told(event))
    return set(db.session.scalars(query))


def _places(event: Event, author_id: int, answered_id: int | None, mentioned: Iterable[int]) -> Sequence[Any]:
    """Places in the thread that may have a reason to be told; made for those newly mentioned."""
    for member_id in mentioned:
        participate(member_id, event.thread_id, "normal")
    found = {"thread": event.thread_id, "answered": answered_id, "author": author_id, "network": event.network_id}
    if not mentioned:
        return _concerned().all(**found)
    return db.session.execute(_concerned_or_mentioned(), {**found, "mentioned": list(mentioned)}).all()


@cache
def _concerned() -> Read:
    """Places in a thread of those who watch it or are answered, and may be told."""
    return Read(_told(Participant.level == "watching", Participant.id == bindparam("answered", type_=Id)))


@cache
def _concerned_or_mentioned() -> AnySelect:
    """Likewise, and of those who are mentioned."""
    return _told(
        Participant.level == "watching",
        Participant.id == bindparam("answered", type_=Id),
        Participant.member_id.in_(bindparam("mentioned", expanding=True, type_=Id)),
    )


def _told(*concerned: Any) -> AnySelect:
    return (
        select(Participant.id, Participant.member_id, Participant.level)
        .join(Member, Member.id == Participant.member_id)
        .where(Participant.thread_id == bindparam("thread", type_=Id), or_(*concerned))
        .where(Member.id != bindparam("author", type_=Id), Member.standing == "active")
        .where(hooks.call("network_readable", bindparam("network", type_=Id), Member.id))
    )


def _write(event: Event, reasons: Sequence[tuple[int, int, str]]) -> None:
    """One statement for all rows, one for all events; the sockets hear of it after the commit."""
    if not reasons:
        return
    moment = now()
    texts = {kind: event.text(kind) for kind in {kind for _place, _member, kind in reasons}}
    rows = [
        {
            "id": id_,
            "member_id": member_id,
            "participant_id": participant_id,
            "kind": kind,
            "network_id": event.network_id,
            "thread_id": event.thread_id,
            "post_id": event.post_id,
            "text": texts[kind],
            "url": event.url,
            "created_at": moment,
        }
        for id_, (participant_id, member_id, kind) in zip(new_ids(len(reasons)), reasons, strict=True)
    ]
    _INSERT.many(rows)
    told = [
        {"member_id": row["member_id"], "thread_id": row["thread_id"], "notification_id": row["id"]} for row in rows
    ]
    push.tell_members("notification", told)


def tell_member(member_id: int, kind: str, text: str, url: str) -> None:
    """A notice outside any thread: about their claim, a request to join, an invitation."""
    notice = Notification(member_id=member_id, kind=kind, text=text, url=url)
    db.session.add(notice)
    db.session.flush()
    push.tell_members("notification", [{"member_id": member_id, "notification_id": notice.id}])


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
        push.tell_members("unread", [{"member_id": member_id}])


def mark_all_read(member_id: int) -> None:
    """All notices are read; the threads themselves stay as they were."""
    if _mark((Notification.member_id == member_id,)):
        push.tell_members("unread", [{"member_id": member_id}])


def mark_notice_read(member_id: int, notification_id: int) -> None:
    """A notice outside any thread has been opened."""
    where = (Notification.member_id == member_id, Notification.id == notification_id)
    if _mark((*where, Notification.thread_id.is_(None))):
        push.tell_members("unread", [{"member_id": member_id}])


def _mark(where: tuple[Any, ...]) -> bool:
    unread = Notification.read_at.is_(None)
    return _changed(db.session.execute(update(Notification).where(*where, unread).values(read_at=now())))


def _changed(result: Any) -> bool:
    return bool(result.rowcount)


def cancel_post(post_id: int) -> None:
    """A post is gone: so are the notices of it, and the badges are told."""
    members = members_told(post_id)
    db.session.execute(delete(Notification).where(Notification.post_id == post_id))
    if members:
        push.tell_members("unread", [{"member_id": member_id} for member_id in members])


def choose_level(member_id: int, thread_id: int, level: str) -> None:
    """The member's own choice; automatic changes leave it alone from now on."""
    place = participate(member_id, thread_id, "muted")
    chosen = update(Participant).where(Participant.id == place.id)
    db.session.execute(chosen.values(level=level, level_chosen_at=now()))
