"""What of a member's shelf they may see now: bookmarked posts, and threads that they read last, in pages by key."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.own_data import Rows
from knowledge_exchange.core.db import AnyRow, Id
from knowledge_exchange.core.id_lists import is_one_of
from knowledge_exchange.core.markup import excerpt
from knowledge_exchange.core.reads import Read
from knowledge_exchange.networks.models import Network
from knowledge_exchange.threads.curation.redacting import shown
from knowledge_exchange.threads.limits import THREADS_A_PAGE
from knowledge_exchange.threads.listing import Item, threads_by_id
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.queries import readable
from knowledge_exchange.threads.shelf.shelf import shelf_of

#: The beginning of a bookmarked post, so many letters of it.
EXCERPT_CHARS = 220

_me = bindparam("me", type_=Id)
_STANDING = (is_one_of(Post.id, "posts"), Post.deleted_at.is_(None), readable(_me))
_VISIBLE = Read(
    select(Post.id, Post.thread_id, Thread.title)
    .join(Thread, Thread.id == Post.thread_id)
    .join(Network, Network.id == Thread.network_id)
    .where(*_STANDING)
)
_POSTS = Read(
    select(
        Post.id,
        Post.parent_id,
        Post.html,
        Post.moderated_at,
        Post.created_at,
        Voice.name,
        Voice.kind.label("voice_kind"),
        Thread.title,
        Thread.kind,
        Network.name.label("network_name"),
        Network.slug.label("network_slug"),
    )
    .join(Voice, Voice.id == Post.voice_id)
    .join(Thread, Thread.id == Post.thread_id)
    .join(Network, Network.id == Thread.network_id)
    .where(*_STANDING)
)


def bookmarks(me: Me, after: int | None) -> tuple[list[tuple[AnyRow, str]], int | None]:
    """A page of bookmarked posts that may still be read, each with its beginning, and the key of the next page.

    What may not is as if it had never been there. Three statements.
    """
    kept = shelf_of(me.id).bookmarks
    visible = {row.id for row in _VISIBLE.all(me=me.id, posts=kept)} if kept else set()
    page, more = _page([post_id for post_id in kept if post_id in visible], after)
    rows = {row.id: row for row in _POSTS.all(me=me.id, posts=page)} if page else {}
    return [(rows[post_id], _beginning(rows[post_id])) for post_id in page if post_id in rows], more


def _beginning(row: AnyRow) -> str:
    return excerpt(shown(row.html) if row.moderated_at else row.html, EXCERPT_CHARS)


def recent(me: Me, after: int | None) -> tuple[list[Item], int | None, bool]:
    """A page of the threads read last that may still be read, the key of the next page, and whether they are noted.

    Two statements, to four.
    """
    shelf = shelf_of(me.id)
    threads = threads_by_id(me, shelf.recent)
    page, more = _page([thread_id for thread_id in shelf.recent if thread_id in threads], after)
    return [threads[thread_id] for thread_id in page], more, shelf.keeps_recent


def _page(ids: Sequence[int], after: int | None) -> tuple[list[int], int | None]:
    """Those after the key (all, where it is none of them), and the key of the next page, if there is one."""
    begin = ids.index(after) + 1 if after in ids else 0
    page = list(ids[begin : begin + THREADS_A_PAGE])
    return page, page[-1] if len(ids) > begin + len(page) else None


def bookmarks_of(member_id: int) -> Rows:
    """One's own data: what is bookmarked, as far as it may be read."""
    kept = shelf_of(member_id).bookmarks
    rows = {row.id: row for row in _VISIBLE.all(me=member_id, posts=kept)} if kept else {}
    found = [rows[post_id] for post_id in kept if post_id in rows]
    return [{"post_id": row.id, "thread_id": row.thread_id, "title": row.title} for row in found]


_TITLES = Read(
    select(Thread.id, Thread.title)
    .join(Network, Network.id == Thread.network_id)
    .where(is_one_of(Thread.id, "threads"), readable(_me))
)


def recent_of(member_id: int) -> Rows:
    """One's own data: the threads read last, as far as they may be read."""
    kept = shelf_of(member_id).recent
    rows = {row.id: row for row in _TITLES.all(me=member_id, threads=kept)} if kept else {}
    return [{"thread_id": one, "title": rows[one].title} for one in kept if one in rows]
