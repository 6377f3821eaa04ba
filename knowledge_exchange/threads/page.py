"""What a thread's page needs besides its shared body."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from markupsafe import escape

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.ids import time_of
from knowledge_exchange.core.shells import Given, Hole
from knowledge_exchange.guard.reviewing import Review
from knowledge_exchange.notifications.levels import effective
from knowledge_exchange.notifications.pages import member_page
from knowledge_exchange.threads import policy, queries
from knowledge_exchange.threads.composing.choosing import Choice
from knowledge_exchange.threads.composing.quoting import replying_to
from knowledge_exchange.threads.drafts.drafts import Kept
from knowledge_exchange.threads.forms import slug_of
from knowledge_exchange.threads.limits import MAX_BODY_CHARS, MAX_UNREAD_COUNTED
from knowledge_exchange.threads.marks.marks_shown import laid_over
from knowledge_exchange.threads.muted import muted_words
from knowledge_exchange.threads.parts import parts
from knowledge_exchange.threads.rendering import Body, body_of
from knowledge_exchange.threads.veils.seen_by import audience_line
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
    #: What was chosen beside the text, what the guard found in it, and how it will look (HTML).
    choice: Choice | None = None
    review: Review | None = None
    preview: str = ""
    #: The draft that was asked for: it is what was typed.
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class ThreadFacts(Given):
    """Of a thread, what its page shows around the posts."""

    id: int
    title: str
    network_slug: str
    network_name: str
    reply_count: int
    answer_id: int | None
    locked_at: bool
    archived_at: bool
    last_post_id: int
    author_name: str
    level: str


@dataclass(frozen=True, slots=True)
class BodyFacts(Given):
    """Of the posts on the page, what is shown around them."""

    opening: bool
    count: int
    before: int
    next_key: int | None
    source: str
    answer_place: int
    people: int


def base_url(thread: AnyRow) -> str:
    """The thread's own address."""
    return f"/t/{thread.id}/{slug_of(thread.title)}"


def plain_url(thread: AnyRow) -> str:
    """The same without the words of its title, for members who want none in addresses."""
    return f"/t/{thread.id}"


def page_url(thread: AnyRow, view: str, mine: str, after: int | None) -> str:
    """The address of one of its pages; the view stands in it only where it isn't the reader's own."""
    if after is None and view == mine:
        return base_url(thread)
    asked = {"after": after, "view": view if view != mine else None}
    return f"{base_url(thread)}?{urlencode({name: value for name, value in asked.items() if value is not None})}"


def show(me: Me, thread: AnyRow, wish: Wish) -> bytes:
    """The page as HTML in UTF-8. Statements: 1 to 3 for its body if that isn't kept, 1 for the unread, 1 for marks."""
    body = body_of(thread, wish.view, wish.after, me.zone)
    reading, values = _reading(thread, body)
    replying = replying_to(thread, wish.reply_to, wish.typed, quote=wish.quote)
    facts = {
        "nav": "networks",
        "thread": _thread_facts(thread),
        "body": _body_facts(body),
        "view": wish.view,
        "total": thread.reply_count + 1,
        "base_url": base_url(thread),
        "kind_word": kinds()[thread.kind][0],
        "last_at": time_of(thread.last_post_id),
        "may_accept": policy.may_accept(thread),
        "may_reply": policy.may_reply(me, thread),
        "barred": policy.barred(me, thread),
        "muted": muted_words(thread.muted_until, thread.network_name),
        "ask_url": f"/n/{thread.network_slug}/new",
        "draft_done": wish.draft_done,
        **_addresses(me, thread, wish, body),
        "my_voice": thread.my_voice,
        **reading,
        **replying,
    }
    audience = audience_line(me, thread) if facts["may_reply"] else ""
    return member_page(
        "threads/thread.html",
        me,
        facts,
        {**_own(me, thread, wish, body), "audience": audience, **values},
        keep=not any((replying["reply_to"], replying["typed"], wish.errors, wish.draft_done, wish.review, wish.kept)),
        errors=wish.errors,
        kept=wish.kept,
        choice=wish.choice,
        review=wish.review,
        preview=wish.preview,
        levels=levels(),
        max_body=MAX_BODY_CHARS,
        **_HOLES,
    )


def _own(me: Me, thread: AnyRow, wish: Wish, body: Body) -> dict[str, Any]:
    """For the holes of the page: its posts as this reader sees them, and what is theirs about the reply box."""
    opening, talk = laid_over(body, thread.opening_post_id, me.id, thread.my_participant_id)
    return {
        "opening": opening,
        "answer": body.answer,
        "talk": talk,
        "faces": body.faces,
        **{place: parts(place, me, thread) for place in _PARTS},
        "form_key": escape(wish.key or secrets.token_urlsafe(16)),
        "my_name_here": escape(thread.my_voice_name or me.name),
    }


#: What other files bring (``parts.py``).
_PARTS = ("above", "official", "answered", "beside")
#: What is the reader's own, or long; see core/shells.py.
_HOLES = {
    name: Hole(name)
    for name in (
        "opening",
        "answer",
        "talk",
        "faces",
        "form_key",
        "my_name_here",
        "audience",
        "mine",
        "last_read",
        "unread_shown",
        "unread_from",
        "first_elsewhere",
        *_PARTS,
    )
}
_FIRST_UNREAD = Hole("first_unread")


def _thread_facts(thread: AnyRow) -> ThreadFacts:
    return ThreadFacts(
        id=thread.id,
        title=thread.title,
        network_slug=thread.network_slug,
        network_name=thread.network_name,
        reply_count=thread.reply_count,
        answer_id=thread.answer_id,
        locked_at=thread.locked_at is not None,
        archived_at=thread.archived_at is not None,
        last_post_id=thread.last_post_id,
        author_name=thread.author_name,
        level=effective(thread.level, thread.network_level, chosen=thread.level_chosen_at is not None),
    )


def _body_facts(body: Body) -> BodyFacts:
    return BodyFacts(
        opening=bool(body.opening),
        count=len(body.post_ids),
        before=body.before,
        next_key=body.next_key,
        source=body.source,
        answer_place=body.answer_place,
        people=body.people,
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


def _reading(thread: AnyRow, body: Body) -> tuple[dict[str, Any], dict[str, str]]:
    """What is unread, here and on other pages; nothing is before one's first visit. Facts and values of holes."""
    last_read = thread.last_read_id or 0
    unread: Sequence[int] = ()
    if last_read and thread.last_post_id > last_read:
        unread = queries.unread_posts(thread.id, last_read, thread.my_participant_id)
    elsewhere = [post_id for post_id in unread if post_id not in body.post_ids]
    many = len(unread) >= MAX_UNREAD_COUNTED
    facts = {
        "first_unread": _FIRST_UNREAD if unread else None,
        "elsewhere": len(elsewhere),
        "has_unread": thread.last_post_id > last_read,
        "read_to": max(body.post_ids, default=0),
    }
    values = {
        "mine": body.posts_of.get(thread.my_participant_id, ""),
        "last_read": str(last_read),
        "first_unread": str(unread[0]) if unread else "",
        "unread_from": str(max(thread.reply_count + 2 - len(unread), 1)),
        "unread_shown": f"{MAX_UNREAD_COUNTED - 1}+" if many else str(len(unread)),
        "first_elsewhere": str(elsewhere[0]) if elsewhere else "",
    }
    return facts, values
