"""Telling of posts: who hears of one, and why. The one place all notices of threads go through."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, insert, literal, or_, select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnySelect, db, table_of
from knowledge_exchange.core.ids import new_ids, new_run
from knowledge_exchange.core.reads import Write
from knowledge_exchange.notifications import statements
from knowledge_exchange.notifications.actions import participate
from knowledge_exchange.notifications.levels import effective, reason_for
from knowledge_exchange.notifications.models import NetworkLevel, Notification, Participant
from knowledge_exchange.notifications.sealed import owners_of
from knowledge_exchange.realtime import push

_INSERT = Write(insert(table_of(Notification)))
#: An official answer: those who only track the thread are told of it, too.
OFFICIAL = "official"


@dataclass(frozen=True)
class Event:
    """What is told: its words, where it leads, which network it belongs to, and who speaks, as a participant.

    ``post_id`` is None where it is of the thread as a whole.
    """

    by_participant_id: int
    network_id: int
    thread_id: int
    post_id: int | None
    url: str
    text: Callable[[str], str]  # by why it is told


def tell_of_post(
    event: Event,
    author_id: int,
    answered_id: int | None,
    handles: Sequence[str],
    *,
    why: str = "reply",
    group: Collection[int] = (),
) -> None:
    """Notify of a new post: who watches, whose post it answers, who is mentioned; never the place that speaks.

    Nor its member ``author_id``, if the place says who that is. Of a pseudonym's author what names them is written as
    for everybody else who watches or is mentioned: see ``mine.py``.

    ``answered_id`` is the participant whose post it answers; ``why`` is what those who watch are told (a reply,
    a new thread, an official answer); ``group`` are members of networks that are mentioned. Only active members who
    may read the network at this moment; what they may see is asked again when it is shown.
    However many watch, it is one statement.
    """
    mentioned = _mentioned(event, handles, group)
    if mentioned:
        _write(event, _reasons(event, author_id, answered_id, mentioned))
    base = new_run()
    statements.tell_all(also_tracking=why == OFFICIAL).run(
        base=base,
        of_network=event.network_id,
        of_thread=event.thread_id,
        of_post=event.post_id,
        author=author_id,
        by=event.by_participant_id,
        answered=answered_id or 0,
        why=why,
        direct_text=event.text("direct_reply"),
        watching_text=event.text(why),
        goal=event.url,
        moment=now(),
    )
    push.tell_run(base)


def tell_participant(event: Event, participant_id: int | None, kind: str, but: int) -> None:
    """Notify one participant (unless it is the member ``but``, or the thread is muted for them)."""
    rows = db.session.execute(_places(event, Participant.id == participant_id)).all()
    told = [(row.id, row.member_id, kind) for row in rows if row.member_id != but and _level(row) != "muted"]
    if not rows and participant_id != event.by_participant_id:
        told = [(place_id, None, kind) for place_id in _sealed_unmuted(participant_id)]
    _write(event, told)


def _sealed_unmuted(participant_id: int | None) -> Sequence[int]:
    """The participant, if they are a sealed place that is not muted: their notices are written whatever else holds."""
    sealed = (Participant.id == participant_id, Participant.member_id.is_(None), Participant.level != "muted")
    return db.session.scalars(select(Participant.id).where(*sealed)).all()


def tell_newly_mentioned(event: Event, author_id: int, handles: Sequence[str], group: Collection[int]) -> None:
    """After an edit: only those whom it newly mentions and who have no notice of this post yet."""
    mentioned = _mentioned(event, handles, group)
    if not mentioned:
        return
    told = select(Notification.member_id).where(Notification.post_id == event.post_id)
    already = set(db.session.scalars(told))
    _write(event, [one for one in _reasons(event, author_id, None, mentioned) if one[1] not in already])


def _may_be_told(event: Event) -> tuple[Any, ...]:
    return (
        Member.standing == "active",
        hooks.call("network_readable", literal(event.network_id), Member.id),
    )


def _mentioned(event: Event, handles: Sequence[str], group: Collection[int]) -> dict[int, str]:
    """Members behind handles, and of a group, who may read the thread's network, each with the kind of mention.

    Other handles are treated like unknown ones. From whom the thread is hidden is asked when a notice is shown.
    """
    if not handles and not group:
        return {}
    whom = or_(Member.handle.in_(handles), Member.id.in_(group))
    query = select(Member.id, Member.handle).where(whom, *_may_be_told(event))
    return {row.id: "mention" if row.handle in handles else "network_mention" for row in db.session.execute(query)}


def _reasons(
    event: Event, author_id: int, answered_id: int | None, mentioned: Mapping[int, str]
) -> list[tuple[int, int, str]]:
    """Place, member and reason of each who is mentioned, but the author and those who muted it.

    They get a place in the thread if they have none: what is personal about it hangs there.
    """
    others = [member_id for member_id in mentioned if member_id != author_id]
    for member_id in others:
        participate(member_id, event.thread_id, "normal")
    found = []
    for place in db.session.execute(_places(event, Participant.member_id.in_(others))):
        why = reason_for(_level(place), answered=place.id == answered_id, mentioned=True)
        if why is not None:
            kind = mentioned[place.member_id] if why == "mention" else why
            found.append((place.id, place.member_id, kind))
    return found


def _places(event: Event, which: Any) -> AnySelect:
    """Places in the thread of those who may be told, with what their level follows from."""
    network = and_(NetworkLevel.member_id == Participant.member_id, NetworkLevel.network_id == event.network_id)
    return (
        select(
            Participant.id,
            Participant.member_id,
            Participant.level,
            Participant.level_chosen_at,
            NetworkLevel.level.label("network_level"),
        )
        .join(Member, Member.id == Participant.member_id)
        .outerjoin(NetworkLevel, network)
        .where(Participant.thread_id == event.thread_id, which, *_may_be_told(event))
    )


def _level(place: Any) -> str:
    return effective(place.level, place.network_level, chosen=place.level_chosen_at is not None)


def _write(event: Event, reasons: Sequence[tuple[int, int | None, str]]) -> None:
    """Notices for a few: place, member (None: it is sealed) and why of each. Sockets hear of it after the commit."""
    if not reasons:
        return
    moment = now()
    ids = new_ids(len(reasons))
    texts = {kind: event.text(kind) for kind in {kind for _place, _member, kind in reasons}}
    rows = [
        {
            "id": id_,
            "member_id": member_id,
            "participant_id": participant_id,
            "by_participant_id": event.by_participant_id,
            "kind": kind,
            "network_id": event.network_id,
            "thread_id": event.thread_id,
            "post_id": event.post_id,
            "text": texts[kind],
            "url": event.url,
            "created_at": moment,
        }
        for id_, (participant_id, member_id, kind) in zip(ids, reasons, strict=True)
    ]
    _INSERT.many(rows)
    owners = owners_of([place_id for place_id, member_id, _kind in reasons if member_id is None])
    told = [
        (id_, member_id or owners.get(place_id)) for id_, (place_id, member_id, _kind) in zip(ids, reasons, strict=True)
    ]
    push.tell_notices([(id_, who) for id_, who in told if who is not None])
