"""A member's part of what curating that lasts holds about them."""

from __future__ import annotations

from sqlalchemy import case, literal, or_, select

from knowledge_exchange.auth.own_data import Rows, rows_of
from knowledge_exchange.auth.sealed_list import places_of
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import Id
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.curation.curation_models import SummaryAsk, ThreadOutcome, ThreadSummary
from knowledge_exchange.threads.models import Thread, Voice


def summaries_of(member_id: int) -> Rows:
    """Versions of summaries that they wrote."""
    columns = (ThreadSummary.thread_id, ThreadSummary.name, ThreadSummary.body, ThreadSummary.at)
    mine = (ThreadSummary.member_id == member_id, thread_open_to(ThreadSummary.thread_id, member_id))
    return rows_of(select(*columns).where(*mine).order_by(ThreadSummary.id))


def asks_of(member_id: int) -> Rows:
    """Threads of which somebody asked them for a summary."""
    mine = (SummaryAsk.member_id == member_id, thread_open_to(SummaryAsk.thread_id, member_id))
    return rows_of(select(SummaryAsk.thread_id, SummaryAsk.asked_on).where(*mine).order_by(SummaryAsk.thread_id))


def outcomes_of(member_id: int) -> Rows:
    """What they told of how it ended, under pseudonyms, too.

    Without the title where the thread was moved to a network that they may not read: it may say something else by now.
    """
    places = places_of(member_id).values()
    readable = hooks.call("network_readable", Thread.network_id, literal(member_id, Id))
    title = case((readable, Thread.title), else_="").label("title")
    columns = (ThreadOutcome.thread_id, title, Voice.name, ThreadOutcome.body, ThreadOutcome.answered_at)
    return rows_of(
        select(*columns)
        .join(Thread, Thread.id == ThreadOutcome.thread_id)
        .join(Voice, Voice.id == Thread.voice_id)
        .join(Participant, Participant.id == Voice.participant_id)
        .where(
            or_(Participant.member_id == member_id, Participant.id.in_(places)), ThreadOutcome.answered_at.is_not(None)
        )
        .where(thread_open_to(Thread.id, member_id))
        .order_by(ThreadOutcome.thread_id)
    )
