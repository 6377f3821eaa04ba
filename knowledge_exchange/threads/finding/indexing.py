"""Posts as they can be found: the search's documents, made anew from the rows as they are now. Nothing here commits.

Every verb that changes what a post says, where it stands or what its thread is, calls this in its own unit of work:
what is found is what is there, at every moment. A post that is gone, or whose thread is, has no document.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from html import unescape

from sqlalchemy import bindparam, func, select

from knowledge_exchange.core.db import AnyRow, AnySelect, Id
from knowledge_exchange.core.id_lists import is_one_of
from knowledge_exchange.core.reads import Read
from knowledge_exchange.search import documents, facets
from knowledge_exchange.search.documents import Document
from knowledge_exchange.search.models import SearchDocument
from knowledge_exchange.threads.models import Post, Thread
from knowledge_exchange.threads.policy import ANSWERABLE

#: What all documents of posts are called.
SOURCE = "post"
#: Posts that are read and written together.
CHUNK = 500
_PICTURE = re.compile(r'<img\b[^>]*?\balt="([^"]*)"[^>]*>')
#: Within a word, as a rule; every other tag parts words.
_WITHIN = re.compile(r"</?(?:a|abbr|b|code|del|em|i|ins|kbd|mark|s|span|strong|sub|sup|u)\b[^>]*>")
_TAG = re.compile(r"<[^>]+>")


def text_of(html: str) -> str:
    """What a rendered text says, its pictures by their descriptions."""
    if "<img" in html:
        html = _PICTURE.sub(r" \1 ", html)
    text = _TAG.sub(" ", _WITHIN.sub("", html))
    return unescape(text) if "&" in text else text


def _posts() -> AnySelect:
    """Posts that stand, with all that their documents are made of."""
    columns = (
        *(Post.id, Post.thread_id, Post.parent_id, Post.html, Thread.network_id, Thread.is_shielded, Thread.title),
        *(Thread.kind, Thread.answer_id, Thread.official_id, Thread.official_withdrawn_at, Thread.tags),
    )
    standing = (Post.deleted_at.is_(None), Thread.deleted_at.is_(None))
    return select(*columns).join(Thread, Thread.id == Post.thread_id).where(*standing)


_after = bindparam("after", type_=Id)
_most = bindparam("most", type_=Id)
_THESE = Read(_posts().where(is_one_of(Post.id, "ids")))
_AFTER = Read(_posts().where(Post.id > _after).order_by(Post.id).limit(_most))
_OF_THREAD = Read(
    _posts().where(Post.thread_id == bindparam("thread", type_=Id), Post.id > _after).order_by(Post.id).limit(_most)
)
_COUNT = Read(select(func.count()).select_from(_posts().subquery()))
_KNOWN = Read(select(SearchDocument.id).where(SearchDocument.thread_id == bindparam("thread", type_=Id)))


def document_of(post: AnyRow) -> Document:
    """The document of a post that stands: a row of :func:`_posts`. The title is in the opening post's alone."""
    return Document(
        id=post.id,
        source=SOURCE,
        network_id=post.network_id,
        thread_id=post.thread_id,
        is_shielded=post.is_shielded,
        title=post.title if post.parent_id is None else "",
        text=text_of(post.html),
        facets=facets_of(
            post.id,
            kind=post.kind,
            answer_id=post.answer_id,
            is_official=post.official_id is not None and post.official_withdrawn_at is None,
            tags=post.tags,
        ),
    )


def facets_of(
    post_id: int, *, kind: str, answer_id: int | None, is_official: bool = False, tags: str = ""
) -> list[str]:
    """What a post and its thread are, as filters ask for it; ``tags`` as ``thread.tags`` has them."""
    found = [facets.kind(kind)]
    if kind in ANSWERABLE:
        found.append(facets.state(facets.UNANSWERED if answer_id is None else facets.ANSWERED))
    if answer_id == post_id:
        found.append(facets.accepted())
    if is_official:
        found.append(facets.state(facets.OFFICIAL))
    return [*found, *map(facets.tag, tags.split())]


def count() -> int:
    """How many posts stand: so many have a document."""
    return int(_COUNT.scalar())


def documents_after(after: int, most: int) -> list[Document]:
    """Documents of the posts that stand with ids above ``after``, at most so many, in order: for filling the index."""
    return [document_of(row) for row in _AFTER.all(after=after, most=most)]


def index_posts(post_ids: Collection[int]) -> None:
    """Make the documents of these posts anew; those that are gone lose theirs."""
    rows = _THESE.all(ids=post_ids)
    documents.put([document_of(row) for row in rows])
    documents.drop(sorted(set(post_ids) - {row.id for row in rows}))


def index_threads(thread_ids: Collection[int]) -> None:
    """Make the documents of all posts of these threads anew: something has changed that all of them bear."""
    for thread_id in sorted(set(thread_ids)):
        index_thread(thread_id)


def index_thread(thread_id: int) -> None:
    """Likewise of one thread, and drop those of posts that stand in it no more."""
    known = {row.id for row in _KNOWN.all(thread=thread_id)}
    for rows in _chunks(thread_id):
        documents.put([document_of(row) for row in rows])
        known.difference_update([row.id for row in rows])
    documents.drop(sorted(known))


def _chunks(thread_id: int) -> Iterator[Sequence[AnyRow]]:
    rows: Sequence[AnyRow] = _OF_THREAD.all(thread=thread_id, after=0, most=CHUNK)
    while rows:
        yield rows
        rows = _OF_THREAD.all(thread=thread_id, after=rows[-1].id, most=CHUNK) if len(rows) == CHUNK else ()
