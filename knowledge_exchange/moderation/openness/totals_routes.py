"""The totals of a month, as a page and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.csv_text import csv_answer, csv_text, harmless
from knowledge_exchange.moderation.acts import act_words
from knowledge_exchange.moderation.openness import totals
from knowledge_exchange.notifications.queries import unread_count

blueprint = Blueprint("moderation_totals", __name__)


@blueprint.get("/log/totals")
@active
def page() -> ResponseReturnValue:
    """A whole month (``?month=2026-10``), the last one unless another is asked for."""
    me, months = require_me(), totals.months()
    month = _asked(months)
    shown = totals.totals_of(me, month) if month is not None else []
    return render_template(
        "moderation/totals.html",
        nav="",
        unread=unread_count(me.id),
        months=months,
        month=month,
        totals=shown,
        appeals=totals.appeals_of(month) if month is not None else None,
        words_of=act_words.words_of,
        fewest=totals.FEWEST,
        month_in_words=month_in_words,
    )


@blueprint.get("/log/totals.csv")
@active
def as_csv() -> ResponseReturnValue:
    """The same numbers, a line each."""
    month = _asked(totals.months())
    if month is None:
        abort(404)
    lines = [[f"{month:%Y-%m}", harmless(where), what, number] for where, what, number in _lines(month)]
    text = csv_text([["month", "network", "what", "number"], *lines])
    return csv_answer(f"moderation-{month:%Y-%m}", text)


def _lines(month: date) -> Iterator[tuple[str, str, object]]:
    for one in totals.totals_of(require_me(), month):
        where = one.network.name if one.network is not None else str(_("The whole exchange"))
        for action, number in sorted(one.acts.items()):
            yield where, f"act: {action}", number
        yield where, "reports received", one.received
        yield where, "reports decided", one.decided
        if one.median_hours is not None:
            yield where, "median hours to a decision", one.median_hours
        if one.network is None:
            appeals = totals.appeals_of(month)
            for word in ("made", "upheld", "overturned"):
                yield where, f"appeals {word}", _number(getattr(appeals, word))


def _number(found: int | None) -> object:
    return f"fewer than {totals.FEWEST}" if found is None else found


def _asked(months: list[date]) -> date | None:
    """The month that was asked for, or the newest; 404 for one that is not over, or before the first."""
    word = request.args.get("month", "")
    if not word:
        return months[0] if months else None
    return next((month for month in months if f"{month:%Y-%m}" == word), None) or abort(404)


def month_in_words(month: date) -> str:
    """As people write it: October 2026."""
    return str(format_date(month, "MMMM y"))
