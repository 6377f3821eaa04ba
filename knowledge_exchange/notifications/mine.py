"""Which notices are a member's to see, and which of them count as read: said here for every read of them.

For almost everybody: those that name them. Whoever writes under a pseudonym in a thread has, beside these, those of
their sealed place there, which name nobody. What they are told of that thread by name is written as for everybody
else (for its absence would name its author), and is not shown to them; but for mentions by others, which only come
so. Of such a mention it is the sealed place that says whether it was read: nothing is noted where it names them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, exists, func, or_, select

from knowledge_exchange.auth import sealed_list, sessions
from knowledge_exchange.auth.sealed_list import Places
from knowledge_exchange.core.db import AnyRow, AnySelect, Id, db
from knowledge_exchange.core.id_lists import is_one_of
from knowledge_exchange.core.reads import Read
from knowledge_exchange.notifications.models import Notification, Participant

#: Kinds of notices that come by name alone.
MENTIONS = ("mention", "network_mention")

#: Whose notices are read, and where they write under a pseudonym.
ME = bindparam("me", type_=Id)
_THREADS, _PLACES = "my_threads", "my_places"


def places_of(member_id: int) -> Places:
    """The sealed places of a member; of whoever is asking as the request began."""
    me = sessions.shown()
    return me.places if me is not None and me.id == member_id else sealed_list.places_of(member_id)


def of_me(*, sealed: bool) -> ColumnElement[bool]:
    """Condition: the notice is ``ME``'s to see. ``sealed``: who has sealed places."""
    plain = Notification.member_id == ME
    if not sealed:
        return plain
    by_another = ~is_one_of(func.coalesce(Notification.by_participant_id, 0), _PLACES)
    shown = or_(
        and_(Notification.thread_id.is_(None), by_another),
        ~is_one_of(Notification.thread_id, _THREADS),
        and_(Notification.kind.in_(MENTIONS), by_another),
    )
    theirs = and_(Notification.member_id.is_(None), is_one_of(Notification.participant_id, _PLACES))
    return or_(and_(plain, shown), theirs)


def read_at(*, sealed: bool) -> ColumnElement[Any]:
    """When the notice was read, or NULL; of a mention in a thread with a sealed place, something that is not NULL."""
    if not sealed:
        return Notification.read_at.expression
    seen = exists().where(
        is_one_of(Participant.id, _PLACES),
        Participant.thread_id == Notification.thread_id,
        Participant.last_read_id >= Notification.post_id,
    )
    by_place = and_(Notification.member_id.is_not(None), seen.correlate_except(Participant))
    return case((by_place, Notification.created_at), else_=Notification.read_at)


def given(member_id: int, places: Places) -> dict[str, Any]:
    """The parameters of these conditions."""
    return {"me": member_id, _THREADS: list(places), _PLACES: list(places.values())}


def covers_of(member_id: int, notices: Sequence[AnyRow]) -> set[int]:
    """Which of these unread notices that name a member they never see, or have read in a sealed place: their ids.

    Of almost everybody none, by one statement.
    """
    places = sealed_list.places_of(member_id)
    unread = {notice.id for notice in notices if notice.read_at is None}
    if not places or not unread:
        return set()
    shown = select(Notification.id).where(
        of_me(sealed=True), read_at(sealed=True).is_(None), Notification.id.in_(bindparam("ids", expanding=True))
    )
    return unread - set(db.session.scalars(shown, {**given(member_id, places), "ids": list(unread)}))


class Asked:
    """A SELECT of one member's notices in two forms, each compiled once: for almost everybody, and for who has places.

    ``build(sealed)`` makes it, when it is first asked.
    """

    def __init__(self, build: Callable[[bool], AnySelect]) -> None:
        self._build = cache(lambda sealed: Read(build(sealed)))

    def all(self, member_id: int, places: Places, **values: Any) -> Sequence[AnyRow]:
        """Its rows for that member."""
        whose = given(member_id, places) if places else {"me": member_id}
        return self._build(bool(places)).all(**whose, **values)
