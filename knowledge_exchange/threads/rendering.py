"""The body of a thread's page: the same for all who may see it, so it is kept.

Kept by thread, version, page, view, time zone and day; every change of the thread raises its
version. What is the reader's own is laid over it in ``routes``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup

from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.core.i18n import DEFAULT_ZONE, today
from knowledge_exchange.core.latest import Latest
from knowledge_exchange.core.markup import excerpt
from knowledge_exchange.core.templating import macro
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.curation.redacting import shown
from knowledge_exchange.threads.files.attachment_html import NONE as NO_FILES
from knowledge_exchange.threads.files.attachment_html import Files, dressed, files_in
from knowledge_exchange.threads.limits import ANSWER_EXCERPT_CHARS, POSTS_A_PAGE
from knowledge_exchange.threads.marks import marks
from knowledge_exchange.threads.official.official_states import state_of_post

#: Pages kept in each process: about 40 kB each.
MOST_KEPT = 256
#: How deep branches are nested in the markup; deeper replies say whom they answer. On phones the
#: style sheet stops indenting earlier, so there they say so earlier.
MOST_NESTED = 4
MOST_NESTED_ON_PHONES = 2


@dataclass
class Node:
    """A post and the replies that hang under it on this page."""

    post: dict[str, Any]
    children: list[Node]


@dataclass(frozen=True)
class Body:
    """A page's posts as HTML, and what else is the same for every reader."""

    opening: bytes  # in UTF-8, like the others
    talk: bytes
    answer: bytes
    answer_place: int  # its ordinal in this view, 0 where there is none
    post_ids: tuple[int, ...]
    posts_of: Mapping[int | None, str]  # ids of each participant's posts; never shown to another
    marked: tuple[tuple[marks.Kind, int], ...]  # posts that bear marks, and which
    before: int  # posts on earlier pages
    next_key: int | None
    faces: bytes
    people: int  # how many they are
    source: str


_kept: Latest[Body] = Latest(MOST_KEPT)


def body_of(thread: AnyRow, view: str, after: int | None, zone: str) -> Body:
    """The page's body, from the store or made now (two or three statements)."""
    key = (current_app.name, thread.id, thread.version, view, after, zone, today(zone))
    return _kept.of(key, lambda: _made(thread, view, after, zone))


def forget_all() -> None:
    """Empty the store (tests; a restore)."""
    _kept.clear()


def _made(thread: AnyRow, view: str, after: int | None, zone: str) -> Body:
    rows = queries.page_of_posts(thread.id, view, after)
    shown = rows[:POSTS_A_PAGE]
    files = files_in(thread.id, (row.html for row in shown))
    posts = [as_post(row, thread, today(zone), files) for row in shown]
    opening = [post for post in posts if post["parent_id"] is None]
    replies = [post for post in posts if post["parent_id"] is not None]
    faces = _faces(posts)
    return Body(
        opening=_opening(thread, opening[0], zone).encode() if opening else b"",
        talk=_talk(replies, view, zone).encode(),
        answer=_answer(thread, zone).encode() if opening and thread.answer_id else b"",
        answer_place=queries.posts_up_to(thread.id, view, thread.answer_id) if thread.answer_id else 0,
        post_ids=tuple(row.id for row in shown),
        posts_of=_posts_of(shown),
        marked=tuple(_marked(posts)),
        before=queries.posts_up_to(thread.id, view, after) if after else 0,
        next_key=shown[-1].id if len(rows) > POSTS_A_PAGE else None,
        faces=str(macro("threads/_faces.html", "faces")(faces)).encode(),
        people=len(faces),
        source=next((row.source for row in shown if row.source), ""),
    )


def _posts_of(rows: Sequence[AnyRow]) -> dict[int | None, str]:
    found: dict[int | None, str] = {}
    for row in rows:
        if row.participant_id is not None:
            found[row.participant_id] = f"{found.get(row.participant_id, '')} {row.id}".lstrip()
    return found


def _marked(posts: Sequence[dict[str, Any]]) -> Iterator[tuple[marks.Kind, int]]:
    for post in posts:
        if post["too"] or post["helpful"]:
            yield (marks.HELPFUL if post["too"] is None else marks.TOO), post["id"]


def as_post(row: AnyRow, thread: AnyRow | None, day: date, files: Files = NO_FILES) -> dict[str, Any]:
    """A row as the post macro wants it; nothing in it depends on who reads. ``day``: where it is read."""
    html = dressed(row.html, files)
    return {
        "id": row.id,
        "parent_id": row.parent_id,
        "depth": row.depth,
        "name": row.name,
        "handle": row.handle,
        "initials": initials(row.name),
        "voice_kind": row.voice_kind,
        "role": row.role,
        "at": row.created_at,
        "edited_at": row.edited_at,
        "moderated_at": row.moderated_at,
        "html": Markup(shown(html) if row.moderated_at else html),  # noqa: S704 -- made safe by core.markup
        "is_gone": row.deleted_at is not None,
        "gone": row.gone,
        "official": state_of_post(row.id, row.voice_kind, thread, day),
        "is_answer": thread is not None and thread.answer_id == row.id,
        "helpful": row.helpful,
        "too": thread.too if thread is not None and thread.kind == "problem" and row.parent_id is None else None,
        "answerable": thread is not None
        and thread.kind == "problem"
        and row.parent_id is not None
        and thread.answer_id != row.id,
        "answers_name": row.parent_name,
        "says_parent": False,
        "says_parent_on_phones": False,
    }


def initials(name: str) -> str:
    """Two letters for the round mark beside a name."""
    words = [word for word in name.split() if word[0].isalnum()]
    if not words:
        return "?"
    first, last = words[0][0], words[-1][0] if len(words) > 1 else words[0][1:2]
    return (first + last).upper()


def _opening(thread: AnyRow, post: dict[str, Any], zone: str) -> str:
    return str(macro("threads/_post.html", "opening")(post, thread, zone))


def _talk(replies: list[dict[str, Any]], view: str, zone: str) -> str:
    if view == "flat":
        for post in replies:
            post["says_parent"] = post["depth"] > 1
        return str(macro("threads/_post.html", "flat")(replies, zone))
    return str(macro("threads/_post.html", "tree")(nested(replies), zone, 1))


def nested(replies: list[dict[str, Any]]) -> list[Node]:
    """Posts in pre-order as a tree, as far as their parents are on this page and depth allows.

    Where a reply does not stand under what it answers, it says whom it answers.
    """
    roots: list[Node] = []
    branch: list[Node] = []
    for post in replies:
        while branch and branch[-1].post["depth"] >= post["depth"]:
            branch.pop()
        node = Node(post, [])
        home = branch[:MOST_NESTED][-1] if branch else None
        under_parent = home is not None and home.post["id"] == post["parent_id"]
        post["says_parent"] = not under_parent and post["depth"] > 1
        post["says_parent_on_phones"] = len(branch) > MOST_NESTED_ON_PHONES
        (home.children if home else roots).append(node)
        branch.append(node)
    return roots


def _answer(thread: AnyRow, zone: str) -> str:
    row = queries.post_by_id(thread.answer_id)
    if row is None or row.deleted_at is not None:
        return ""
    short = excerpt(row.html, ANSWER_EXCERPT_CHARS)
    post = as_post(row, thread, today(zone))
    return render_template("threads/_answer.html", post=post, short=short, zone=zone)


def _faces(posts: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    seen: dict[str, dict[str, Any]] = {}
    for post in posts:
        if not post["is_gone"]:
            seen.setdefault(f"{post['voice_kind']}:{post['name']}", post)
    return tuple(
        {"initials": post["initials"], "voice_kind": post["voice_kind"], "name": post["name"]} for post in seen.values()
    )


def post_html(row: AnyRow, thread: AnyRow | None) -> str:
    """One post as it is sent to everybody through the socket, in the exchange's own time zone."""
    post = as_post(row, thread, today(), files_in(row.thread_id, (row.html,)))
    if row.parent_id is None and thread is not None:
        return _opening(thread, post, DEFAULT_ZONE)
    post["says_parent"] = row.depth > MOST_NESTED
    return str(macro("threads/_post.html", "item")(post, DEFAULT_ZONE))
