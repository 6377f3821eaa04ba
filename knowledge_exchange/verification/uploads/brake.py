"""The brake, as an officer meets it: what is wrong with a file, and the word that lets it go on all the same."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import Form, HiddenField, StringField
from wtforms.validators import DataRequired, Length

from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.networks.regions import region_name
from knowledge_exchange.verification.rolls.applying import Plan

#: Ends that the meter can have, in percent.
_SCALES = (1, 2, 5, 10, 20, 50, 100)
_ROOM = 1.2
MAX_WHY_CHARS = 300
#: So many times the share of all is worth a mark.
_OUTSTANDING = 1.5
#: Regions that are listed; the others stand in one line.
MOST_REGIONS = 5


class ConfirmForm(Form):
    """An officer's word that a file is right although the brake is on."""

    why = StringField(
        _l("Why it is right, for the record"),
        [DataRequired(_l("Say in a few words why so many go: it is kept on the record.")), Length(max=MAX_WHY_CHARS)],
    )
    percent = HiddenField()


@dataclass(frozen=True, slots=True)
class Meter:
    """How far the members who would lapse are from the limit: percent, and places on a scale of a hundred."""

    percent: float
    limit: float
    end: int

    @property
    def now_at(self) -> float:
        """Where the bar ends."""
        return round(min(100.0, 100 * self.percent / self.end), 1)

    @property
    def limit_at(self) -> float:
        """Where the limit is marked."""
        return round(100 * self.limit / self.end, 1)


@dataclass(frozen=True, slots=True)
class Region:
    """Members of one region, and how many of them would lapse."""

    name: str
    active: int
    lapsing: int
    #: How many lapse in all regions together, in percent.
    usual: float

    @property
    def percent(self) -> float:
        """Of each hundred."""
        return 100 * self.lapsing / self.active if self.active else 0.0

    @property
    def is_hot(self) -> bool:
        """Whether the region stands out: it may be missing in the file."""
        return self.lapsing > 1 and self.percent > max(_limit(), _OUTSTANDING * self.usual)


def _limit() -> float:
    return float(current_app.config["KE_ROLL_BRAKE_PERCENT"])


def meter(plan: Plan) -> Meter:
    """The meter for a plan."""
    wanted = max(plan.percent, _limit()) * _ROOM
    return Meter(plan.percent, _limit(), next((end for end in _SCALES if end >= wanted), _SCALES[-1]))


def reasons(plan: Plan) -> list[str]:
    """Why the brake is on, each a sentence; empty while it is off."""
    said = []
    if plan.is_empty:
        said.append(_("The file is empty: it holds no row that could be read, as if the union had no members."))
    elif plan.cut:
        said.append(_("The file is cut: its last row breaks off, so most likely the rest of the roll is missing."))
    if plan.percent > _limit():
        said.append(
            _(
                "%(lapsing)s of %(active)s active members would lapse, %(percent)s%%; the limit is %(limit)s%%. Most "
                "often that means that an export left out a region or a way of paying, not that so many people left.",
                lapsing=f"{plan.lapsing:,}",
                active=f"{plan.active:,}",
                percent=to_confirm(plan),
                limit=f"{_limit():g}",
            )
        )
    return said


def to_confirm(plan: Plan) -> str:
    """The percentage that somebody confirms: rounded up, so that it covers what the page shows, and no more."""
    return f"{math.ceil(round(plan.percent * 10, 6)) / 10:g}"


def confirmed(form: ConfirmForm, plan: Plan) -> float | None:
    """The percentage that a form confirms; None where it is not the one that would lapse now."""
    return float(to_confirm(plan)) if form.percent.data == to_confirm(plan) else None


def by_region(rows: Sequence[AnyRow], plan: Plan) -> list[Region]:
    """Where those are who would lapse, the most first; the last line takes the others together."""
    found = [
        Region(region_name(row.region) if row.region else _("no region"), row.active, row.lapsing, plan.percent)
        for row in rows
    ]
    found = sorted((region for region in found if region.lapsing), key=lambda region: (-region.lapsing, region.name))
    first, others = found[:MOST_REGIONS], found[MOST_REGIONS:]
    if others:
        total = sum(region.active for region in others)
        going = sum(region.lapsing for region in others)
        first.append(Region(_("%(n)s others", n=len(others)), total, going, plan.percent))
    return first
