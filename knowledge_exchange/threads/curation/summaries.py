"""The summary at the top of a long thread: its versions, and who was asked to write one. Nothing here commits.

It is signed: whoever writes one does so under their own name, and so nobody does in a thread in which they speak under
a pseudonym.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, func, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, insert_or_ignore
from knowledge_exchange.core.markup import RENDERER_VERSION
from knowledge_exchange.notifications import telling
from knowledge_exchange.notifications.actions import participate
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.notifications.telling import Event
from knowledge_exchange.threads.actions import Text
from knowledge_exchange.threads.curation.curation_models import SummaryAsk, ThreadSummary
from knowledge_exchange.threads.curation.lasting import ASKED, NOBODY, take_back_question, tell_changed, touch
from knowledge_exchange.threads.models import Post, Thread, Voice

#: From so many replies on a thread's page offers to write one.
LONG = 20
MOST_CHARS = 5_000
#: Of those who wrote in a thread, so many are offered to be asked; and so many may be asked at a time.
MOST_WRITERS = 60
MOST_ASKED = 10

_OF = (
    ThreadSummary.id,
    ThreadSummary.thread_id,
    ThreadSummary.member_id,
    ThreadSummary.name,
    ThreadSummary.body,
    ThreadSummary.html,
    ThreadSummary.upto_post_id,
    ThreadSummary.at,
)


def address(thread_id: int) -> str:
    """Where it is written."""
    return f"/t/{thread_id}/summary"


def summary(summary_id: int) -> AnyRow | None:
    """One version; whether its thread may be seen has been asked."""
    return db.session.execute(select(*_OF).where(ThreadSummary.id == summary_id)).one_or_none()


def standing(thread_id: int) -> int | None:
    """Which version stands above a thread now; for whoever acts on it, or undoes that."""
    return db.session.scalar(select(Thread.summary_id).where(Thread.id == thread_id))


def versions_of(thread_id: int) -> Sequence[AnyRow]:
    """All versions of a thread's summary, the newest first."""
    query = select(*_OF).where(ThreadSummary.thread_id == thread_id)
    return db.session.execute(query.order_by(ThreadSummary.id.desc())).all()


def posts_since(thread_id: int, upto: int) -> int:
    """How many replies that still stand came after the summary was written."""
    since = (Post.thread_id == thread_id, Post.id > upto, Post.deleted_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(Post).where(*since)) or 0


def place_of(thread_id: int, upto: int) -> int:
    """The number of that post, as a reader counts: the opening post is the first."""
    before = (Post.thread_id == thread_id, Post.id <= upto)
    return db.session.scalar(select(func.count()).select_from(Post).where(*before)) or 0


def write(me: Me, thread: AnyRow, text: Text) -> int:
    """Put a summary above a thread, in place of the one before, which stays in its history; returns its id."""
    row = ThreadSummary(
        thread_id=thread.id,
        member_id=me.id,
        name=me.name,
        body=text.body,
        html=text.html,
        renderer=RENDERER_VERSION,
        upto_post_id=thread.last_post_id,
    )
    db.session.add(row)
    db.session.flush()
    show(thread, row.id)
    forget_ask(thread.id, me.id)
    return row.id


def show(thread: AnyRow, summary_id: int | None) -> None:
    """Let this version stand above the thread (``id``, ``epoch``, ``network_id``), or (None) none."""
    touch(thread.id, summary_id=summary_id)
    tell_changed(thread)


def forget(summary_id: int) -> None:
    """Take a version out of the history: the act that made it was undone."""
    db.session.execute(delete(ThreadSummary).where(ThreadSummary.id == summary_id))


def is_asked(me: Me, thread_id: int) -> bool:
    """Whether somebody asked this member for one, and they have neither written nor declined."""
    return db.session.get(SummaryAsk, (thread_id, me.id)) is not None


def writers_of(thread_id: int, but: int) -> Sequence[AnyRow]:
    """Handle and name of those who wrote there under their own name, as its page shows them; the first first."""
    query = (
        select(Voice.handle, Voice.name, func.min(Post.id).label("first"))
        .join(Post, Post.voice_id == Voice.id)
        .join(Participant, Participant.id == Voice.participant_id)
        .where(Post.thread_id == thread_id, Post.deleted_at.is_(None), Voice.kind == "own")
        .where(Voice.handle.is_not(None), Participant.member_id != but)
        .group_by(Voice.handle, Voice.name)
    )
    return db.session.execute(query.order_by("first").limit(MOST_WRITERS)).all()


def ask(me: Me, thread: AnyRow, handles: Collection[str], text: str) -> None:
    """Ask those with these handles who may read the thread; to all others nothing happens, and nobody is told which.

    Whoever wrote there is found by the handle that stands beside their posts, too.
    """
    wrote = (
        select(Participant.member_id)
        .join(Voice, Voice.participant_id == Participant.id)
        .where(Participant.thread_id == thread.id, Voice.kind == "own", Voice.handle.in_(handles))
        .where(Participant.member_id.is_not(None))
    )
    named = select(Member.id).where(Member.handle.in_(handles))
    found = list(db.session.scalars(named.union(wrote)))
    active = select(Member.id).where(Member.id.in_(found), Member.standing == "active", Member.id != me.id)
    for member_id in hooks.call("readers_among", thread.id, list(db.session.scalars(active))):
        row = {"thread_id": thread.id, "member_id": member_id, "asked_by": me.id, "asked_on": now().date()}
        if db.session.get(SummaryAsk, (thread.id, member_id)) is None:
            insert_or_ignore(SummaryAsk, row)
            _tell(thread, member_id, text)


def _tell(thread: AnyRow, member_id: int, text: str) -> None:
    place = participate(member_id, thread.id, "normal")
    event = Event(NOBODY, thread.network_id, thread.id, None, address(thread.id), lambda _why: text)
    telling.tell_participant(event, place.id, ASKED, but=NOBODY)


def forget_ask(thread_id: int, member_id: int) -> None:
    """They have written one, or would rather not."""
    gone = delete(SummaryAsk).where(SummaryAsk.thread_id == thread_id, SummaryAsk.member_id == member_id)
    db.session.execute(gone)
    take_back_question(thread_id, address(thread_id), Notification.member_id == member_id)
