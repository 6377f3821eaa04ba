"""Accepted answers that have grown old: whoever asked is asked whether theirs still holds. Nothing but the job commits.

How old is old is set by each network's moderators. What nobody says within :data:`PATIENCE` becomes a case for them
(``moderation/lasting/stale.py``).
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, or_, select

from knowledge_exchange.core.clock import start_of_day
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.networks.care import STALE_MONTHS
from knowledge_exchange.networks.care_models import NetworkCare
from knowledge_exchange.realtime import push
from knowledge_exchange.threads import actions
from knowledge_exchange.threads.curation.lasting import (
    ask_author,
    ask_each,
    askers,
    months_ago,
    take_back_question,
    tell_changed,
    touch,
)
from knowledge_exchange.threads.finding.indexing import index_thread
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.words import care_texts

#: After how many months an answer is asked about; the default of a network is among them. 0: never.
MONTHS = (0, 6, 12, 18, 24, 36)
#: For so long the asker alone is asked; then the moderators are.
PATIENCE = timedelta(days=14)
ASK_EVERY_S = 3600.0


def address(thread_id: int) -> str:
    """Where the question is answered."""
    return f"/t/{thread_id}/still"


def holds(thread: AnyRow) -> None:
    """Somebody who may say so says that the accepted answer still holds: it is asked again when that is as old."""
    touch(thread.id, answer_checked_at=start_of_day(), answer_asked_at=None)
    take_back_question(thread.id, address(thread.id))
    tell_changed(thread)


def no_longer(thread: AnyRow) -> None:
    """It doesn't any more: it is not the answer now."""
    take_back_question(thread.id, address(thread.id))
    actions.unaccept(thread)


State = dict[str, int | str | None]
_TIMES = ("answered_at", "answer_checked_at", "answer_asked_at")


def state_of(thread_id: int) -> State:
    """How a thread's answer stands, in what JSON can hold; for whoever acts on it, or undoes that."""
    columns = [getattr(Thread, name) for name in ("answer_id", *_TIMES)]
    row = db.session.execute(select(*columns).where(Thread.id == thread_id)).one()
    return {"answer_id": row.answer_id, **{name: _plain(getattr(row, name)) for name in _TIMES}}


def _plain(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def put_back(thread: AnyRow, was: State, now: State) -> bool:
    """Let it stand as it was; False, and nothing done, where it is not ``now`` any more."""
    if state_of(thread.id) != now:
        return False
    times = {name: datetime.fromisoformat(str(was[name])) if was[name] else None for name in _TIMES}
    touch(thread.id, answer_id=was["answer_id"], **times)
    index_thread(thread.id)
    for post_id in {was["answer_id"], now["answer_id"]} - {None}:
        push.tell_thread("post_changed", thread.id, thread.epoch, thread.network_id, int(str(post_id)))
    tell_changed(thread)
    return True


def ask_whether_answers_hold() -> None:
    """Ask the askers of answers that have grown old, a batch at a time (a job)."""
    for months in MONTHS[1:]:
        _ask_of(months)


def _ask_of(months: int) -> None:
    before = months_ago(months)
    here = func.coalesce(NetworkCare.stale_months, STALE_MONTHS) == months
    # The first condition is the index's: what was accepted lately is not old, whoever looked at it since.
    checked = or_(Thread.answer_checked_at.is_(None), Thread.answer_checked_at <= before)
    old = (Thread.answered_at <= before, checked)
    there = (Thread.answer_id.is_not(None), Thread.answer_asked_at.is_(None), Thread.deleted_at.is_(None))
    query = askers().outerjoin(NetworkCare, NetworkCare.network_id == Thread.network_id)
    ask_each(_ask, query.where(here, *old, *there))


def _ask(thread: AnyRow) -> None:
    # The page does not show it: no version more.
    db.session.get_one(Thread, thread.id).answer_asked_at = start_of_day()
    db.session.flush()
    ask_author(thread, str(care_texts()["still"]) % {"title": thread.title}, address(thread.id))
