"""Reports of posts: several make one case, and who made them is told to nobody. Nothing here commits."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, or_, select

from knowledge_exchange.auth import sealed_list
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.cases import cases
from knowledge_exchange.moderation.cases.case_keepers import DANGER
from knowledge_exchange.moderation.cases.case_models import ModerationCase, Report
from knowledge_exchange.threads.policy import is_mine

#: In the order of the page.
CATEGORIES = ("privacy", "attack", DANGER, "spam", "place", "other")
#: How soon a report that somebody is in danger is due.
DANGER_IN = timedelta(hours=1)
MAX_NOTE_CHARS = 1000
#: Reports by one member.
REPORT_LIMIT = "30 per hour"


def refusal(me: Me, thread: AnyRow, post: AnyRow) -> str:
    """Why this post can't be reported by this reader: ``gone``, ``own``, ``already``; empty where it can."""
    if post.deleted_at is not None:
        return "gone"
    if is_mine(thread, post.participant_id):
        return "own"
    return "already" if _is_reported(me, thread, post.id) else ""


def _is_reported(me: Me, thread: AnyRow, post_id: int) -> bool:
    mine = Report.participant_id == thread.sealed_id if thread.sealed_id is not None else Report.member_id == me.id
    query = select(Report.id).join(ModerationCase, ModerationCase.id == Report.case_id)
    return db.session.scalar(query.where(ModerationCase.post_id == post_id, mine).limit(1)) is not None


def report(me: Me, thread: AnyRow, post: AnyRow, category: str, note: str) -> int:
    """Report a post for which :func:`refusal` is empty; returns the case.

    In a unit of work that has the thread's turn (``threads.locking.locked_post``), so that of reports sent at once
    each finds the case of the first. Whoever writes there under a pseudonym reports as that place.
    """
    where = {"network_id": thread.network_id, "thread_id": thread.id}
    due_in = DANGER_IN if category == DANGER else cases.MODERATORS_IN
    case_id, is_new = cases.put_case("report", where, {"post_id": post.id}, due_in=due_in)
    whose = {"participant_id": thread.sealed_id} if thread.sealed_id is not None else {"member_id": me.id}
    db.session.add(Report(case_id=case_id, category=category, note=note, **whose))
    db.session.flush()
    cases.hurry(case_id, due_in)
    if is_new or category == DANGER or cases.go_up_if_nobody(case_id):
        cases.announce(case_id)
    return case_id


def reported_by(member_id: int) -> ColumnElement[bool]:
    """Condition on Report: this member made it, by name or at a sealed place of theirs."""
    places = list(sealed_list.places_of(member_id).values())
    return or_(Report.member_id == member_id, Report.participant_id.in_(places))
