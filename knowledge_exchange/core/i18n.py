"""Language and time as people say them; gettext around every string."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from flask import Flask
from flask_babel import Babel
from flask_babel import gettext as _
from markupsafe import Markup

from knowledge_exchange.core.clock import now

DEFAULT_ZONE = "Europe/London"
_WEEK = 7

babel = Babel()


def init_app(app: Flask) -> None:
    """Turn on gettext and the time filter of the templates."""
    babel.init_app(app)
    app.jinja_env.filters["when"] = when


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
    local = moment.astimezone(zone_of(zone))
    exact = f"{local:%A} {local.day} {local:%B %Y, %H:%M}"
    machine = f"{moment:%Y-%m-%dT%H:%M:%SZ}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(machine, exact, in_words(local, today(zone)))


def in_words(local: datetime, day: date) -> str:
    """``09:41``, ``yesterday, 09:41``, ``Monday, 09:41``, ``3 November`` or ``3 November 2025``."""
    if local.date() == day:
        return str(_("today, %(clock)s", clock=f"{local:%H:%M}"))
    if local.date() == day - timedelta(days=1):
        return str(_("yesterday, %(clock)s", clock=f"{local:%H:%M}"))
    if day - timedelta(days=_WEEK) < local.date() < day:
        return f"{local:%A, %H:%M}"
    if local.year == day.year:
        return f"{local.day} {local:%B}"
    return f"{local.day} {local:%B %Y}"
