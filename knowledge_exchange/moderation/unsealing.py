"""Opening a pseudonym: one officer asks, a second agrees, the author is told. Nothing here commits.

What is stored and what goes on record names the officers and the request, and never whose the pseudonym is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, insert_of_dialect
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.moderation import owners, policy, telling
from knowledge_exchange.moderation.limits import LAPSES_AFTER
from knowledge_exchange.moderation.models import DECLINED, LAPSED, OPENED, WITHDRAWN, Unsealing
from knowledge_exchange.moderation.owners import Owner
from knowledge_exchange.moderation.queries import is_open, request_for


class AlreadySettled(Exception):
    """Somebody was first, or it has lapsed: nothing was done."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an officer asks: why, and, where the law asks for a delay, until when and by what."""

    ground: str
    reason: str
    legal_basis: str = ""
    tell_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """What the second officer is shown, once. ``owner`` is None where the pseudonym is nobody's any more."""

    request: AnyRow
    owner: Owner | None


def ask(me: Me, thread_id: int, voice_id: int, asked: Asked) -> int:
    """Ask to open a pseudonym; returns the request's id. Raises :class:`AlreadySettled` where somebody asks already."""
    _lapse(Unsealing.voice_id == voice_id)
    facts = {"ground": asked.ground, "reason": asked.reason, "legal_basis": asked.legal_basis, "tell_at": asked.tell_at}
    row = {"id": new_id(), "voice_id": voice_id, "thread_id": thread_id, "asked_by": me.id, "asked_at": now()}
    insert = insert_of_dialect(Unsealing).values(**row, **facts, outcome="", answer="").on_conflict_do_nothing()
    request_id = db.session.scalar(insert.returning(Unsealing.id))
    if request_id is None:
        raise AlreadySettled
    record("pseudonym.asked", actor=me.id, note=str(request_id))
    return int(request_id)


def agree(me: Me, request_id: int) -> Opened:
    """Open it, once: who it is, for whoever agreed, in the answer to this very form. Raises :class:`AlreadySettled`."""
    request = _take(me, request_id)
    moment = now()
    tell_at = max(request.tell_at or moment, moment)
    _end(request_id, OPENED, agreed_by=me.id, opened_at=moment, tell_at=tell_at)
    record("pseudonym.opened", actor=me.id, note=str(request_id))
    if tell_at == moment:
        telling.tell_author(request_id)
    return Opened(request, owners.owner_of(request.place_id))


def decline(me: Me, request_id: int, answer: str) -> None:
    """Leave it closed. Raises :class:`AlreadySettled`."""
    _take(me, request_id)
    _end(request_id, DECLINED, agreed_by=me.id, answer=answer)
    record("pseudonym.declined", actor=me.id, note=str(request_id))


def withdraw(me: Me, request_id: int) -> None:
    """Whoever asked does not any more. Raises :class:`AlreadySettled`."""
    mine = (Unsealing.id == request_id, Unsealing.asked_by == me.id)
    if db.session.scalar(select(Unsealing.id).where(*mine, is_open()).with_for_update()) is None:
        raise AlreadySettled
    _end(request_id, WITHDRAWN)
    record("pseudonym.withdrawn", actor=me.id, note=str(request_id))


def lapse_old() -> None:
    """End what nobody has agreed to in time."""
    _lapse()


def _take(me: Me, request_id: int) -> AnyRow:
    """A request that this officer may answer now; its row is locked, so that of two officers one is first."""
    query = select(Unsealing.id).where(Unsealing.id == request_id, is_open()).with_for_update()
    if db.session.scalar(query) is None:
        raise AlreadySettled
    request = request_for(me, request_id)
    if request is None or not policy.may_settle(me, request.asked_by, owners.owner_of(request.place_id)):
        raise AlreadySettled
    return request


def _end(request_id: int, outcome: str, **facts: object) -> None:
    ended = update(Unsealing).where(Unsealing.id == request_id)
    db.session.execute(ended.values(outcome=outcome, ended_at=now(), **facts))


def _lapse(*which: ColumnElement[bool]) -> None:
    over = (Unsealing.ended_at.is_(None), Unsealing.asked_at <= now() - LAPSES_AFTER, *which)
    gone = update(Unsealing).where(*over).values(outcome=LAPSED, ended_at=now()).returning(Unsealing.id)
    for request_id in db.session.scalars(gone, execution_options={"synchronize_session": False}).all():
        record("pseudonym.lapsed", actor=None, note=str(request_id))
