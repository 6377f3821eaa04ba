"""The reader's shelf: bookmarks, and what they read last."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from knowledge_exchange.auth.answering import wants_json
from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.limits import SMALL_ACT_LIMIT, limiter
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.db import AnyRow, unit_of_work
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads.routes import blueprint, visible_post
from knowledge_exchange.threads.rows import thread_rows
from knowledge_exchange.threads.shelf import shelf_shown
from knowledge_exchange.threads.shelf.shelf import MOST_BOOKMARKS, MOST_RECENT, keep, shelf_in_turn, shelf_of


@blueprint.get("/bookmarks")
@active
def bookmarks() -> ResponseReturnValue:
    """What one has bookmarked."""
    me = require_me()
    after = parse_id(request.args.get("after"))
    rows, more = shelf_shown.bookmarks(me, after)
    return render_template(
        "threads/bookmarks.html",
        me=me,
        nav="home",
        rows=rows,
        most=MOST_BOOKMARKS,
        older=f"/bookmarks?after={more}" if more else None,
        newer="/bookmarks" if after else None,
        unread=unread_count(me.id),
    )


@blueprint.post("/p/<int:post_id>/bookmark")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def bookmark(post_id: int) -> ResponseReturnValue:
    """Bookmark a post."""
    return _set(post_id, on=True)


@blueprint.post("/p/<int:post_id>/unbookmark")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def unbookmark(post_id: int) -> ResponseReturnValue:
    """Take a bookmark away."""
    return _set(post_id, on=False)


def _set(post_id: int, *, on: bool) -> ResponseReturnValue:
    me = require_me()
    visible_post(me, post_id)
    with unit_of_work():
        shelf = shelf_in_turn(me.id)
        keep(me.id, shelf.with_bookmark(post_id) if on else shelf.without_bookmark(post_id))
    if wants_json():
        return {"bookmarked": on}
    if request.form.get("from") == "list":
        return redirect("/bookmarks", 303)
    flash(_("Bookmarked. Your bookmarks are on Home.") if on else _("The bookmark is taken away."))
    return redirect(f"/p/{post_id}", 303)


def in_menu(me: Me, thread: AnyRow, post: AnyRow) -> str:
    """Lines of a post's menu (a part): its bookmark, and under the opening post the way to the thread's print."""
    if post.deleted_at is not None:
        return ""
    on = post.id in shelf_of(me.id).bookmarks
    return render_template(
        "threads/_bookmark.html", post_id=post.id, on=on, printed=thread.id if post.parent_id is None else None
    )


@blueprint.get("/recent")
@active
def recent() -> ResponseReturnValue:
    """What one read last."""
    me = require_me()
    after = parse_id(request.args.get("after"))
    shown, more, keeps = shelf_shown.recent(me, after)
    return render_template(
        "threads/recent.html",
        me=me,
        nav="home",
        rows=thread_rows(shown, me.zone, h="h2"),
        keeps=keeps,
        most=MOST_RECENT,
        has_pseudonyms=bool(me.places),
        older=f"/recent?after={more}" if more else None,
        newer="/recent" if after else None,
        unread=unread_count(me.id),
    )


@blueprint.post("/recent")
@active
@limiter.limit(SMALL_ACT_LIMIT)
def note_recent() -> ResponseReturnValue:
    """Choose whether what one reads is noted; switched off, what was noted is forgotten."""
    me = require_me()
    chosen = request.form.get("keep")
    if chosen not in ("0", "1"):
        abort(400)
    with unit_of_work():
        keep(me.id, shelf_in_turn(me.id).noting(chosen == "1"))
    return redirect("/recent", 303)
