"""What a thread's page needs besides its shared body."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from flask import render_template, url_for

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.notifications.queries import unread_count
from knowledge_exchange.threads import policy, queries
from knowledge_exchange.threads.forms import slug_of
from knowledge_exchange.threads.limits import MAX_BODY_CHARS, MAX_UNREAD_COUNTED
from knowledge_exchange.threads.rendering import Body, body_of
from knowledge_exchange.threads.words import kinds, levels


@dataclass
class Wish:
    """Which part of a thread is asked for, and what was typed into its reply box."""

    view: str
    after: int | None = None
    reply_to: int | None = None
    quote: bool = False
    typed: str = ""
    key: str = ""
    errors: dict[str, str] = field(default_factory=dict)
    draft_done: str | None = None


def base_url(thread: AnyRow) -> str:
    """The thread's own address."""
    return url_for("threads.thread", thread_id=thread.id, slug=slug_of(thread.title))


def page_url(thread: AnyRow, view: str, mine: str, after: int | None) -> str:
    """The address of one of its pages; the view stands in it only where it isn't the reader's own."""
    said = view if view != mine else None
    slug = slug_of(thread.title)
    return url_for("threads.thread", thread_id=thread.id, slug=slug, after=after, view=said)


def show(me: Me, thread: AnyRow, wish: Wish) -> str:
    """The page as HTML. Statements: 1 to 3 for the body if it isn't kept, 3 for what is the reader's."""
    body = body_of(thread, wish.view, wish.after, me.zone)
    return render_template(
        "threads/thread.html",
        me=me,
        nav="networks",
        thread=thread,
        body=body,
        view=wish.view,
        total=thread.reply_count + 1,
        base_url=base_url(thread),
        max_body=MAX_BODY_CHARS,
        levels=levels(),
        kind_word=kinds()[thread.kind][0],
        last_at=time_of(thread.last_post_id),
        may_accept=policy.may_accept(thread),
        may_reply=policy.may_reply(thread),
        unread=unread_count(me.id),
        ask_url=url_for("threads.new_thread", slug=thread.network_slug),
        form_key=wish.key or secrets.token_urlsafe(16),
        errors=wish.errors,
        draft_done=wish.draft_done,
        **_addresses(me, thread, wish, body),
        **_reading(thread, body),
        **_replying(thread, wish),
    )


def _addresses(me: Me, thread: AnyRow, wish: Wish, body: Body) -> dict[str, Any]:
    def url(after: int | None) -> str:
        return page_url(thread, wish.view, me.thread_view, after)

    previous = None
    if wish.after is not None:
        before = queries.page_keys(thread.id, wish.view, wish.after)[0]
        previous = url(before)
    return {
        "first_url": url(None),
        "next_url": url(body.next_key) if body.next_key else None,
        "previous_url": previous,
    }


def _reading(thread: AnyRow, body: Body) -> dict[str, Any]:
    """What is unread, here and on other pages; nothing is before one's first visit."""
    mine = [
        post_id
        for post_id, participant_id in zip(body.post_ids, body.participants, strict=True)
        if policy.is_mine(thread, participant_id)
    ]
    last_read = thread.last_read_id or 0
    unread: list[int] = []
    if last_read and thread.last_post_id > last_read:
        unread = list(queries.unread_posts(thread.id, last_read, thread.my_participant_id))
    here = set(body.post_ids)
    many = len(unread) >= MAX_UNREAD_COUNTED
    return {
        "mine": mine,
        "last_read": last_read,
        "first_unread": unread[0] if unread else None,
        "unread_count": len(unread),
        "unread_shown": f"{MAX_UNREAD_COUNTED - 1}+" if many else len(unread),
        "unread_elsewhere": [post_id for post_id in unread if post_id not in here],
        "has_unread": thread.last_post_id > last_read,
        "read_to": max(body.post_ids, default=0),
    }


def _replying(thread: AnyRow, wish: Wish) -> dict[str, Any]:
    """To which post the reply box answers, and what stands in it."""
    target = queries.post_by_id(wish.reply_to) if wish.reply_to else None
    if target is not None and target.thread_id != thread.id:
        # Whether this reader may see the other thread has been asked of nobody: neither named nor quoted.
        target = None
    typed = wish.typed
    if target is not None and wish.quote and not typed:
        lines = queries.source_of(target.id).splitlines()
        typed = "".join(f"> {line}".rstrip() + "\n" for line in lines) + "\n"
    answers_opening = target is None or target.parent_id is None
    return {
        "reply_to": None if answers_opening else target,
        "root_id": thread.opening_post_id,
        "typed": typed,
    }
