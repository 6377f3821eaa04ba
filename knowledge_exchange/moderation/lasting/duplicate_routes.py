"""Saying that a thread asks what another has asked: both then show the answers of the two."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, redirect, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.text import clean_text
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.acts.acts import Of, Reason, note_act
from knowledge_exchange.moderation.acts.telling_acts import tell_author
from knowledge_exchange.moderation.lasting.curators import (
    BAD_INPUT,
    CONFLICT,
    changed_since,
    curated,
    curated_now,
    page,
)
from knowledge_exchange.moderation.limits import MOST_REASON
from knowledge_exchange.threads.curation import duplicates
from knowledge_exchange.threads.curation.even_gone import thread_now
from knowledge_exchange.threads.page import base_url
from knowledge_exchange.threads.queries import post_by_id, thread_visible_to

blueprint = Blueprint("duplicates", __name__, url_prefix="/t/<int:thread_id>/duplicate")
MARKED, UNMARKED = "duplicate", "duplicate_off"
MOST_TYPED = 300
_THREAD = re.compile(r"/t/(\d+)")
_POST = re.compile(r"/p/(\d+)")


@blueprint.get("")
@active
def form(thread_id: int) -> ResponseReturnValue:
    """The form in which a moderator names the other thread."""
    me = require_me()
    return _page(me, curated(me, thread_id))


def _page(me: Me, thread: AnyRow, typed: str = "", reason: str = "", error: str = "") -> str:
    target = duplicates.target_of(me, thread)
    facts = {"typed": typed, "reason": reason, "error": error, "most": MOST_TYPED, "most_reason": MOST_REASON}
    return page("duplicate", me, thread=thread, target=target, **facts)


@blueprint.post("")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def mark(thread_id: int) -> ResponseReturnValue:
    """Say of which thread this is a duplicate."""
    me = require_me()
    thread = curated(me, thread_id)
    typed, reason = request.form.get("target", "").strip()[:MOST_TYPED], clean_text(request.form.get("reason", ""))
    target_id = _named(me, typed)
    if problem := _problem(me, thread, target_id, reason):
        return _page(me, thread, typed, reason, problem), BAD_INPUT
    with unit_of_work():
        thread = curated_now(me, thread_id)
        is_old = request.form.get("seen", "") != str(thread.acts)
        problem = changed_since() if is_old else _mark(me, thread, target_id or 0, reason)
    if problem:
        return _page(me, thread, typed, reason, problem), CONFLICT
    flash(_("It is shown as a duplicate, with the answers of the other thread."), "good")
    return redirect(base_url(thread), 303)


def _problem(me: Me, thread: AnyRow, target_id: int | None, reason: str) -> str:
    """What is wrong with the form. What one may not read, and what is not there, are the same."""
    target = thread_visible_to(me, target_id) if target_id is not None else None
    if target is None:
        return str(_("There is no such thread that you may read. Copy its address, or a link to one of its posts."))
    root_id = duplicates.root_of(me, target.id)
    root = thread_visible_to(me, root_id) if root_id is not None else None
    if root is None or thread.id in (root.id, target.id):
        return str(
            _("That is this thread, or a duplicate of it. Name the one that was first, or has the better answer.")
        )
    if not duplicates.is_for_all_readers(thread, root):
        return str(_("Some who read this thread may not read that one, so that one can’t be shown above it."))
    if len(reason) > MOST_REASON:
        return str(_("Say it in at most 2,000 characters."))
    return ""


def _named(me: Me, typed: str) -> int | None:
    """Which thread was named: by its number, its address, or that of one of its posts."""
    if found := _THREAD.search(typed):
        return parse_id(found.group(1))
    if found := _POST.search(typed):
        post = post_by_id(parse_id(found.group(1)) or 0)
        return None if post is None else int(post.thread_id)
    return parse_id(typed)


def _mark(me: Me, thread: AnyRow, target_id: int, reason: str) -> str:
    """Do it, as things are now; or why not."""
    if problem := _problem(me, thread, target_id, reason):
        return problem
    root = duplicates.root_of(me, target_id)
    if root is None or root == thread.duplicate_of:
        return ""  # so it is already
    copies = duplicates.mark(thread, root)
    kept = {"target": root, "copies": copies, "before": thread.duplicate_of}
    _note(me, thread, MARKED, kept, reason)
    return ""


def _note(me: Me, thread: AnyRow, action: str, kept: dict[str, Any], reason: str = "") -> None:
    of = Of(thread.network_id, thread.id)
    tell_author(note_act(me, acted_as(me, thread), action, of, Reason(text=reason), kept=kept))


@blueprint.post("/off")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def unmark(thread_id: int) -> ResponseReturnValue:
    """Say that it is none."""
    me = require_me()
    curated(me, thread_id)
    with unit_of_work():
        thread = curated_now(me, thread_id)
        target = duplicates.target_of(me, thread)
        if target is not None:
            duplicates.unmark(thread, target.id)
            _note(me, thread, UNMARKED, {"target": target.id})
    flash(_("It is not shown as a duplicate any more."), "good")
    return redirect(base_url(thread), 303)


def undo_marked(thread: AnyRow, kept: dict[str, Any]) -> bool:
    """It is none again, or of what it was before; what was its own is its own again."""
    if duplicates.points_to(thread.id) != kept.get("target"):
        return False
    duplicates.unmark(thread, kept["target"], kept.get("copies", ()), kept.get("before"))
    return True


def undo_unmarked(thread: AnyRow, kept: dict[str, Any]) -> bool:
    """It is one again, if the other thread is still there."""
    if duplicates.points_to(thread.id) is not None or thread_now(kept.get("target", 0)) is None:
        return False
    duplicates.mark(thread, kept["target"])
    return True
