"""Threads in lists, as HTML. Many see the same thread in the same state: it is set once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache

from flask.globals import app_ctx
from markupsafe import Markup

from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.i18n import DEFAULT_ZONE, language, today
from knowledge_exchange.core.templating import macro
from knowledge_exchange.threads.listing import Item, is_new, is_pinned, items

#: Rows that are kept in each process, about 1 kB each.
MOST_KEPT = 4096


def thread_row(item: Item, h: str = "h3", why: str = "", with_network: bool = True, zone: str = DEFAULT_ZONE) -> Markup:
    """A thread in a list; ``why`` says why it is shown."""
    return _row(item, h, why, with_network, zone, _moment(zone))


def thread_rows(threads: Iterable[Item], zone: str, h: str = "h3", with_network: bool = True) -> str:
    """Threads of a list, one after the other."""
    moment = _moment(zone)
    return "".join([_row(item, h, "", with_network, zone, moment) for item in threads])


def network_rows(rows: Sequence[AnyRow], network: AnyRow, zone: str) -> str:
    """Threads of a network's own list, as ``listing.network_page`` gives them.

    A thread in one state that a reader has read as far looks the same to all of them, so that the row's
    HTML is found by that alone.
    """
    moment = _moment(zone)
    keys = [(row.id, row.version, row.unread, is_new(row), is_pinned(row), zone, moment) for row in rows]
    missing = [row for row, key in zip(rows, keys, strict=True) if key not in _kept]
    for item in items(missing, {network.id: network}) if missing else ():
        found = next(row for row in missing if row.id == item.id)
        key = (found.id, found.version, found.unread, item.is_new, item.pinned, zone, moment)
        _kept[key] = _row(item, "h2", "", False, zone, moment)
    html = "".join([_kept.get(key, "") for key in keys])
    while len(_kept) > MOST_KEPT:
        _kept.pop(next(iter(_kept)))
    return html


_kept: dict[tuple[object, ...], str] = {}


def _moment(zone: str) -> tuple[str, date, str]:
    """What rows depend on beside what they are given."""
    return app_ctx.app.name, today(zone), language()


@lru_cache(maxsize=MOST_KEPT)
def _row(item: Item, h: str, why: str, with_network: bool, zone: str, _moment: tuple[str, date, str]) -> Markup:
    return Markup(macro("_macros.html", "thread_row")(item, h, why, with_network, zone))  # noqa: S704 -- the macro escapes
