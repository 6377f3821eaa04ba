"""What a post said before each of its edits, whoever made them, and why a moderator did."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.curation.redacting import shown
from knowledge_exchange.threads.models import PostRevision
from knowledge_exchange.threads.routes import blueprint, visible_post


def revisions_of(post_id: int) -> Sequence[AnyRow]:
    """What a post said before each of its edits, newest first."""
    columns = (PostRevision.id, PostRevision.title, PostRevision.html, PostRevision.replaced_at)
    query = select(*columns, PostRevision.edited_as, PostRevision.reason).where(PostRevision.post_id == post_id)
    return db.session.execute(query.order_by(PostRevision.id.desc())).all()


def _editors() -> dict[str, str]:
    """Who made the edit that ended a version, where it was not the author."""
    return {
        "moderator": _("Edited by a moderator"),
        "lead": _("Edited by a lead moderator"),
        "officer": _("Edited by a national officer"),
        "administrator": _("Edited by an administrator"),
    }


@blueprint.get("/p/<int:post_id>/history")
@active
def history(post_id: int) -> ResponseReturnValue:
    """What a post said before it was edited."""
    me = require_me()
    found, row = visible_post(me, post_id)
    if row.deleted_at is not None:
        abort(404)
    return render_template(
        "threads/history.html",
        me=me,
        nav="networks",
        thread=found,
        post=row,
        shown=shown,
        editors=_editors(),
        revisions=revisions_of(post_id),
        unread=unread_count(me.id),
    )
