"""Named reads of appeals against acts and sanctions."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.own_data import Rows, rows_of
from knowledge_exchange.auth.sealed_list import places_of
from knowledge_exchange.core.db import AnyRow, AnySelect, db
from knowledge_exchange.core.ids import floor_id
from knowledge_exchange.moderation.acts.act_models import ActAppeal, ModerationAct, Sanction
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.moderation.sanctions.sanction_policy import RECORDED
from knowledge_exchange.networks.models import Network
from knowledge_exchange.notifications.models import Participant

_SanctionAct = aliased(ModerationAct)
_Appellant = aliased(Member)


def appeals_about(key: ColumnElement[bool]) -> Sequence[AnyRow]:
    """All appeals about one thing, the latest first, each with whom it is if it is open; ``key``: on ActAppeal."""
    is_open = and_(ModerationCase.appeal_id == ActAppeal.id, ModerationCase.decided_at.is_(None))
    columns = (ActAppeal.id, ActAppeal.step, ActAppeal.text, ActAppeal.asked_at, ActAppeal.outcome, ActAppeal.answer)
    query = select(*columns, ActAppeal.sanction_id, ModerationCase.held_by).outerjoin(ModerationCase, is_open)
    return db.session.execute(query.where(key).order_by(ActAppeal.id.desc())).all()


def latest_about(sanction_ids: Collection[int]) -> Mapping[int, AnyRow]:
    """The latest appeal about each of these sanctions that has one. One statement, none where there are none."""
    found = appeals_about(ActAppeal.sanction_id.in_(sanction_ids)) if sanction_ids else ()
    return {row.sanction_id: row for row in reversed(found)}


def appeal_by_id(appeal_id: int | None) -> AnyRow | None:
    """One, locked until this unit of work ends."""
    columns = (ActAppeal.id, ActAppeal.act_id, ActAppeal.sanction_id, ActAppeal.step, ActAppeal.outcome)
    whose = (ActAppeal.member_id, ActAppeal.participant_id)
    return db.session.execute(select(*columns, *whose).where(ActAppeal.id == appeal_id).with_for_update()).first()


def aimed_alike(member_id: int, appeal_ids: Collection[int]) -> set[int]:
    """Which of these are about what was aimed through a pseudonym, on a day on which this member aimed the same.

    Perhaps it was that very act: the name of whoever appeals would tell them who is behind the pseudonym. At most two
    statements, one where nothing was aimed.
    """
    aimed = (ActAppeal.id.in_(appeal_ids), Sanction.actor_id.is_(None))
    query = select(ActAppeal.id, Sanction.kind, Sanction.since).join(Sanction, Sanction.id == ActAppeal.sanction_id)
    found = db.session.execute(query.where(*aimed)).all()
    mine = _aimed_by(member_id, {(row.kind, row.since) for row in found})
    return {row.id for row in found if (row.kind, row.since) in mine}


def _aimed_by(member_id: int, deeds: Collection[tuple[str, date]]) -> set[tuple[str, date]]:
    """Those of these kinds and days on which the record says that they aimed it."""
    if not deeds:
        return set()
    days = []
    for kind, day in deeds:
        begin = datetime.combine(day, time(), UTC)
        end = begin + timedelta(days=1)
        # Ids follow the time: those of the day are found by them.
        of_day = (AuditEntry.id >= floor_id(begin), AuditEntry.id < floor_id(end), AuditEntry.at < end)
        days.append(and_(AuditEntry.action == RECORDED[kind], *of_day))
    query = select(AuditEntry.action, AuditEntry.at).where(AuditEntry.actor_id == member_id, or_(*days))
    done = {(row.action, row.at.date()) for row in db.session.execute(query)}
    return {(kind, day) for kind, day in deeds if (RECORDED[kind], day) in done}


def owner_of_act(act: AnyRow) -> int | None:
    """Whose plain place an act was about; None of sealed and imported ones."""
    return db.session.scalar(select(Participant.member_id).where(Participant.id == act.participant_id))


def shown(appeal_ids: Collection[int]) -> Mapping[int, AnyRow]:
    """What those who decide read of appeals: the act or sanction, and who appeals if a member does. One statement."""
    rows = db.session.execute(_shown().where(ActAppeal.id.in_(appeal_ids)))
    return {row.appeal_id: row for row in rows}


def _shown() -> AnySelect:
    act = (ModerationAct.action, ModerationAct.kept, ModerationAct.details, ModerationAct.post_id)
    act_why = (ModerationAct.rule, ModerationAct.reason, ModerationAct.acted_as, ModerationAct.at)
    imposed = (Sanction.kind, Sanction.since, Sanction.ends_on, Sanction.cause, Sanction.actor_id)
    columns = (
        ActAppeal.id.label("appeal_id"),
        ActAppeal.act_id,
        ActAppeal.sanction_id,
        ActAppeal.step,
        ActAppeal.text,
        ActAppeal.participant_id,
        _Appellant.name.label("appellant"),
        Network.name.label("network"),
        Sanction.rule.label("sanction_rule"),
        Sanction.reason.label("sanction_reason"),
        _SanctionAct.acted_as.label("imposed_as"),
        _SanctionAct.post_id.label("sanction_post_id"),
    )
    query = select(*columns, *act, *act_why, *imposed)
    query = query.outerjoin(ModerationAct, ModerationAct.id == ActAppeal.act_id)
    query = query.outerjoin(Sanction, Sanction.id == ActAppeal.sanction_id)
    query = query.outerjoin(_SanctionAct, _SanctionAct.sanction_id == Sanction.id)
    query = query.outerjoin(_Appellant, _Appellant.id == ActAppeal.member_id)
    where = or_(Network.id == ModerationAct.network_id, Network.id == Sanction.network_id)
    return query.outerjoin(Network, where)


def moot(over: Collection[str]) -> Select[int, int]:
    """Open appeals about what was undone meanwhile, with their cases; ``over``: how a sanction ends for good."""
    query = _open().add_columns(ModerationCase.id.label("case_id"))
    query = query.outerjoin(ModerationAct, ModerationAct.id == ActAppeal.act_id)
    query = query.outerjoin(Sanction, Sanction.id == ActAppeal.sanction_id)
    return query.where(or_(ModerationAct.undone_at.is_not(None), Sanction.ended_cause.in_(over)))


def passed() -> Select[int]:
    """Open appeals that have come to officers since they were made."""
    return _open().where(ModerationCase.held_by == "officers", ActAppeal.step == 1)


def _open() -> Select[int]:
    query = select(ActAppeal.id).join(ModerationCase, ModerationCase.appeal_id == ActAppeal.id)
    return query.where(ActAppeal.decided_at.is_(None), ModerationCase.decided_at.is_(None)).order_by(ActAppeal.id)


def own_appeals(member_id: int) -> Rows:
    """A member's part of what the exchange holds about them; those of their pseudonyms stand with these."""
    columns = (ActAppeal.act_id, ActAppeal.sanction_id, ActAppeal.step, ActAppeal.text, ActAppeal.asked_at)
    answer = (ActAppeal.decided_at, ActAppeal.outcome, ActAppeal.answer)
    mine = or_(ActAppeal.member_id == member_id, ActAppeal.participant_id.in_(places_of(member_id).values()))
    return rows_of(select(*columns, *answer).where(mine).order_by(ActAppeal.id))
