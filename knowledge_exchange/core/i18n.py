"""Language and time as people say them; gettext around every string."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache, wraps
from typing import TypeVar
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import Babel
from flask_babel import gettext as _
from markupsafe import Markup

from knowledge_exchange.core.clock import now

DEFAULT_ZONE = "Europe/London"
#: There is one. Beside a second one's catalogue: have ``language`` ask who is reading, drop what
#: ``init_app`` puts in the place of Babel's look-up, and see ``core/templating.py``.
LANGUAGE = "en_GB"
_WEEK = 7
_MOST_TIMES = 4096

Words = TypeVar("Words")

babel = Babel()


def init_app(app: Flask) -> None:
    """Turn on gettext and the time filter of the templates."""
    babel.init_app(app)
    # Without a catalogue every message is its own translation; finding that out took most of a page's time.
    app.jinja_env.install_gettext_callables(gettext=str, ngettext=_plural, newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.filters["when"] = when
    app.jinja_env.filters["day"] = day_in_words
    app.jinja_env.filters["exactly"] = exactly


def _plural(one: str, many: str, number: int) -> str:
    return one if number == 1 else many


def language() -> str:
    """The language in which the page is written."""
    return LANGUAGE


def per_language(function: Callable[[], Words]) -> Callable[[], Words]:
    """Keep what a function without arguments says, once for each language."""
    kept: dict[str, Words] = {}

    @wraps(function)
    def said() -> Words:
        tongue = language()
        if tongue not in kept:
            kept[tongue] = function()
        return kept[tongue]

    return said


@lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of that name; the exchange's own when there is none of it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return ZoneInfo(DEFAULT_ZONE)


def today(zone: str = DEFAULT_ZONE) -> date:
    """The calendar day in that zone."""
    return now().astimezone(zone_of(zone)).date()


def when(moment: datetime | None, zone: str = DEFAULT_ZONE) -> Markup:
    """``<time>`` with words for people, the exact moment on hover, and UTC for machines.

    The words change with the day, not with the minute, so that a cached page stays true.
    """
    if moment is None:
        return Markup("")
    return _when(moment, zone, today(zone), language())


@lru_cache(maxsize=_MOST_TIMES)
def _when(moment: datetime, zone: str, day: date, _language: str) -> Markup:
    local = moment.astimezone(zone_of(zone))
    exact = exactly(moment, zone)
    machine = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(machine, exact, in_words(local, day))


def exactly(moment: datetime, zone: str = DEFAULT_ZONE) -> str:
    """``Tuesday 24 November 2026, 08:10``: what stays true on paper."""
    local = moment.astimezone(zone_of(zone))
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"


def in_words(local: datetime, day: date) -> str:
    """``today, 09:41``, so yesterday and tomorrow; ``Monday, 09:41``, ``3 November`` or ``3 November 2025``."""
    if local.date() == day:
        return str(_("today, %(clock)s", clock=f"{local:%H:%M}"))
    if local.date() == day - timedelta(days=1):
        return str(_("yesterday, %(clock)s", clock=f"{local:%H:%M}"))
    if local.date() == day + timedelta(days=1):
        return str(_("tomorrow, %(clock)s", clock=f"{local:%H:%M}"))
    if abs(local.date() - day) < timedelta(days=_WEEK):
        return f"{local:%A, %H:%M}"
    if local.year == day.year:
        return f"{local.day} {local:%B}"
    return f"{local.day} {local:%B %Y}"


def day_in_words(day: date, zone: str = DEFAULT_ZONE) -> Markup:
    """``<time>`` of a day that is to come, or near: ``today``, ``tomorrow``, ``Fri 27 Nov``, ``Mon 4 Jan 2027``."""
    return _day_in_words(day, today(zone), language())


@lru_cache(maxsize=_MOST_TIMES)
def _day_in_words(day: date, now_on: date, _language: str) -> Markup:
    exact = f"{day:%A} {day.day} {day:%B %Y}"
    if day == now_on:
        said = str(_("today"))
    elif day == now_on + timedelta(days=1):
        said = str(_("tomorrow"))
    else:
        said = f"{day:%a} {day.day} {day:%b}" + (f" {day.year}" if day.year != now_on.year else "")
    return Markup('<time datetime="{}" title="{}">{}</time>').format(day.isoformat(), exact, said)
