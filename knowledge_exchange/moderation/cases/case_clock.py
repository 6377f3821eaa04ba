"""The clock of cases: what nobody decided in time goes up, and what is about nothing any more is closed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, select

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.moderation.cases.case_telling import withdraw_from_others
from knowledge_exchange.moderation.cases.case_ways import pass_up
from knowledge_exchange.moderation.cases.cases import close_case
from knowledge_exchange.moderation.reports.report_outcomes import tell_reporters
from knowledge_exchange.threads.holding import holding
from knowledge_exchange.threads.models import Post, Thread

ESCALATE_EVERY_S = 60.0
#: Cases that one round takes up.
AT_ONCE = 100
#: What goes up to officers when its time is over. What is old, or under review, stays where it is.
GOES_UP = ("report", "held", "appeal")
#: The decision that nobody made: what it was about is gone.
GONE = "gone"
#: Unless a moderator took it away.
_DECISIONS = {"hidden": "hide", "removed": "remove"}


def escalate_due() -> None:
    """What nobody has decided in time goes up to the officers; what is about nothing any more is closed (a job)."""
    _close_gone()
    due = (ModerationCase.due_at <= now(), ModerationCase.held_by != "officers", ModerationCase.kind.in_(GOES_UP))
    for case_id in _ids(*due):
        with unit_of_work():
            pass_up(case_id, due_only=True)
    waiting = _ids()
    if waiting:
        with unit_of_work():
            withdraw_from_others(waiting)


def _close_gone() -> None:
    """Close cases whose post or thread was taken away otherwise: nothing is left to decide."""
    for case_id in _ids(ModerationCase.kind != "appeal", _is_gone()):
        with unit_of_work():
            word = what_became(case_id)
            if close_case(None, case_id, word):
                tell_reporters(case_id, word)
                _fail_held(case_id)


def _fail_held(case_id: int) -> None:
    held_id = db.session.scalar(select(ModerationCase.held_id).where(ModerationCase.id == case_id))
    if held_id is not None:
        holding.fail(held_id, "thread")


def _is_gone() -> ColumnElement[bool]:
    """The post was taken away; or the thread was, and the post is not in another one."""
    post = exists().where(Post.id == ModerationCase.post_id, Post.deleted_at.is_not(None))
    moved = exists().where(Post.id == ModerationCase.post_id, Post.thread_id != ModerationCase.thread_id)
    thread = exists().where(Thread.id == ModerationCase.thread_id, Thread.deleted_at.is_not(None))
    return post.correlate(ModerationCase) | (thread.correlate(ModerationCase) & ~moved.correlate(ModerationCase))


def what_became(case_id: int) -> str:
    """What became of a post that is gone, as a word of a decision: moderators may have acted on it from its page."""
    query = select(Post.gone, Thread.gone.label("thread_gone")).select_from(ModerationCase)
    query = query.outerjoin(Post, Post.id == ModerationCase.post_id)
    query = query.outerjoin(Thread, Thread.id == ModerationCase.thread_id).where(ModerationCase.id == case_id)
    row = db.session.execute(query).one()
    return _DECISIONS.get(row.gone or row.thread_gone or "", GONE)


def _ids(*which: ColumnElement[bool]) -> Sequence[int]:
    query = select(ModerationCase.id).where(ModerationCase.decided_at.is_(None), *which)
    found = db.session.scalars(query.order_by(ModerationCase.due_at).limit(AT_ONCE)).all()
    end_read()
    return found
