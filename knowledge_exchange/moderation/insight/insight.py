"""How the exchange is doing, by network and month: worked out by a job, shown by ``insight_routes``.

Of threads that stand and are hidden from nobody; what was imported was answered elsewhere, and does not count. People
are members who wrote under their own name: how many persons stand behind pseudonyms nobody knows, and a member has a
place in each thread, so that places would count one person often.

The whole exchange is made of those networks alone that everybody may know of and that show the month themselves: what
somebody takes away from it, network by network, never leaves fewer people than are shown.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from statistics import median

from sqlalchemy import delete, select

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.moderation.cases.case_models import NetworkMonth
from knowledge_exchange.moderation.insight import insight_facts
from knowledge_exchange.networks.models import Network
from knowledge_exchange.threads.official.official_forms import months_after

#: Of a month in which fewer people wrote nothing is shown.
FEWEST_PEOPLE = 10
MONTHS_SHOWN = 12
#: The latest months are worked out at each look, and of the older ones that which was longest ago.
LATEST_MONTHS = 2
LOOK_EVERY_S = 3600.0
A_DAY = timedelta(days=1)
#: What was asked once is not asked again and again.
LEAST_ASKED = 2
MOST_ASKED = 5


@dataclass(slots=True)
class Month:
    """A month in one network, or in several taken together."""

    problems: int = 0
    in_a_day: int = 0
    first_replies: list[float] = field(default_factory=list)  # seconds
    people: set[int] = field(default_factory=set)
    tags: Counter[str] = field(default_factory=Counter)
    #: Threads that others were marked as duplicates of.
    again: Counter[int] = field(default_factory=Counter)

    @property
    def is_shown(self) -> bool:
        """Whether so many people wrote that its numbers are nobody's."""
        return len(self.people) >= FEWEST_PEOPLE

    def add(self, other: Month) -> None:
        """Take another network in."""
        self.problems += other.problems
        self.in_a_day += other.in_a_day
        self.first_replies += other.first_replies
        self.people |= other.people
        self.tags += other.tags
        self.again += other.again


def first_of_month(moment: datetime) -> date:
    """The month of a moment, by its first day; months are those of UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def work_out() -> None:
    """Bring the latest months up to date, and one older one (a job)."""
    for month in _due(first_of_month(now())):
        found = month_by_network(month)
        end_read()
        with unit_of_work():
            _write(month, found)


def _due(current: date) -> list[date]:
    """The latest months, and of the older ones that which is missing, or was worked out longest ago."""
    shown = [months_after(current, -back) for back in range(MONTHS_SHOWN)]
    whole = select(NetworkMonth.month, NetworkMonth.worked_out_at).where(
        NetworkMonth.network_id.is_(None), NetworkMonth.month.in_(shown)
    )
    done: dict[date, datetime] = {row.month: row.worked_out_at for row in db.session.execute(whole)}
    end_read()
    older = shown[LATEST_MONTHS:]
    missing = [month for month in older if month not in done]
    return shown[:LATEST_MONTHS] + (missing or sorted(older, key=lambda month: done[month]))[:1]


def month_by_network(month: date) -> dict[int, Month]:
    """What happened in that month, by network. Five statements."""
    begin = datetime(month.year, month.month, 1, tzinfo=UTC)
    following = months_after(month, 1)
    span = (begin, datetime(following.year, following.month, 1, tzinfo=UTC))
    found: dict[int, Month] = {}
    for row in insight_facts.problems(*span):
        one = found.setdefault(row.network_id, Month())
        one.problems += 1
        if row.first_reply_at is not None:
            one.first_replies.append((row.first_reply_at - row.created_at).total_seconds())
        answered = [moment for moment in (row.answered_at, row.official_at) if moment is not None]
        one.in_a_day += bool(answered) and min(answered) - row.created_at <= A_DAY
    for row in insight_facts.writers(*span):
        found.setdefault(row.network_id, Month()).people.add(row.member_id)
    for row in insight_facts.tags(*span):
        found.setdefault(row.network_id, Month()).tags[row.name] += row.number
    for row in insight_facts.duplicates(*span):
        found.setdefault(row.network_id, Month()).again[row.thread_id] += row.number
    return found


def whole(found: Mapping[int, Month], visibility: Mapping[int, str]) -> Month:
    """Those of these networks together that everybody may know of and that show the month themselves.

    Words of tags come from open networks alone: those of others are for whoever reads there.
    """
    together = Month()
    for network_id, seen in visibility.items():
        one = found.get(network_id)
        if one is not None and one.is_shown and seen != "private":
            together.add(one if seen == "open" else replace(one, tags=Counter()))
    return together


def _write(month: date, found: Mapping[int, Month]) -> None:
    rows = db.session.execute(select(Network.id, Network.visibility)).all()
    db.session.execute(delete(NetworkMonth).where(NetworkMonth.month == month))
    visibility = {row.id: row.visibility for row in rows}
    for network_id in visibility:
        if network_id in found:
            db.session.add(_row(network_id, month, found[network_id]))
    db.session.add(_row(None, month, whole(found, visibility)))
    db.session.flush()


def _row(network_id: int | None, month: date, one: Month) -> NetworkMonth:
    asked = {"tags": _most(one.tags), "threads": _most(one.again)}
    return NetworkMonth(
        network_id=network_id,
        month=month,
        problems=one.problems,
        replied=len(one.first_replies),
        answered_in_a_day=one.in_a_day,
        median_first_reply_s=int(median(one.first_replies)) if one.first_replies else None,
        people=len(one.people),
        asked=json.dumps(asked),
    )


def _most(counted: Counter[str] | Counter[int]) -> list[tuple[str | int, int]]:
    """What came up most often, by number and then by name, so that the order is the same each time."""
    often = [(what, number) for what, number in counted.items() if number >= LEAST_ASKED]
    return sorted(often, key=lambda one: (-one[1], str(one[0])))[:MOST_ASKED]
