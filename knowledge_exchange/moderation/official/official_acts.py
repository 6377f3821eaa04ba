"""Official answers as acts: each is on record and in the log, and a withdrawal can be taken back."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.acts.acts import Of, Reason, note_act
from knowledge_exchange.moderation.acts.telling_acts import tell_author
from knowledge_exchange.moderation.acts.undoing import CannotUndo
from knowledge_exchange.moderation.official.official_reviews import close_review
from knowledge_exchange.threads.official import official
from knowledge_exchange.threads.official.official_queries import official_by_post
from knowledge_exchange.threads.policy import OFFICER, may_answer_officially
from knowledge_exchange.threads.queries import thread_visible_to

GIVEN, CHANGED, CONFIRMED, WITHDRAWN = "official", "official_changed", "official_confirmed", "official_withdrawn"


def note(me: Me, action: str, thread: AnyRow, post_id: int, reason: str = "") -> int:
    """Write down what an officer did, in the unit of work that does it; its author is told. Returns the act's id.

    ``thread``: as it was before. An open case about the answer, or the one that it replaces, is closed with it.
    """
    act_id = note_act(me, OFFICER, action, Of(thread.network_id, thread.id, post_id), Reason(text=reason))
    if action == GIVEN:
        post_id = thread.official_id  # the one that makes way
    else:
        tell_author(act_id)
    if post_id is not None:
        close_review(me, post_id, action, act_id)
    return act_id


def may_take_back(me: Me, act: AnyRow) -> bool:
    """Officers who may read the thread and do not write there under a pseudonym; also what they did themselves."""
    if not may_answer_officially(me) or act.thread_id is None:
        return False
    thread = thread_visible_to(me, act.thread_id)
    return thread is not None and thread.sealed_id is None


def take_back(me: Me, act: AnyRow, _kept: dict[str, Any]) -> None:
    """Undo a withdrawal. Raises :class:`CannotUndo` where there is nothing to take back."""
    thread, found = thread_visible_to(me, act.thread_id), official_by_post(act.post_id)
    if thread is None or found is None or found.deleted_at is not None:
        raise CannotUndo(_("The answer is no longer there, so this can’t be undone."))
    if thread.official_id != found.post_id:
        raise CannotUndo(_("Another official answer has taken its place since. Change that one instead."))
    if found.withdrawn_at is None:
        raise CannotUndo(_("It holds already: somebody has taken the withdrawal back."))
    official.restore(me, thread, found)


def withdrawal_of(post_id: int) -> int | None:
    """The act by which an official answer was withdrawn last, if nobody has undone it."""
    query = select(ModerationAct.id).where(
        ModerationAct.post_id == post_id, ModerationAct.action == WITHDRAWN, ModerationAct.undone_at.is_(None)
    )
    return db.session.scalar(query.order_by(ModerationAct.id.desc()).limit(1))
