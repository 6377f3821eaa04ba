"""Bringing back what a moderator took away: an act of its own, with a reason, that undoes the one before."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.acts.acting import office_of
from knowledge_exchange.moderation.acts.acts import Of, Reason, details_of, note_act
from knowledge_exchange.moderation.acts.telling_acts import tell_author
from knowledge_exchange.moderation.acts.undoing import CannotUndo, act_by_id, may_undo, part_in, take_back, undoable
from knowledge_exchange.moderation.orders import Order, Refused
from knowledge_exchange.threads.curation import curating, post_curating
from knowledge_exchange.threads.curation.curating import Kept
from knowledge_exchange.threads.curation.even_gone import thread_now

#: By which acts it can have been taken away.
_TAKEN = {"restore": ("hide", "remove"), "restore_thread": ("hide_thread", "remove_thread")}


def restore(me: Me, of: Of, acting: str, order: Order) -> int:
    """Undo the newest act that took this post (or thread) away; returns the act of restoring. Raises :class:`Refused`.

    The author is told once: that it was restored, and why.
    """
    taken = _newest(of, _TAKEN[order.action])
    row = act_by_id(taken) if taken is not None else None
    if row is None or not may_undo(me, row):
        raise Refused({"": _("It can’t be brought back: it is final by now, or somebody above you took it away.")})
    try:
        take_back(me, row.id, acting)
    except CannotUndo as why:
        raise Refused({"": why.sentence}) from why
    facts: dict[str, Any] = {"details": {"undoes": str(row.id)}, "batch_id": order.batch_id}
    act_id = note_act(me, acting, order.action, of, order.reason, **facts)
    tell_author(act_id)
    return act_id


def _newest(of: Of, actions: tuple[str, ...]) -> int | None:
    query = select(ModerationAct.id).where(ModerationAct.action.in_(actions), ModerationAct.undone_at.is_(None))
    about = ModerationAct.post_id == of.post_id if of.post_id is not None else ModerationAct.thread_id == of.thread_id
    return db.session.scalar(query.where(about).order_by(ModerationAct.id.desc()).limit(1))


def init_app(app: Flask) -> None:
    """To undo a restoring is to take it away again, for the reason of then."""
    undoable(app, "restore", _take_again)
    undoable(app, "restore_thread", _take_again)


def _take_again(me: Me, act: AnyRow, _kept: dict[str, Any]) -> None:
    first = act_by_id(int(details_of(act)["undoes"]))
    if first is None:
        raise CannotUndo(_("What took it away is not on record any more: do it anew from the thread."))
    kept = _taken_post(act, first) if act.post_id is not None else _taken_thread(act, first)
    of, reason = Of(act.network_id, act.thread_id, act.post_id), Reason(first.rule, first.reason)
    note_act(me, part_in(me, act) or office_of(me), first.action, of, reason, kept=kept, final_at=first.final_at)


def _gone(first: AnyRow) -> str:
    return post_curating.REMOVED if first.action.startswith("remove") else post_curating.HIDDEN


def _taken_post(act: AnyRow, first: AnyRow) -> Kept:
    post = post_curating.post_now(act.post_id)
    thread = thread_now(post.thread_id) if post is not None else None
    if post is None or thread is None or thread.deleted_at is not None or post.deleted_at is not None:
        raise CannotUndo(_("It is gone already: nothing has changed."))
    return post_curating.take_away(thread, post, _gone(first))


def _taken_thread(act: AnyRow, first: AnyRow) -> Kept:
    thread = thread_now(act.thread_id)
    if thread is None or thread.deleted_at is not None:
        raise CannotUndo(_("It is gone already: nothing has changed."))
    return curating.take_away(thread, _gone(first))
