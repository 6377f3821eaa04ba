"""Monthly totals of moderation, worked out from the tables themselves when somebody asks: whole months alone.

What happened in threads that are hidden from somebody is left out for everybody: a number must not tell of them.
Appeals are counted for the whole exchange, and from a few on: in a small network one number would say who appealed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from statistics import median
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.acts.act_models import ActAppeal, ModerationAct
from knowledge_exchange.moderation.cases.case_models import ModerationCase, Report
from knowledge_exchange.moderation.openness.log import is_moderation
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.queries import readable_by
from knowledge_exchange.threads.models import Thread

#: Fewer appeals than that are not told by number; nor how long fewer decisions took.
FEWEST = 5
_HOUR_S = 3600.0


@dataclass(slots=True)
class Totals:
    """Of a month in a network, or (``network`` None) in the whole exchange."""

    network: AnyRow | None
    acts: Counter[str] = field(default_factory=Counter)
    received: int = 0
    decided: int = 0
    hours: list[float] = field(default_factory=list)

    @property
    def median_hours(self) -> float | None:
        """Half of the reports were decided within so many hours; None below :data:`FEWEST`."""
        return round(median(self.hours), 1) if len(self.hours) >= FEWEST else None


@dataclass(frozen=True, slots=True)
class Appeals:
    """Of a month, in the whole exchange; all None where there were few."""

    made: int | None
    upheld: int | None
    overturned: int | None


def months() -> list[date]:
    """Whole months since the first act or report, the newest first, by their first day; two statements."""
    acts = select(ModerationAct.at).where(is_moderation(), _is_counted(ModerationAct.thread_id))
    reports = select(Report.at).join(ModerationCase, ModerationCase.id == Report.case_id)
    reports = reports.where(_is_counted(ModerationCase.thread_id))
    oldest = (acts.order_by(ModerationAct.id).limit(1), reports.order_by(Report.id).limit(1))
    first = [db.session.scalar(query) for query in oldest]
    known = [moment.date().replace(day=1) for moment in first if moment is not None]
    found: list[date] = []
    month = following(min(known)) if known else None
    this = now().date().replace(day=1)
    while month is not None and month <= this:
        found.append(_before(month))
        month = following(month)
    return found[::-1]


def following(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def totals_of(me: Me, month: date) -> list[Totals]:
    """Of the whole exchange first, then of each network that this member may read and in which there was something.

    Four statements, however many networks there are.
    """
    whole, by_network = Totals(None), defaultdict[int, Totals](lambda: Totals(None))
    for row in _rows(_acts(month)):
        for totals in _both(whole, by_network, row.network_id):
            totals.acts[row.action] += row.number
    for row in _rows(_received(month)):
        for totals in _both(whole, by_network, row.network_id):
            totals.received += row.number
    for row in _rows(_decided(month)):
        for totals in _both(whole, by_network, row.network_id):
            totals.decided += 1
            totals.hours.append((row.decided_at - row.opened_at).total_seconds() / _HOUR_S)
    networks = select(Network.id, Network.slug, Network.name).where(readable_by(me.id)).order_by(Network.name)
    named = [Totals(row) for row in _rows(networks) if row.id in by_network]
    for totals in named:
        _take(totals, by_network[cast(AnyRow, totals.network).id])
    return [whole, *named]


def _both(whole: Totals, by_network: dict[int, Totals], network_id: int | None) -> Iterable[Totals]:
    return (whole,) if network_id is None else (whole, by_network[network_id])


def _take(totals: Totals, found: Totals) -> None:
    totals.acts, totals.received = found.acts, found.received
    totals.decided, totals.hours = found.decided, found.hours


def _rows(query: Select[*tuple[Any, ...]]) -> Sequence[AnyRow]:
    return db.session.execute(query).all()


def appeals_of(month: date) -> Appeals:
    """Appeals against what the log shows: those against what was aimed at a pseudonym lead to no act. One statement."""
    of_act = and_(ModerationAct.id == ActAppeal.act_id, is_moderation(), _is_counted(ModerationAct.thread_id))
    of_sanction = and_(
        ActAppeal.sanction_id.is_not(None),
        ModerationAct.sanction_id == ActAppeal.sanction_id,
        _is_counted(ModerationAct.thread_id),
    )
    counted = exists().where(or_(of_act, of_sanction)).correlate(ActAppeal)
    made, (begin, end) = _within(ActAppeal.asked_at, month), _bounds(month)
    decided = and_(ActAppeal.decided_at >= begin, ActAppeal.decided_at < end)
    query = select(
        func.count().filter(made),
        func.count().filter(decided, ActAppeal.outcome == "upheld"),
        func.count().filter(decided, ActAppeal.outcome == "overturned"),
    ).where(counted)
    numbers = db.session.execute(query).one()
    if 0 < max(numbers) < FEWEST:
        return Appeals(None, None, None)
    return Appeals(*numbers)


def _bounds(month: date) -> tuple[datetime, datetime]:
    return datetime.combine(month, time(), UTC), datetime.combine(following(month), time(), UTC)


def _within(column: Any, month: date) -> ColumnElement[bool]:
    begin, end = _bounds(month)
    return and_(column >= begin, column < end)


def _is_counted(thread_id: Any) -> ColumnElement[bool]:
    """Condition on rows that name a thread or none: it is hidden from nobody."""
    hidden = exists().where(Thread.id == thread_id, Thread.is_shielded).correlate_except(Thread)
    return ~hidden


def _acts(month: date) -> Select[*tuple[Any, ...]]:
    counted = (is_moderation(), _within(ModerationAct.at, month), _is_counted(ModerationAct.thread_id))
    query = select(ModerationAct.network_id, ModerationAct.action, func.count().label("number")).where(*counted)
    return query.group_by(ModerationAct.network_id, ModerationAct.action)


def _received(month: date) -> Select[*tuple[Any, ...]]:
    query = select(ModerationCase.network_id, func.count().label("number"))
    query = query.join(Report, Report.case_id == ModerationCase.id)
    return query.where(_within(Report.at, month), _is_counted(ModerationCase.thread_id)).group_by(
        ModerationCase.network_id
    )


def _decided(month: date) -> Select[*tuple[Any, ...]]:
    columns = (ModerationCase.network_id, ModerationCase.opened_at, ModerationCase.decided_at)
    decided = (ModerationCase.kind == "report", _within(ModerationCase.decided_at, month))
    return select(*columns).where(*decided, _is_counted(ModerationCase.thread_id))
