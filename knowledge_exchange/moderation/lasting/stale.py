"""Accepted answers that have grown old, for the moderators: what their asker did not say becomes a case of theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import exists, or_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sealed_list import places_of
from knowledge_exchange.core.clock import start_of_day
from knowledge_exchange.core.db import AnyRow, db, end_read, unit_of_work
from knowledge_exchange.core.i18n import when
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.moderation.acts import undoing
from knowledge_exchange.moderation.acts.acts import Of, Reason, note_act
from knowledge_exchange.moderation.acts.telling_acts import tell_author, tell_undone
from knowledge_exchange.moderation.cases import case_ways, cases
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.moderation.queue.queue_kinds import CannotDecide, Card, Decision, Done, Kind
from knowledge_exchange.threads.curation import stale
from knowledge_exchange.threads.curation.even_gone import thread_now
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.queries import posts_by_id

NAME = "stale"
HOLDS, BACK = "holds", "back"
#: The acts: an answer was looked at and holds; or it was taken back for its age.
CHECKED, TAKEN_BACK = "answer_checked", "answer_stale"
_ACTS = {HOLDS: CHECKED, BACK: TAKEN_BACK}
#: How long moderators have; it is not urgent, and goes up to nobody.
MODERATORS_IN = timedelta(days=30)
#: Cases of one unit of work.
BATCH = 50


def ask_about_old_answers() -> None:
    """Ask askers; then moderators, about what no asker has said; close what is about an answer no more (a job)."""
    stale.ask_whether_answers_hold()
    _close_settled()
    while _open_some() == BATCH:
        pass


def _open_some() -> int:
    """Open cases of those that their askers left unsaid."""
    mine = (ModerationCase.thread_id == Thread.id, ModerationCase.kind == NAME, ModerationCase.decided_at.is_(None))
    unsaid = (Thread.answer_asked_at <= start_of_day() - stale.PATIENCE, ~exists().where(*mine))
    there = (Thread.answer_id.is_not(None), Thread.deleted_at.is_(None))
    query = select(Thread.id, Thread.network_id, Thread.answer_id).where(*unsaid, *there)
    rows = db.session.execute(query.order_by(Thread.answer_asked_at).limit(BATCH)).all()
    end_read()
    if rows:
        with unit_of_work():
            for row in rows:
                about = {"thread_id": row.id, "post_id": row.answer_id}
                cases.open_case(NAME, network_id=row.network_id, **about, due_in=MODERATORS_IN)
    return len(rows)


def _close_settled() -> None:
    """What is about an answer that is none any more, or of which somebody said that it holds."""
    settled = or_(Thread.answer_asked_at.is_(None), Thread.answer_id.is_(None))
    settled = or_(settled, Thread.answer_id != ModerationCase.post_id)
    query = select(ModerationCase.id).join(Thread, Thread.id == ModerationCase.thread_id)
    over = query.where(ModerationCase.kind == NAME, ModerationCase.decided_at.is_(None), settled)
    found = db.session.scalars(over.limit(BATCH)).all()
    end_read()
    if found:
        with unit_of_work():
            for case_id in found:
                cases.close_case(None, case_id, "gone")


def close_for(thread_id: int, decision: str) -> None:
    """Whoever asked has said it: the moderators need not any more."""
    mine = (ModerationCase.thread_id == thread_id, ModerationCase.kind == NAME, ModerationCase.decided_at.is_(None))
    for case_id in db.session.scalars(select(ModerationCase.id).where(*mine)).all():
        cases.close_case(None, case_id, decision)


def cards(_me: Me, rows: Sequence[AnyRow]) -> Mapping[int, Card]:
    """All of a page: one statement."""
    posts = posts_by_id([row.post_id for row in rows])
    return {row.id: _card(row, posts.get(row.post_id)) for row in rows}


def card(me: Me, row: AnyRow) -> Card:
    """One card."""
    return cards(me, [row])[row.id]


def _card(row: AnyRow, post: AnyRow | None) -> Card:
    """The answer as it stands, with its age."""
    if post is None or post.deleted_at is not None:
        html = Markup('<p class="quiet">{}</p>').format(_("It is not there any more."))
    else:
        html = Markup('<p class="by"><b>{}</b></p><div class="prose">{}</div>').format(post.name, Markup(post.html))  # noqa: S704 -- made safe when it was written
    return Card(row.title or "", _("Answer to look at again"), html, _facts(row), _decisions())


def _facts(row: AnyRow) -> Sequence[tuple[str, str]]:
    summary = Markup('<a href="/t/{}/summary">{}</a>').format(row.thread_id, _("Write a summary, or ask for one"))
    where = Markup('<a href="/p/{}">{}</a>, {}').format(row.post_id, row.title, row.network_name)
    return [
        (_("Answered"), when(time_of(row.post_id))),
        (_("Who asked"), _("Has been asked two weeks ago, and has not said.")),
        (_("Where"), where),
        (_("Much has changed?"), summary),
    ]


def _decisions() -> list[Decision]:
    return [
        Decision(HOLDS, _("It still holds"), "1", tone="main"),
        Decision(BACK, _("Take the answer back"), "2", wants_reason=True, tone="stop"),
    ]


def decide(me: Me, row: AnyRow, word: str, reason: Reason) -> Done:
    """Decide it; raises ``CannotDecide`` where somebody was first, or the answer is another one by now."""
    if word not in (HOLDS, BACK):
        raise CannotDecide(_("That can’t be decided here."))
    # With whom the case is may be officers outside the network, or leads of another, to whom it has no thread.
    thread = thread_now(row.thread_id)
    if thread is None or thread.deleted_at is not None:
        raise CannotDecide(_("It is not there any more."))
    if thread.id in places_of(me.id):
        raise CannotDecide(_("In this thread you write under a pseudonym: leave it to another moderator."))
    if not cases.close_case(me, row.id, word):
        raise CannotDecide(_("Somebody else has just decided this."))
    if thread.answer_id != row.post_id:
        raise CannotDecide(_("It is not the accepted answer any more. Nothing is left to decide."))
    cases.note_act_of(row.id, _do(me, case_ways.acting_on(me, row), thread, word, reason))
    said = _("It still holds: “%(title)s”.") if word == HOLDS else _("Not the answer any more: “%(title)s”.")
    return Done(said % {"title": thread.title}, word)


def _do(me: Me, acting: str, thread: AnyRow, word: str, reason: Reason) -> int:
    was = stale.state_of(thread.id)
    (stale.holds if word == HOLDS else stale.no_longer)(thread)
    kept = {"was": was, "now": stale.state_of(thread.id)}
    of = Of(thread.network_id, thread.id, thread.answer_id)
    act_id = note_act(me, acting, _ACTS[word], of, reason, kept=kept)
    if word == BACK:
        tell_author(act_id)
    return act_id


def undo(me: Me, row: AnyRow, word: str) -> bool:
    """Take a decision back: the answer stands as it did, and the case is open again."""
    act_id = db.session.scalar(select(ModerationCase.act_id).where(ModerationCase.id == row.id))
    if act_id is None:
        return False
    acting = case_ways.acting_on(me, row)
    try:
        undoing.take_back(me, act_id, acting)
    except undoing.CannotUndo:
        return False
    tell_undone(act_id, acting)
    return cases.reopen(row.id)


def undo_act(thread: AnyRow, kept: dict[str, Any]) -> bool:
    """The answer stands as it did, if it has not been looked at again since."""
    return stale.put_back(thread, kept["was"], kept["now"])


KIND = Kind(NAME, card, decide, undo, cards)
