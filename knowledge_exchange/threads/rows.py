"""Threads in lists, as HTML. Many see the same thread in the same state: it is set once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from flask import current_app, get_template_attribute
from markupsafe import Markup

from knowledge_exchange.core.i18n import DEFAULT_ZONE, language, today
from knowledge_exchange.threads.listing import Item

#: Rows that are kept in each process, about 1 kB each.
MOST_KEPT = 4096


def thread_row(item: Item, h: str = "h3", why: str = "", with_network: bool = True, zone: str = DEFAULT_ZONE) -> Markup:
    """A thread in a list; ``why`` says why it is shown."""
    return _row(item, h, why, with_network, zone, _moment(zone))


def thread_rows(items: Iterable[Item], zone: str, h: str = "h3", with_network: bool = True) -> str:
    """Threads of a list, one after the other."""
    moment = _moment(zone)
    return "".join([_row(item, h, "", with_network, zone, moment) for item in items])


def _moment(zone: str) -> tuple[str, date, str]:
    """What rows depend on beside what they are given."""
    return current_app.name, today(zone), language()


@lru_cache(maxsize=MOST_KEPT)
def _row(item: Item, h: str, why: str, with_network: bool, zone: str, _moment: tuple[str, date, str]) -> Markup:
    macro = get_template_attribute("_macros.html", "thread_row")
    return Markup(macro(item, h, why, with_network, zone))  # noqa: S704 -- the macro escapes
