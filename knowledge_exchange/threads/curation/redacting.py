"""Taking a passage out of a post: of what it says, of what it said before, and of whatever keeps a copy.

In its place stands :data:`MARK`, always as long, which says nothing of what stood there. It is text like any other to
Markdown; where a page shows it, :func:`shown` makes it a black mark with words for those who hear the page.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from markupsafe import escape
from sqlalchemy import bindparam, select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, table_of
from knowledge_exchange.core.markup import RENDERER_VERSION, render
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.threads.curation.curating import Kept
from knowledge_exchange.threads.curation.curation_models import OfficialVersion
from knowledge_exchange.threads.curation.post_curating import set_post, set_thread
from knowledge_exchange.threads.models import PostRevision, Thread

#: What stands where a passage stood.
MARK = "█████"
LEAST_PASSAGE = 2
_TAG = re.compile(r"(<[^>]*>)")
#: What a notice quotes of a thread is its title.
_QUOTED = re.compile(r"“.*”", re.DOTALL)
_BLIND = {"synchronize_session": False}
#: Tables with what a post said before.
_HISTORIES = {"revision": table_of(PostRevision), "official": table_of(OfficialVersion)}


@dataclass(frozen=True, slots=True)
class Said:
    """One text of a post, as it is and as it is to be."""

    id: int
    body: str
    html: str
    new_body: str
    new_html: str


@dataclass(frozen=True, slots=True)
class Redaction:
    """A passage, and every text of the post that holds it: made before the unit of work, for rendering may wait."""

    passage: str
    now: Said
    before: dict[str, list[Said]]


def without(text: str, passage: str) -> str:
    """The text with the mark in place of every occurrence."""
    return text.replace(passage, MARK)


def is_said(post: AnyRow, passage: str) -> bool:
    """Whether the post says it, has said it, or has it in a title: what its author took away stands in its history."""
    if passage in post.body or any(_history(name, post.id, passage) for name in _HISTORIES):
        return True
    title = select(Thread.title).where(Thread.opening_post_id == post.id)
    earlier = select(PostRevision.title).where(PostRevision.post_id == post.id)
    return any(passage in (found or "") for found in db.session.scalars(title.union_all(earlier)))


def prepare(post: AnyRow, passage: str) -> Redaction:
    """Render what the post will say and will have said; ``post``: a row of ``post_curating.post_now``."""
    before = {name: _history(name, post.id, passage) for name in _HISTORIES}
    return Redaction(passage, _said(post, passage), before)


def _history(name: str, post_id: int, passage: str) -> list[Said]:
    table = _HISTORIES[name]
    rows = db.session.execute(select(table.c.id, table.c.body, table.c.html).where(table.c.post_id == post_id))
    return [_said(row, passage) for row in rows.all() if passage in row.body]


def _said(row: AnyRow, passage: str) -> Said:
    body = without(row.body, passage)
    return Said(row.id, row.body, row.html, body, render(body))


def redact(thread: AnyRow, post: AnyRow, redaction: Redaction) -> Kept | None:
    """Take the passage out; None, and nothing done, where a text has changed since it was prepared.

    Of an opening post it goes from the thread's title, too, and from what people were told of the thread.
    """
    if post.deleted_at is not None or post.body != redaction.now.body or not _is_current(post.id, redaction):
        return None
    kept: Kept = {
        "passage": redaction.passage,
        "body": post.body,
        "html": post.html,
        "renderer": post.renderer,
        "left": redaction.now.new_body,
        "moderated_at": post.moderated_at.isoformat() if post.moderated_at else None,
        **{name: [[str(one.id), one.body, one.html] for one in said] for name, said in redaction.before.items()},
    }
    text = {"body": redaction.now.new_body, "html": redaction.now.new_html, "renderer": RENDERER_VERSION}
    set_post(post.id, **text, moderated_at=now())
    for name, said in redaction.before.items():
        _rewrite(name, [(one.id, one.new_body, one.new_html) for one in said])
    values = _title_without(thread, post, redaction.passage, kept)
    set_thread(thread, post, 0, values)
    return kept


def _is_current(post_id: int, redaction: Redaction) -> bool:
    """Whether no further text that holds the passage has come since."""
    for name, said in redaction.before.items():
        table = _HISTORIES[name]
        rows = db.session.execute(select(table.c.id, table.c.body).where(table.c.post_id == post_id)).all()
        if {row.id: row.body for row in rows if redaction.passage in row.body} != {one.id: one.body for one in said}:
            return False
    return True


def _rewrite(name: str, texts: list[tuple[int, str, str]]) -> None:
    table = _HISTORIES[name]
    changed = update(table).where(table.c.id == bindparam("which"))
    changed = changed.values(body=bindparam("said"), html=bindparam("shown"))
    if texts:
        rows = [{"which": id_, "said": body, "shown": html} for id_, body, html in texts]
        db.session.execute(changed, rows)


def _title_without(thread: AnyRow, post: AnyRow, passage: str, kept: Kept) -> dict[str, Any]:
    """The thread's title without the passage; it goes from earlier titles, and from what was told with any of them."""
    if post.id != thread.opening_post_id:
        return {}
    titled = (PostRevision.post_id == post.id, PostRevision.title.contains(passage, autoescape=True))
    earlier = db.session.execute(select(PostRevision.id, PostRevision.title).where(*titled)).all()
    kept["titles"] = [[str(row.id), row.title] for row in earlier if row.title and passage in row.title]
    _entitle([(int(id_), without(title, passage)) for id_, title in kept["titles"]])
    holds = (Notification.thread_id == thread.id, Notification.text.contains(passage, autoescape=True))
    texts = db.session.scalars(select(Notification.text).where(*holds).distinct()).all()
    told = [[_QUOTED.sub(lambda found: without(found[0], passage), text), text] for text in texts]
    kept["told"] = [pair for pair in told if pair[0] != pair[1]]
    _tell_anew(thread.id, [(was, text) for text, was in kept["told"]])
    if passage not in thread.title:
        return {}
    kept["title"] = thread.title
    return {"title": without(thread.title, passage)}


def _entitle(titles: list[tuple[int, str]]) -> None:
    for id_, title in titles:
        changed = update(PostRevision).where(PostRevision.id == id_).values(title=title)
        db.session.execute(changed, execution_options=_BLIND)


def _tell_anew(thread_id: int, texts: list[tuple[str, str]]) -> None:
    for was, text in texts:
        told = update(Notification).where(Notification.thread_id == thread_id, Notification.text == was)
        db.session.execute(told.values(text=text), execution_options=_BLIND)


def put_back(thread: AnyRow, post: AnyRow, kept: Kept) -> bool:
    """Show the passage again; False, and nothing done, where somebody has changed or hidden the post since."""
    if post.deleted_at is not None or post.body != kept["left"]:
        return False
    text = {name: kept[name] for name in ("body", "html", "renderer")}
    set_post(post.id, **text, moderated_at=_moment(kept["moderated_at"]))
    for name in _HISTORIES:
        _rewrite(name, [(int(id_), body, html) for id_, body, html in kept[name]])
    _entitle([(int(id_), title) for id_, title in kept.get("titles", [])])
    _tell_anew(thread.id, [(text, was) for text, was in kept.get("told", [])])
    titled = "title" in kept and thread.title == without(kept["title"], kept["passage"])
    set_thread(thread, post, 0, {"title": kept["title"]} if titled else {})
    return True


def _moment(iso: str | None) -> datetime | None:
    return datetime.fromisoformat(iso) if iso else None


def shown(html: str) -> str:
    """HTML of a post with its marks made black; in the text alone, never within a tag."""
    mark = (
        f'<span class="redacted"><span aria-hidden="true">{MARK}</span><span class="sr">{escape(_told())}</span></span>'
    )
    return "".join(piece if piece.startswith("<") else piece.replace(MARK, mark) for piece in _TAG.split(html))


def _told() -> str:
    return str(_("[a moderator took a passage out here]"))
