"""A thread as a document for paper: all its posts in one order, numbered, so that one can speak of them in a room.

It names voices alone, as the thread's page does, and nobody who prints it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from knowledge_exchange.auth.gate import active
from knowledge_exchange.auth.sessions import require_me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.i18n import today
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.page import base_url
from knowledge_exchange.threads.rendering import as_post
from knowledge_exchange.threads.routes import blueprint, visible_thread
from knowledge_exchange.threads.words import kinds

#: Posts, and characters of their HTML, of one document; a longer thread is printed in parts.
MOST_POSTS = 250
MOST_CHARS = 1_000_000


@blueprint.get("/t/<int:thread_id>/print")
@active
def printed(thread_id: int) -> ResponseReturnValue:
    """A thread, or the part of it after a post, to be printed."""
    me = require_me()
    thread = visible_thread(me, thread_id)
    after = parse_id(request.args.get("after"))
    rows = queries.many_posts(thread_id, after, MOST_POSTS + 1)
    shown = rows[: _room_for(rows)]
    before = queries.posts_up_to(thread_id, "tree", after) if after and shown else 0
    return render_template(
        "threads/print.html",
        me=me,
        nav="networks",
        thread=thread,
        kind_word=kinds()[thread.kind][0],
        posts=_numbered([as_post(row, thread, today(me.zone)) for row in shown], before),
        before=before,
        total=max(thread.reply_count + 1, before + len(shown)),
        back=base_url(thread),
        further=f"/t/{thread_id}/print?after={shown[-1].id}" if len(rows) > len(shown) > 0 else None,
        printed_at=now(),
        unread=unread_count(me.id),
    )


def _room_for(rows: Sequence[AnyRow]) -> int:
    """How many of these posts one document holds: at least one."""
    chars = 0
    for number, row in enumerate(rows[:MOST_POSTS]):
        chars += len(row.html)
        if chars > MOST_CHARS and number:
            return number
    return min(len(rows), MOST_POSTS)


def _numbered(posts: list[dict[str, Any]], before: int) -> list[dict[str, Any]]:
    """Posts with their numbers, and that of the post to which each replies, if that is in this document."""
    numbers = {post["id"]: before + place for place, post in enumerate(posts, start=1)}
    return [{**post, "number": numbers[post["id"]], "answers": numbers.get(post["parent_id"])} for post in posts]
