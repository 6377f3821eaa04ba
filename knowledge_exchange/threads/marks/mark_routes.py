"""Marking posts as helpful, and problems as one's own, too; and taking that back."""

from __future__ import annotations

from flask import abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.answering import wants_json
from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import unit_of_work
from knowledge_exchange.threads import policy
from knowledge_exchange.threads.locking import locked_post
from knowledge_exchange.threads.marks import marks
from knowledge_exchange.threads.marks.marks import HELPFUL, TOO, Kind
from knowledge_exchange.threads.routes import blueprint

_CONFLICT = 409


@blueprint.post("/p/<int:post_id>/helpful")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def mark_helpful(post_id: int) -> ResponseReturnValue:
    """Say that a post is helpful; once is enough."""
    return _marked(post_id, HELPFUL, is_on=True)


@blueprint.post("/p/<int:post_id>/helpful/back")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def unmark_helpful(post_id: int) -> ResponseReturnValue:
    """Take that back."""
    return _marked(post_id, HELPFUL, is_on=False)


@blueprint.post("/p/<int:post_id>/too")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def mark_too(post_id: int) -> ResponseReturnValue:
    """Say that one has the problem, too, which this post asks about."""
    return _marked(post_id, TOO, is_on=True)


@blueprint.post("/p/<int:post_id>/too/back")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def unmark_too(post_id: int) -> ResponseReturnValue:
    """Take that back."""
    return _marked(post_id, TOO, is_on=False)


def _marked(post_id: int, kind: Kind, *, is_on: bool) -> ResponseReturnValue:
    """Do it, and lead back to the post; a script is told how many have said so."""
    me = require_me()
    with unit_of_work():
        thread, post = locked_post(me, post_id)
        if not policy.may_be_marked(thread, post, kind):
            abort(404)
        is_own = policy.is_mine(thread, post.participant_id)
        if not is_own:
            (marks.put if is_on else marks.take_back)(me.id, thread, post_id, kind)
        count = marks.count_of(post_id, kind)
    if wants_json():
        return {"marked": is_on and not is_own, "count": count}, _CONFLICT if is_own else 200
    if is_own:
        flash(_("This is your own: others say whether it helps."), "info")
    return redirect(url_for("threads.post", post_id=post_id), 303)
