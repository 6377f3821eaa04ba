"""The verbs of official answers: given, changed, confirmed, withdrawn. They write and say who hears of it; no commit.

An official answer is a reply under the opening post, in a voice of its officer's that bears their office. What is
current stands in its thread's row, so that lists and pages without one ask nothing more. Rights have been asked, and
texts rendered, by the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, func, or_, select, update

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.markup import RENDERER_VERSION
from knowledge_exchange.notifications import actions as notices
from knowledge_exchange.notifications import telling
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.notifications.telling import Event
from knowledge_exchange.realtime import push
from knowledge_exchange.threads import actions, queries
from knowledge_exchange.threads.actions import Text
from knowledge_exchange.threads.curation.curation_models import OfficialAnswer, OfficialVersion
from knowledge_exchange.threads.files.attachments import settle_files
from knowledge_exchange.threads.finding.indexing import index_thread
from knowledge_exchange.threads.models import Post, Thread
from knowledge_exchange.threads.veils.speaking import speak_for_office

#: Kind of its notices.
KIND = "official"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an official answer says: where it holds (codes, separated by spaces), from when, until which review."""

    text: Text
    nations: str
    dated: date
    review_on: date
    sources: Text


def give(me: Me, thread: AnyRow, answer: Answer) -> int:
    """Answer officially; an earlier answer makes way and stays in its place. Returns the post's id.

    ``thread`` has been read under its lock, and its officer does not write there under a pseudonym.
    """
    opening = queries.post_by_id(thread.opening_post_id)
    assert opening is not None, "a thread without its opening post"
    speaker = speak_for_office(me, thread.id, str(_("National officer")))
    post_id = actions.reply_as(me, thread, opening, answer.text, speaker, why=KIND)
    db.session.add(OfficialAnswer(post_id=post_id, thread_id=thread.id, **_facts(answer)))
    db.session.flush()
    settle(thread.id)
    if thread.official_id is not None:
        push.tell_thread("post_changed", thread.id, thread.epoch, thread.network_id, thread.official_id)
    push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)
    return post_id


def _facts(answer: Answer) -> dict[str, Any]:
    return {
        "nations": answer.nations,
        "dated": answer.dated,
        "review_on": answer.review_on,
        "sources": answer.sources.body,
        "sources_html": answer.sources.html,
    }


def change(me: Me, thread: AnyRow, official: AnyRow, answer: Answer) -> None:
    """A new version in place of ``official`` (a row of ``official_queries.official_by_post``); watchers are told."""
    _keep(official)
    said = {"body": answer.text.body, "html": answer.text.html, "renderer": RENDERER_VERSION}
    db.session.execute(update(Post).where(Post.id == official.post_id).values(**said))
    settle_files(official.post_id, answer.text.body, me.id)
    _write(official.post_id, version=official.version + 1, **_facts(answer))
    _tell_changed(thread, official)
    _tell_again(me, thread, official, lambda: _("%(name)s changed the official answer in “%(title)s”"))


def confirm(thread: AnyRow, official: AnyRow, review_on: date) -> None:
    """It still holds, until a later review. Nothing that it says has changed, so nobody is told."""
    _keep(official)
    _write(official.post_id, version=official.version + 1, review_on=review_on)
    _tell_changed(thread, official)


def unconfirm(thread: AnyRow, official: AnyRow) -> None:
    """Take back a confirmation, the latest of its versions: the earlier day of review holds again."""
    before = (OfficialVersion.post_id == official.post_id, OfficialVersion.version == official.version - 1)
    review_on = db.session.scalar(select(OfficialVersion.review_on).where(*before))
    assert review_on is not None, "a later version without the one before it"
    db.session.execute(delete(OfficialVersion).where(*before))
    _write(official.post_id, version=official.version - 1, review_on=review_on)
    _tell_changed(thread, official)


def withdraw(me: Me, thread: AnyRow, official: AnyRow, reason: str) -> None:
    """It holds no more, and says why; its text stays to be read, and its watchers are told."""
    _write(official.post_id, withdrawn_at=now(), withdrawn_reason=reason)
    _tell_changed(thread, official)
    _tell_again(me, thread, official, lambda: _("%(name)s withdrew the official answer in “%(title)s”"))


def restore(me: Me, thread: AnyRow, official: AnyRow) -> None:
    """Take the withdrawal back: it holds as before, and those who were told of the one are told of the other."""
    _write(official.post_id, withdrawn_at=None, withdrawn_reason="")
    _tell_changed(thread, official)
    _tell_again(me, thread, official, lambda: _("The official answer in “%(title)s” holds again"))


def _keep(official: AnyRow) -> None:
    """What it said until now, for its history."""
    version = OfficialVersion(
        post_id=official.post_id,
        version=official.version,
        nations=official.nations,
        dated=official.dated,
        review_on=official.review_on,
        body=official.body,
        html=official.html,
        sources=official.sources,
        sources_html=official.sources_html,
    )
    db.session.add(version)
    db.session.flush()


def _write(post_id: int, **values: Any) -> None:
    db.session.execute(update(OfficialAnswer).where(OfficialAnswer.post_id == post_id).values(**values))


def _tell_changed(thread: AnyRow, official: AnyRow) -> None:
    """What shows has changed: kept pages are stale, and open ones hear of it."""
    settle(thread.id)
    push.tell_thread("post_changed", thread.id, thread.epoch, thread.network_id, official.post_id)
    push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)


def _tell_again(me: Me, thread: AnyRow, official: AnyRow, words: Callable[[], str]) -> None:
    """One notice for each who watches or tracks it, in place of an older one of the same post."""
    loud = select(Participant.id).where(
        Participant.thread_id == thread.id, Participant.level.in_(("watching", "tracking"))
    )
    told = or_(Notification.kind.in_((KIND, "reply")), Notification.participant_id.in_(loud))
    notices.withdraw(Notification.post_id == official.post_id, told)
    text = words() % {"name": me.name, "title": thread.title}
    event = Event(
        # The officer who acts, who need not be the one who wrote it.
        by_participant_id=notices.participate(me.id, thread.id, "normal").id,
        network_id=thread.network_id,
        thread_id=thread.id,
        post_id=official.post_id,
        url=f"/p/{official.post_id}",
        text=lambda _why: text,
    )
    telling.tell_of_post(event, me.id, None, (), why=KIND)


def settle(thread_id: int) -> None:
    """Say in the thread's row, and to search, which official answer it has now: the newest that stands there."""
    newest = (
        select(func.max(OfficialAnswer.post_id))
        .join(Post, Post.id == OfficialAnswer.post_id)
        .where(OfficialAnswer.thread_id == thread_id, Post.deleted_at.is_(None))
    )
    columns = (OfficialAnswer.post_id, OfficialAnswer.review_on, OfficialAnswer.withdrawn_at)
    found = db.session.execute(select(*columns).where(OfficialAnswer.post_id == newest.scalar_subquery())).one()
    values = {
        "official_id": found.post_id,
        "official_review_on": found.review_on,
        "official_withdrawn_at": found.withdrawn_at,
    }
    changed = update(Thread).where(Thread.id == thread_id).values(version=Thread.version + 1, **values)
    db.session.execute(changed, execution_options={"synchronize_session": False})
    index_thread(thread_id)
