"""What happened in the end, in the words of whoever asked: they are asked four weeks after an answer was accepted.

It stands under the voice in which they asked. Its row names nobody, and of times it holds days alone: a pseudonym's
author comes back from one link in a notice, and the minute in which they did could be laid beside other rows.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import start_of_day
from knowledge_exchange.core.db import AnyRow, db, insert_or_ignore
from knowledge_exchange.core.markup import RENDERER_VERSION
from knowledge_exchange.notifications import actions as notices
from knowledge_exchange.notifications import telling
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.notifications.telling import Event
from knowledge_exchange.threads import statements
from knowledge_exchange.threads.actions import Text
from knowledge_exchange.threads.curation.curation_models import ThreadOutcome
from knowledge_exchange.threads.curation.lasting import (
    ask_author,
    ask_each,
    askers,
    take_back_question,
    tell_changed,
    touch,
)
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.veils.speaking import speaking
from knowledge_exchange.threads.words import care_texts

#: How long after an answer was accepted its asker is asked; where that is longer ago than the latter, nobody is.
AFTER, AT_THE_LATEST = timedelta(weeks=4), timedelta(weeks=12)
ASK_EVERY_S = 3600.0
MOST_CHARS = 3_000


def address(thread_id: int) -> str:
    """Where it is written."""
    return f"/t/{thread_id}/outcome"


def outcome_of(thread_id: int) -> AnyRow | None:
    """What there is: asked_at, answered_at, body, html; whether the thread may be seen has been asked."""
    columns = (ThreadOutcome.asked_at, ThreadOutcome.answered_at, ThreadOutcome.body, ThreadOutcome.html)
    return db.session.execute(select(*columns).where(ThreadOutcome.thread_id == thread_id)).one_or_none()


def write(me: Me, thread: AnyRow, text: Text) -> None:
    """Say what happened in the end, or say it otherwise; whoever's answer was accepted is told, the first time."""
    insert_or_ignore(ThreadOutcome, {"thread_id": thread.id, "body": "", "html": "", "renderer": 0})
    said = {"body": text.body, "html": text.html, "renderer": RENDERER_VERSION, "answered_at": start_of_day()}
    db.session.execute(update(ThreadOutcome).where(ThreadOutcome.thread_id == thread.id).values(**said))
    touch(thread.id, has_outcome=True)
    take_back_question(thread.id, address(thread.id))
    if not thread.has_outcome:
        _tell_answerer(me, thread)
    tell_changed(thread)


def _tell_answerer(me: Me, thread: AnyRow) -> None:
    """In place of the news that it was accepted: there is one notice of a post for each."""
    if thread.answer_id is None:
        return
    answerer = statements.PARTICIPANT.first(post=thread.answer_id)
    if answerer is None or answerer.participant_id is None:
        return
    speaker = speaking(me, thread)
    text = str(care_texts()["outcome_told"]) % {"name": speaker.name, "title": thread.title}
    url = f"/p/{thread.answer_id}"
    event = Event(speaker.place_id, thread.network_id, thread.id, thread.answer_id, url, lambda _why: text)
    notices.withdraw(Notification.post_id == thread.answer_id, Notification.participant_id == answerer.participant_id)
    telling.tell_participant(event, answerer.participant_id, "accepted", but=speaker.member_id)


def take_away(thread: AnyRow) -> None:
    """Its author takes it away; they are not asked again."""
    insert_or_ignore(ThreadOutcome, {"thread_id": thread.id, "body": "", "html": "", "renderer": 0})
    gone = {"body": "", "html": "", "renderer": 0, "answered_at": None, "asked_at": start_of_day()}
    db.session.execute(update(ThreadOutcome).where(ThreadOutcome.thread_id == thread.id).values(**gone))
    touch(thread.id, has_outcome=False)
    take_back_question(thread.id, address(thread.id))
    tell_changed(thread)


def ask_what_happened() -> None:
    """Ask the askers whose time has come, once each (a job)."""
    due = (Thread.answered_at <= start_of_day() - AFTER, Thread.answered_at > start_of_day() - AT_THE_LATEST)
    known = select(ThreadOutcome.thread_id).where(ThreadOutcome.thread_id == Thread.id).exists()
    there = (Thread.answer_id.is_not(None), Thread.deleted_at.is_(None), ~known)
    ask_each(_ask, askers().where(*due, *there))


def _ask(thread: AnyRow) -> None:
    insert_or_ignore(
        ThreadOutcome, {"thread_id": thread.id, "asked_at": start_of_day(), "body": "", "html": "", "renderer": 0}
    )
    text = str(care_texts()["outcome"]) % {"title": thread.title}
    ask_author(thread, text, address(thread.id))
