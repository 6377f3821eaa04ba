"""Acts on single posts: each does its verb, is written down and told, in one unit of work of the caller."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import select, update

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import now, rounded_now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.text import clean_text
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.acts.acts import Of, Reason, kept_of, note_act, seal_kept
from knowledge_exchange.moderation.acts.restoring import restore
from knowledge_exchange.moderation.acts.telling_acts import tell_author
from knowledge_exchange.moderation.acts.undoing import CannotUndo, undoable
from knowledge_exchange.moderation.limits import FINAL_AFTER
from knowledge_exchange.moderation.orders import Order, Refused
from knowledge_exchange.threads.actions import Text, written
from knowledge_exchange.threads.curation import curating, post_curating, redacting
from knowledge_exchange.threads.curation.curating import Kept
from knowledge_exchange.threads.curation.even_gone import thread_now
from knowledge_exchange.threads.curation.scrubbing import scrubbed
from knowledge_exchange.threads.forms import check_body
from knowledge_exchange.threads.policy import ANSWERABLE, is_mine, is_official

ACTIONS = ("hide", "remove", "restore", "edit", "redact", "answer", "unanswer")
_FINAL = frozenset({"remove", "redact"})


@dataclass(frozen=True, slots=True)
class Prepared:
    """What has to be rendered before the unit of work, for rendering may wait."""

    text: Text | None = None
    redaction: redacting.Redaction | None = None


def may_act(me: Me, thread: AnyRow, post: AnyRow, action: str) -> bool:
    """Whether somebody may do that to a post (a row of ``threads.queries.post_by_id``): never to their own."""
    if not acted_as(me, thread) or is_mine(thread, post.participant_id):
        return False
    return action in offered(thread, post)


def offered(thread: AnyRow, post: AnyRow) -> tuple[str, ...]:
    """What can be done to a post as it stands; nothing where its author took it away."""
    if post.deleted_at is not None:
        return ("restore",) if post.gone else ()
    # What was answered officially is changed or withdrawn as such, and its versions are kept.
    found = ["redact"] if is_official(post) else ["hide", "remove", "edit", "redact"]
    if thread.answer_id == post.id:
        found.append("unanswer")
    elif thread.kind in ANSWERABLE and post.parent_id is not None:
        found.append("answer")
    return tuple(found)


def prepare(post_id: int, order: Order) -> Prepared:
    """Check what was typed, and render what the post will say; outside any unit of work. Raises :class:`Refused`."""
    if order.action == "edit":
        body = clean_text(order.values.get("body", ""))
        if errors := check_body(body):
            raise Refused(errors)
        return Prepared(text=written(body))
    if order.action == "redact":
        return Prepared(redaction=_redaction(post_id, order.values.get("passage", "")))
    return Prepared()


def _redaction(post_id: int, typed: str) -> redacting.Redaction:
    passage, post = clean_text(typed), post_curating.post_now(post_id)
    if len(passage.strip()) < redacting.LEAST_PASSAGE:
        raise Refused({"passage": _("Copy the passage here, at least two characters of it.")})
    if post is None or not redacting.is_said(post, passage):
        raise Refused({"passage": _("The post does not say that: copy the passage as it stands in the text above.")})
    return redacting.prepare(post, passage)


def act(me: Me, thread: AnyRow, post: AnyRow, order: Order, prepared: Prepared, part: str = "") -> int | None:
    """Do it, as thread and post are now (in their turn); the act's id, or None where it is so already.

    Raises :class:`Refused`. That ``me`` may has been asked (:func:`may_act`). ``part``: as what they act, where a case
    gives them a part that the thread does not.
    """
    of, acting = Of(thread.network_id, thread.id, post.id), part or acted_as(me, thread)
    if order.action == "restore":
        return restore(me, of, acting, order)
    said = post_curating.post_now(post.id)
    kept = None if said is None else _do(thread, said, order, prepared, acting)
    if kept is None:
        return None
    final_at = rounded_now() + FINAL_AFTER if order.action in _FINAL else None
    facts: dict[str, Any] = {"kept": kept, "final_at": final_at, "batch_id": order.batch_id}
    act_id = note_act(me, acting, order.action, of, order.reason, **facts)
    if prepared.redaction is not None:
        _scrub(thread, post, prepared.redaction.passage, act_id, kept)
    tell_author(act_id)
    return act_id


def _do(thread: AnyRow, said: AnyRow, order: Order, prepared: Prepared, acting: str) -> Kept | None:
    if order.action in ("answer", "unanswer"):
        return _mark(thread, said.id if order.action == "answer" else None)
    if prepared.text is not None:
        return post_curating.edit(thread, said, prepared.text, acting, _in_words(order.reason))
    if prepared.redaction is not None:
        kept = redacting.redact(thread, said, prepared.redaction)
        if kept is None:
            raise Refused({"passage": _("Somebody has changed the post meanwhile: look at it, and try again.")})
        return kept
    return post_curating.take_away(thread, said, _GONE[order.action])


_GONE = {"hide": post_curating.HIDDEN, "remove": post_curating.REMOVED}


def _mark(thread: AnyRow, post_id: int | None) -> Kept | None:
    if thread.answer_id == post_id:
        return None
    return curating.set_facts(thread, answer_id=post_id, answered_at=now() if post_id is not None else None)


def _in_words(reason: Reason) -> str:
    """For a post's history, where every reader finds it."""
    return ": ".join(filter(None, (reason.rule, reason.text)))


def _scrub(thread: AnyRow, post: AnyRow, passage: str, redacting_id: int, kept: Kept) -> None:
    """Take the passage out of what earlier acts on the post keep; of an opening post's, of those on the thread, too.

    What they kept is kept with the redaction, so that with it these can be undone again.
    """
    of_post = ModerationAct.post_id == post.id
    of_thread = (ModerationAct.thread_id == thread.id) & ModerationAct.post_id.is_(None)
    which = of_post | of_thread if post.id == thread.opening_post_id else of_post
    query = select(ModerationAct.id, ModerationAct.kept).where(which, ModerationAct.kept.is_not(None))
    originals: Kept = {}
    for row in db.session.execute(query.where(ModerationAct.id != redacting_id)).all():
        original = kept_of(row)
        if original is not None and (clean := scrubbed(original, passage)) != original:
            originals[str(row.id)] = original
            _keep(row.id, clean)
    if originals:
        _keep(redacting_id, {**kept, "acts": originals})


def _keep(act_id: int, kept: Kept) -> None:
    """Replace what an act keeps, unless it is final or undone by now."""
    changed = update(ModerationAct).where(ModerationAct.id == act_id, ModerationAct.kept.is_not(None))
    db.session.execute(changed.values(kept=seal_kept(kept)), execution_options={"synchronize_session": False})


def note_mark(me: Me, thread: AnyRow, post_id: int, is_marked: bool) -> None:
    """A moderator marked an answer by the button that its asker has, too, without a reason (hook)."""
    now_so = thread_now(thread.id)
    if now_so is not None:
        kept = curating.changed_between(thread, now_so, "answer_id", "answered_at")
        of, action = Of(thread.network_id, thread.id, post_id), "answer" if is_marked else "unanswer"
        note_act(me, acted_as(me, thread), action, of, Reason(), kept=kept)


def init_app(app: Flask) -> None:
    """Say how each is undone."""
    hooks.provide(app, "answer_marked", note_mark)
    for action in ("hide", "remove"):
        undoable(app, action, _bring_back)
    for action in ("answer", "unanswer"):
        undoable(app, action, _unmark)
    undoable(app, "edit", _take_back_edit)
    undoable(app, "redact", _put_back)


def _found(act: AnyRow) -> tuple[AnyRow, AnyRow]:
    """The act's post and its thread as they are now: it may have been split or merged elsewhere since."""
    post = post_curating.post_now(act.post_id) if act.post_id else None
    thread = thread_now(post.thread_id) if post is not None else None
    if post is None or thread is None or thread.deleted_at is not None:
        raise CannotUndo(_("The thread is gone. Bring it back first."))
    return thread, post


def _bring_back(_me: Me, act: AnyRow, kept: dict[str, Any]) -> None:
    thread, post = _found(act)
    if not post_curating.bring_back(thread, post, kept):
        raise CannotUndo(_("The post is not gone in that way any more: nothing has changed."))


def _take_back_edit(_me: Me, act: AnyRow, kept: dict[str, Any]) -> None:
    thread, post = _found(act)
    if not post_curating.take_back_edit(thread, post, kept):
        raise CannotUndo(_("The post has been changed since. Edit it anew instead."))


def _put_back(_me: Me, act: AnyRow, kept: dict[str, Any]) -> None:
    thread, post = _found(act)
    if not redacting.put_back(thread, post, kept):
        raise CannotUndo(_("The post has been changed since: what was taken out can’t be put back by itself."))
    for act_id, original in kept.get("acts", {}).items():
        _keep(int(act_id), original)


def _unmark(_me: Me, act: AnyRow, kept: dict[str, Any]) -> None:
    thread, post = _found(act)
    if post.thread_id != act.thread_id or not curating.put_back(thread, kept) or post.deleted_at is not None:
        raise CannotUndo(_("Somebody has chosen another answer since, or the reply is gone."))
