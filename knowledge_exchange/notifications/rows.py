"""Entries of the list of notifications as HTML, under the days that they are of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby

from flask import current_app
from flask_babel import gettext as _
from markupsafe import Markup

from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.i18n import language, per_language, today, zone_of
from knowledge_exchange.core.templating import macro

#: Rows that are kept in each process, about 1 kB each: pages are opened again, above all to see what is new.
MOST_KEPT = 4096
_DAY = timedelta(days=1)
_WEEK = timedelta(days=7)


def entry_rows(entries: Sequence[AnyRow], zone: str) -> str:
    """Entries, newest first, in a list for each span of time; ``zone`` is the reader's."""
    day = today(zone)
    moment = (current_app.name, day, language())
    spans = groupby(entries, lambda entry: _span(entry.created_at.astimezone(zone_of(zone)).date(), day))
    stands = _official(entries, day)
    return "".join([_list(span, [_row_of(one, zone, moment, stands) for one in of_it]) for span, of_it in spans])


def _official(entries: Sequence[AnyRow], day: date) -> dict[int, str]:
    """Of official answers among them, which are under review or withdrawn by now, in words. One statement, if any."""
    posts = [entry.post_id for entry in entries if entry.kind == "official"]
    found: dict[int, str] = hooks.call("official_words", posts, day) if posts else {}
    return found


def _span(of: date, day: date) -> int:
    """Which of :func:`_headings` a day belongs to."""
    if of >= day:
        return 0
    if of == day - _DAY:
        return 1
    return 2 if of > day - _WEEK else 3


@per_language
def _headings() -> tuple[str, ...]:
    words = _("Today"), _("Yesterday"), _("The last seven days"), _("Earlier")
    return tuple(Markup('<h2 class="day">{}</h2>').format(word) for word in words)


def _list(span: int, rows: Sequence[str]) -> str:
    return f'{_headings()[span]}<ol class="list">{"".join(rows)}</ol>'


def _row_of(entry: AnyRow, zone: str, moment: tuple[str, date, str], stands: dict[int, str]) -> Markup:
    # Its button bears the token of the session: nobody else's page may show that.
    has_button = entry.read_at is None and entry.thread_id is None
    stand = stands.get(entry.post_id, "") if stands else ""
    return _set(entry, zone, stand) if has_button else _kept(entry, zone, stand, moment)


@lru_cache(maxsize=MOST_KEPT)
def _kept(entry: AnyRow, zone: str, stand: str, _moment: tuple[str, date, str]) -> Markup:
    return _set(entry, zone, stand)


def _set(entry: AnyRow, zone: str, stand: str) -> Markup:
    return Markup(macro("notifications/_entry.html", "entry_row")(entry, zone, stand))  # noqa: S704 -- the macro escapes
