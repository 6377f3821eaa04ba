"""Named reads of requests to open pseudonyms. Each sees what its reader may see, and nobody's name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, AnySelect, db
from knowledge_exchange.moderation import policy
from knowledge_exchange.moderation.limits import LAPSES_AFTER, REQUESTS_SHOWN, SETTLED_SHOWN
from knowledge_exchange.moderation.models import DECLINED, GROUNDS, OPENED, Unsealing
from knowledge_exchange.moderation.owners import owners_of
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.threads.models import Thread, Voice

_Asker = aliased(Member)
_FACTS = (
    Unsealing.id,
    Unsealing.voice_id,
    Unsealing.thread_id,
    Unsealing.ground,
    Unsealing.reason,
    Unsealing.asked_by,
    Unsealing.asked_at,
    Unsealing.agreed_by,
    Unsealing.opened_at,
    Unsealing.ended_at,
    Unsealing.outcome,
    Unsealing.answer,
    Unsealing.legal_basis,
    Unsealing.tell_at,
    Unsealing.told_at,
    Voice.name.label("pseudonym"),
    Voice.participant_id.label("place_id"),
    Thread.title,
    Network.name.label("network"),
    _Asker.name.label("asker"),
)


def _requests() -> AnySelect:
    query = select(*_FACTS).join(Voice, Voice.id == Unsealing.voice_id).join(Thread, Thread.id == Unsealing.thread_id)
    return query.join(Network, Network.id == Thread.network_id).outerjoin(_Asker, _Asker.id == Unsealing.asked_by)


def may_be_seen_by(me: Me) -> ColumnElement[bool]:
    """Condition on a request's Thread: it stands, and is not hidden from this officer.

    Whether they are in its network is not asked: somebody's safety shall not hang on which officers joined what.
    """
    return and_(Thread.deleted_at.is_(None), thread_open_to(Thread.id, me.id, Thread.is_shielded))


def is_open() -> ColumnElement[bool]:
    """Condition on Unsealing: it waits for a second officer, and has not been waiting for too long."""
    return and_(Unsealing.ended_at.is_(None), Unsealing.asked_at > now() - LAPSES_AFTER)


def open_of(voice_id: int) -> bool:
    """Whether somebody asks to open this pseudonym just now."""
    return db.session.scalar(select(Unsealing.id).where(Unsealing.voice_id == voice_id, is_open())) is not None


def to_settle(me: Me) -> Sequence[AnyRow]:
    """What waits for an officer like this, longest first. Whose the pseudonyms are decides, and is not told."""
    if not policy.is_officer(me):
        return []
    others = (is_open(), Unsealing.asked_by.is_distinct_from(me.id))
    rows = db.session.execute(
        _requests().where(*others, may_be_seen_by(me)).order_by(Unsealing.id).limit(REQUESTS_SHOWN)
    ).all()
    owners = owners_of([row.place_id for row in rows])
    return [row for row in rows if policy.may_settle(me, row.asked_by, owners.get(row.place_id))]


def asked_by(me: Me) -> Sequence[AnyRow]:
    """What this officer asks for, and nobody has answered."""
    mine = (Unsealing.asked_by == me.id, is_open())
    return db.session.execute(_requests().where(*mine, may_be_seen_by(me)).order_by(Unsealing.id)).all()


def settled_with(me: Me) -> Sequence[AnyRow]:
    """What this officer asked for or answered, and is over; the latest first."""
    mine = or_(Unsealing.asked_by == me.id, Unsealing.agreed_by == me.id)
    query = _requests().where(mine, Unsealing.ended_at.is_not(None), may_be_seen_by(me))
    return db.session.execute(query.order_by(Unsealing.ended_at.desc()).limit(SETTLED_SHOWN)).all()


def request_for(me: Me, request_id: int) -> AnyRow | None:
    """One request, if this officer made it or might answer it (might have, if it is over); else it is not there."""
    row = db.session.execute(_requests().where(Unsealing.id == request_id, may_be_seen_by(me))).first()
    if row is None or row.asked_by == me.id:
        return row
    return row if policy.may_settle(me, row.asked_by, owners_of([row.place_id]).get(row.place_id)) else None


def opened_of(me: Me) -> Sequence[AnyRow]:
    """Pseudonyms of this very member that were opened, as far as they have been told; the latest first."""
    if not me.places:
        return []
    query = _requests().where(Unsealing.thread_id.in_(me.places), Unsealing.told_at.is_not(None))
    rows = db.session.execute(query.order_by(Unsealing.told_at.desc())).all()
    return [row for row in rows if me.places.get(row.thread_id) == row.place_id]


class Total(NamedTuple):
    """How many requests there were in a year, on one ground, and what came of them."""

    year: int
    ground: str
    asked: int
    opened: int
    declined: int


def totals() -> list[Total]:
    """Published: all years in which anything was asked, the latest first.

    What the law asked not to be told yet counts once its author has been told.
    """
    columns = (Unsealing.asked_at, Unsealing.ground, Unsealing.outcome)
    rows = db.session.execute(select(*columns).where(_is_told())).all()
    counts: Counter[tuple[int, str, str]] = Counter()
    for row in rows:
        counts.update(_counted(row))
    years = sorted({year for year, _ground, _word in counts}, reverse=True)
    words = ("asked", OPENED, DECLINED)
    return [Total(year, one, *(counts[year, one, word] for word in words)) for year in years for one in GROUNDS]


def _counted(row: Any) -> list[tuple[int, str, str]]:
    asked_at = cast(datetime, row.asked_at)
    return [(asked_at.year, row.ground, word) for word in ("asked", row.outcome)]


def _is_told() -> ColumnElement[bool]:
    """Nobody is to be kept from knowing of it: no delay was asked for, it was not opened, or its author knows."""
    was_not_opened = and_(Unsealing.ended_at.is_not(None), Unsealing.opened_at.is_(None))
    return or_(Unsealing.told_at.is_not(None), was_not_opened, Unsealing.legal_basis == "")
