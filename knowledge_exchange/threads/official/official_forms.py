"""The form of an official answer, checked; problems are sentences by the field that they concern."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.text import clean_text
from knowledge_exchange.threads.forms import Errors, check_body
from knowledge_exchange.threads.official.official_states import nations

MAX_SOURCES_CHARS = 4000
#: Why one was withdrawn: everybody who may read the thread reads it.
LEAST_REASON, MOST_REASON = 5, 500
#: It is reviewed after so many months unless its officer says otherwise, and after so many at the latest.
REVIEW_MONTHS, MOST_REVIEW_MONTHS = 12, 36
#: One is dated so long ago at most: it may stand written elsewhere already.
OLDEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Typed:
    """What the form holds, as it was typed."""

    body: str = ""
    nations: tuple[str, ...] = ()
    dated: str = ""
    review_on: str = ""
    sources: str = ""

    @classmethod
    def new(cls, day: date) -> Self:
        """An empty form, on that day."""
        return cls(dated=day.isoformat(), review_on=months_after(day, REVIEW_MONTHS).isoformat())

    @classmethod
    def of(cls, official: AnyRow, day: date) -> Self:
        """The form of a change: what it says now, dated anew."""
        fresh, said = cls.new(day), official
        return cls(said.body, tuple(said.nations.split()), fresh.dated, fresh.review_on, said.sources)

    @classmethod
    def sent(cls, form: MultiDict[str, str]) -> Self:
        """What came in, cleaned; of nations only those that there are, each once."""
        chosen = form.getlist("nations")
        return cls(
            body=clean_text(form.get("body", "")),
            nations=tuple(code for code in nations() if code in chosen),
            dated=form.get("dated", "").strip(),
            review_on=form.get("review_on", "").strip(),
            sources=clean_text(form.get("sources", "")),
        )


def check(typed: Typed, day: date) -> Errors:
    """What is wrong with it; ``day`` is today where its officer is."""
    errors = check_body(typed.body)
    if not typed.nations:
        errors["nations"] = _("Say where it holds: choose at least one.")
    if len(typed.sources) > MAX_SOURCES_CHARS:
        errors["sources"] = _("Sources take at most %(most)s characters.", most=f"{MAX_SOURCES_CHARS:,}")
    dated = day_of(typed.dated)
    if dated is None or not day - OLDEST <= dated <= day:
        errors["dated"] = _("Give the day of the answer: today, or a day of the last twelve months.")
        return errors
    return errors | check_review(typed.review_on, dated, day)


def check_review(typed: str, dated: date, day: date) -> Errors:
    """A review lies ahead, and not too far."""
    review_on, latest = day_of(typed), months_after(day, MOST_REVIEW_MONTHS)
    if review_on is not None and max(dated, day) < review_on <= latest:
        return {}
    wrong = _("Choose a day of review after today, at the latest %(day)s.", day=f"{latest.day} {latest:%B %Y}")
    return {"review_on": str(wrong)}


def check_reason(reason: str) -> Errors:
    """A reason that members can make something of."""
    if LEAST_REASON <= len(reason) <= MOST_REASON:
        return {}
    return {"reason": _("Say why in a sentence: everybody who reads the thread sees it (5 to 500 characters).")}


def day_of(typed: str) -> date | None:
    """The day that was typed; None if it is none."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the month's last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
