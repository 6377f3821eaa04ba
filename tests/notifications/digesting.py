"""Digests in tests: who watches, who was away, what Wim gets."""

from __future__ import annotations

from datetime import datetime, timedelta

from knowledge_exchange.core import clock
from knowledge_exchange.notifications.digest import latest_hour
from tests.notifications.mailbox import Mailbox
from tests.support.community import Community

WEEK, DAY, HOUR = timedelta(days=7), timedelta(days=1), timedelta(hours=1)


def next_monday_at_eight() -> datetime:
    """In London, in winter or summer."""
    moment = clock.now()
    while True:
        due = latest_hour(8, 0, "Europe/London", moment)
        if due > clock.now():
            return due
        moment += DAY


def watch(here: Community) -> int:
    """A thread of the author's that Wim watches; returns its id."""
    thread_id = here.post_thread(here.author)
    here.watcher.post(f"/t/{thread_id}/level", level="watching")
    return thread_id


def away(office: Mailbox) -> None:
    """Nobody was here: asking for pages in a test counts as being here."""
    here = office.here
    for person in (here.author, here.peer, here.watcher):
        office.seen(person, clock.now() - WEEK - DAY)


def for_watcher(office: Mailbox) -> list[str]:
    """Subjects of the digests that Wim gets now."""
    return [one["Subject"] for one in office.deliver_digests() if one["To"] == office.here.watcher.email]
