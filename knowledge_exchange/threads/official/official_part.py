"""The official answer on its thread's page, before all others; kept by the thread's version, zone and day."""

from __future__ import annotations

from flask import render_template
from flask.globals import app_ctx

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.i18n import language, today, zone_of
from knowledge_exchange.core.latest import Latest
from knowledge_exchange.threads.official import official_queries
from knowledge_exchange.threads.official.official_states import badges, day_in_words, nations_in_words, state_of
from knowledge_exchange.threads.rendering import initials

#: Answers that are kept in each process, about 4 kB each.
MOST_KEPT = 256

_kept: Latest[str] = Latest(MOST_KEPT)


def official_part(me: Me, thread: AnyRow) -> str:
    """The answer as HTML, empty where there is none. Two statements where it is not kept; without one, none."""
    if thread.official_id is None:
        return ""
    key = (app_ctx.app.name, thread.id, thread.version, me.zone, today(me.zone), language())
    return _kept.of(key, lambda: _made(thread, me.zone))


def forget_all() -> None:
    """Empty the store (tests; a restore)."""
    _kept.clear()


def _made(thread: AnyRow, zone: str) -> str:
    found = official_queries.official_by_post(thread.official_id)
    if found is None or found.deleted_at is not None:
        return ""
    state, gone_at = state_of(thread, today(zone)), found.withdrawn_at
    return render_template(
        "threads/_official.html",
        o=found,
        state=state,
        badge=badges()[state],
        where=nations_in_words(found.nations),
        initials=initials(found.name),
        earlier=official_queries.earlier_in(thread.id, thread.official_id),
        withdrawn_on=gone_at.astimezone(zone_of(zone)).date() if gone_at else None,
        day_of=day_in_words,
    )
