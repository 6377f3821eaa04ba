"""What whoever may not write in a network for a time is told, with what they had written."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from flask import abort, make_response, render_template
from flask_babel import format_date
from flask_babel import gettext as _

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.policy import is_muted

FORBIDDEN = 403


def last_day(until: datetime) -> date:
    """The last whole day of a mute that holds until a midnight."""
    return (until - timedelta(microseconds=1)).date()


def muted_words(until: datetime | None, network: str) -> str:
    """Until when its reader cannot write in a network; empty for who may."""
    if until is None or not is_muted(until):
        return ""
    day = format_date(last_day(until), "long")
    said = {"network": network, "day": day}
    return str(_("You can read in %(network)s, but not write there until the end of %(day)s.", **said))


def not_while_muted(me: Me, thread: AnyRow, typed: str) -> None:
    """Leave the request with the page of a mute (``muted_page``), where one holds for its reader."""
    if is_muted(thread.muted_until):
        abort(make_response(muted_page(me, thread, typed)))


def muted_page(me: Me, thread: AnyRow, typed: str) -> tuple[str, int]:
    """An edit that a mute keeps from being made: until when, how to appeal, and the text to be copied."""
    words = muted_words(thread.muted_until, thread.network_name)
    page = render_template(
        "threads/muted.html", me=me, nav="networks", thread=thread, words=words, typed=typed, unread=unread_count(me.id)
    )
    return page, FORBIDDEN
