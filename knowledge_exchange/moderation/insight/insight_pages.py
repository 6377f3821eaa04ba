"""Insight as its readers get it: twelve months, those with too few people without any number; lines, words, CSV."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.csv_text import csv_text, harmless
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.cases.case_models import NetworkMonth
from knowledge_exchange.moderation.insight.insight import FEWEST_PEOPLE, MONTHS_SHOWN, MOST_ASKED, first_of_month
from knowledge_exchange.networks.models import Network
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.official.official_forms import months_after
from knowledge_exchange.threads.queries import readable
from knowledge_exchange.threads.veils.audience import rounded

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
#: Durations of up to two days are told in hours.
_MOST_IN_HOURS = 2 * _DAY


@dataclass(frozen=True, slots=True)
class Line:
    """A month; with ``shown`` False it holds nothing but its name."""

    month: date
    shown: bool = False
    is_running: bool = False
    problems: int = 0
    replied: int = 0
    in_a_day: int = 0
    median_s: int | None = None
    people: int = 0  # rounded down
    tags: tuple[tuple[str, int], ...] = ()
    threads: tuple[tuple[int, int], ...] = ()

    @property
    def share(self) -> int | None:
        """Of a hundred problems, how many were answered within a day; None where none was asked."""
        return round(100 * self.in_a_day / self.problems) if self.shown and self.problems else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What came up again and again: a tag, or a thread that its reader may see (``url``)."""

    words: str
    number: int
    url: str = ""


def lines_of(network_id: int | None) -> list[Line]:
    """The last twelve months of a network, or (None) of the whole exchange, oldest first. One statement."""
    current = first_of_month(now())
    months = [months_after(current, -back) for back in reversed(range(MONTHS_SHOWN))]
    where = NetworkMonth.network_id.is_(None) if network_id is None else NetworkMonth.network_id == network_id
    query = select(*NetworkMonth.__table__.c).where(where, NetworkMonth.month.in_(months))
    rows = {row.month: row for row in db.session.execute(query)}
    return [_line(month, rows.get(month), month == current) for month in months]


def _line(month: date, row: AnyRow | None, is_running: bool) -> Line:
    if row is None or row.people < FEWEST_PEOPLE:
        return Line(month, is_running=is_running)
    asked = json.loads(row.asked or "{}")
    return Line(
        month=month,
        shown=True,
        is_running=is_running,
        problems=row.problems,
        replied=row.replied,
        in_a_day=row.answered_in_a_day,
        median_s=row.median_first_reply_s,
        people=rounded(row.people),
        tags=tuple((name, number) for name, number in asked.get("tags", ())),
        threads=tuple((thread_id, number) for thread_id, number in asked.get("threads", ())),
    )


def asked_often(me: Me, lines: Sequence[Line]) -> list[Asked]:
    """Tags and threads of all these months together, most often first; of threads those that ``me`` may read.

    One statement.
    """
    tags: Counter[str] = Counter()
    threads: Counter[int] = Counter()
    for line in lines:
        tags.update(dict(line.tags))
        threads.update(dict(line.threads))
    query = select(Thread.id, Thread.title).join(Network, Network.id == Thread.network_id)
    rows = db.session.execute(query.where(Thread.id.in_(list(threads)), readable(me.id)))
    found = [Asked(row.title, threads[row.id], f"/t/{row.id}") for row in rows]
    found += [Asked(name, number) for name, number in tags.items()]
    return sorted(found, key=lambda one: (-one.number, one.words))[: 2 * MOST_ASKED]


def duration(seconds: int | None) -> str:
    """As people say it: ``40 minutes``, ``5 hours``, ``3 days``; a dash where there is none."""
    if seconds is None:
        return "–"
    if seconds < _HOUR:
        minutes = max(round(seconds / _MINUTE), 1)
        return str(ngettext("%(num)s minute", "%(num)s minutes", minutes))
    if seconds <= _MOST_IN_HOURS:
        return str(ngettext("%(num)s hour", "%(num)s hours", round(seconds / _HOUR)))
    return str(ngettext("%(num)s day", "%(num)s days", round(seconds / _DAY)))


def as_csv(lines: Sequence[Line], asked: Sequence[Asked]) -> str:
    """The numbers of the charts, month by month, and beneath them what was asked again and again."""
    rows: list[list[object]] = [
        ["month", "problems", "with a reply", "median hours to the first reply", "answered within a day", "people"]
    ]
    too_few = str(_("too few to show"))
    for line in lines:
        numbers: list[object] = [too_few] * 5
        if line.shown:
            hours = "" if line.median_s is None else round(line.median_s / _HOUR, 1)
            numbers = [line.problems, line.replied, hours, line.in_a_day, f"{line.people}+"]
        rows.append([f"{line.month:%Y-%m}", *numbers])
    rows += [[], ["asked again and again", "times"], *([harmless(one.words), one.number] for one in asked)]
    return csv_text(rows)
