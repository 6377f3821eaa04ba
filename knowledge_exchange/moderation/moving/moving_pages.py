"""What the pages of moving, merging and splitting show."""

from __future__ import annotations

from typing import Any

from flask import abort, render_template, request

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.ids import parse_id
from knowledge_exchange.core.markup import excerpt
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.acts.own_acts import done_since
from knowledge_exchange.moderation.forms import ReasonForm
from knowledge_exchange.moderation.moving.moving_forms import SplitForm
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.curation.even_gone import thread_even_gone
from knowledge_exchange.threads.curation.merging import branch_of
from knowledge_exchange.threads.limits import MAX_TITLE_CHARS, POSTS_A_PAGE
from knowledge_exchange.threads.routes import visible_thread

#: Letters of each post that the page of splitting shows, and how deep it sets replies in.
EXCERPT_CHARS = 160
DEEPEST = 4


def thread_to_act_on(me: Me, thread_id: int) -> AnyRow:
    """The thread, for whoever may act there; 404 for everybody else."""
    found = visible_thread(me, thread_id)
    return found if acted_as(me, found) else abort(404)


def thread_meant(me: Me, thread_id: int) -> AnyRow:
    """Likewise for a form that was sent; also where a moderator took the thread away, or merged it, since it was made.

    Its sender is told so. A form that knows of that was never made: then there is no such page.
    """
    found = thread_even_gone(me, thread_id) or abort(404)
    is_told = found.deleted_at is None or (found.gone and request.form.get("seen", "") != str(found.acts))
    return found if is_told and acted_as(me, found) else abort(404)


def split_again(me: Me, thread: AnyRow, form: SplitForm, *, is_conflict: bool = False) -> str:
    """The form as it was: of one branch, or of a page of posts."""
    post = queries.post_by_id(parse_id(request.form.get("branch")) or 0)
    if post is not None and post.thread_id == thread.id and post.parent_id is not None:
        return branch_page(me, thread, post, form, is_conflict=is_conflict)
    return split_page(me, thread, form, is_conflict=is_conflict)


def split_page(me: Me, thread: AnyRow, form: SplitForm, *, is_conflict: bool = False) -> str:
    """A page of a thread's posts to choose from."""
    after = parse_id(request.values.get("after"))
    rows = queries.page_of_posts(thread.id, "tree", after)
    shown = rows[:POSTS_A_PAGE]
    posts = [_line(row) for row in shown if row.parent_id is not None]
    further = shown[-1].id if len(rows) > len(shown) else None
    more = {"posts": posts, "further": further, "after": after, "branch": None}
    return page("split", me, thread, form, is_conflict=is_conflict, **more)


def branch_page(me: Me, thread: AnyRow, post: AnyRow, form: SplitForm, *, is_conflict: bool = False) -> str:
    """A post with everything under it, chosen already."""
    number = len(branch_of(thread.id, post.id))
    more = {"posts": [_line(post)], "further": None, "after": None, "branch": post, "number": number}
    return page("split", me, thread, form, is_conflict=is_conflict, **more)


def _line(row: AnyRow) -> dict[str, Any]:
    """A post in a list of posts to choose from."""
    said = excerpt(row.html, EXCERPT_CHARS) if row.deleted_at is None else ""
    return {"id": row.id, "name": row.name, "at": row.created_at, "said": said, "depth": min(row.depth, DEEPEST)}


def page(word: str, me: Me, thread: AnyRow, form: ReasonForm, *, is_conflict: bool = False, **more: Any) -> str:
    """One of the pages; ``is_conflict``: somebody else was first."""
    return render_template(
        f"moderation/{word}.html",
        nav="networks",
        me=me,
        unread=unread_count(me.id),
        thread=thread,
        form=form,
        is_conflict=is_conflict,
        meanwhile=done_since(thread.id, parse_id(request.form.get("seen")) or 0) if is_conflict else [],
        max_title=MAX_TITLE_CHARS,
        **more,
    )
