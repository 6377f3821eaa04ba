"""What the verbs of curating that lasts share: a thread has changed, and its author is asked something.

Nothing but :func:`ask_each` commits, which is for jobs.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update

from knowledge_exchange.core.clock import start_of_day
from knowledge_exchange.core.db import AnyRow, AnySelect, db, end_read, unit_of_work
from knowledge_exchange.notifications import actions as notices
from knowledge_exchange.notifications import telling
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.notifications.telling import Event
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.models import Thread, Voice

#: The kind of notice with which the exchange, or a moderator, asks for a minute of somebody's time.
ASKED = "care_asked"
#: Threads whose askers are asked in one unit of work.
BATCH = 50
#: In place of a participant: nobody speaks.
NOBODY = 0


def touch(thread_id: int, **values: Any) -> None:
    """Something that shows has changed: kept pages and rows are stale. In a unit of work."""
    changed = update(Thread).where(Thread.id == thread_id).values(version=Thread.version + 1, **values)
    db.session.execute(changed, execution_options={"synchronize_session": False})


def tell_changed(thread: AnyRow) -> None:
    """Open pages of the thread (a row with id, epoch, network_id) fetch their parts again."""
    push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)


def ask_author(thread: AnyRow, text: str, url: str) -> None:
    """Ask whoever opened a thread something; ``url`` is where they answer. A pseudonym is asked at its sealed place.

    ``thread``: a row with id, network_id and author_participant_id. Whoever muted it, or may not read there any more,
    is not asked.
    """
    event = Event(NOBODY, thread.network_id, thread.id, None, url, lambda _why: text)
    telling.tell_participant(event, thread.author_participant_id, ASKED, but=NOBODY)


def askers() -> AnySelect:
    """A SELECT of threads as :func:`ask_author` takes them, with their titles."""
    columns = (Thread.id, Thread.network_id, Thread.title, Voice.participant_id.label("author_participant_id"))
    return select(*columns).join(Voice, Voice.id == Thread.voice_id)


def ask_each(ask: Callable[[AnyRow], None], due: AnySelect) -> None:
    """Ask about each of these threads, the longest answered first; whoever has been asked is due no more."""
    while _ask_some(ask, due) == BATCH:
        pass


def _ask_some(ask: Callable[[AnyRow], None], due: AnySelect) -> int:
    rows = db.session.execute(due.order_by(Thread.answered_at).limit(BATCH)).all()
    end_read()
    if rows:
        with unit_of_work():
            for row in rows:
                ask(row)
    return len(rows)


def take_back_question(thread_id: int, url: str, *which: ColumnElement[bool]) -> None:
    """It has been answered, or need not be any more: nobody is asked."""
    asked = (Notification.thread_id == thread_id, Notification.kind == ASKED, Notification.url == url)
    notices.withdraw(*asked, *which)


def months_ago(months: int) -> datetime:
    """Midnight so many months ago; of a day that the month doesn't have, of its last."""
    today = start_of_day()
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return today.replace(year=year, month=month + 1, day=min(today.day, monthrange(year, month + 1)[1]))
