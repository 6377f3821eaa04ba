"""Files in the HTML of posts: pictures in the sizes of screens, documents with what they are and how large.

What a post's text is rendered to stays as it is stored; this is laid over it where it is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from markupsafe import escape
from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.threads.files.attachment_models import Attachment
from knowledge_exchange.threads.files.attachment_words import kind_words, size_words
from knowledge_exchange.threads.files.attachments import FACTS, WIDTHS, Kept, mine_among, named_in, plainly
from knowledge_exchange.threads.models import Post

Files = Mapping[int, Kept]
NONE: Files = {}
#: As wide as text is; on phones as wide as the screen.
_SIZES = "(max-width: 44rem) 100vw, 42rem"
_TAG = re.compile(r"<(?:a\b[^>]*>|/a>|img\b[^>]*>)")
_FILE = re.compile(r' (?:href|src)="/files/(\d{1,19})"')


def files_in(thread_id: int, texts: Iterable[str]) -> Files:
    """The files of this thread's posts that these texts name. No statement where they name none.

    Whoever reads the thread may see all of them; of others nothing is told.
    """
    named = {file_id for text in texts for file_id in named_in(text)}
    if not named:
        return NONE
    query = (
        select(*FACTS)
        .join(Post, Post.id == Attachment.post_id)
        .where(Attachment.id.in_(named), Post.thread_id == thread_id)
        .where(Post.deleted_at.is_(None), Attachment.unused_since.is_(None))
    )
    return {row.id: plainly(row) for row in db.session.execute(query)}


def dressed_for(member_id: int, html: str) -> str:
    """HTML of a text that is being written, with what its writer has uploaded for it."""
    named = named_in(html)
    return dressed(html, mine_among(member_id, named)) if named else html


def dressed(html: str, files: Files) -> str:
    """HTML of a post, with these files as they are to be shown; others stay plain links and pictures."""
    if not files:
        return html
    inside = False  # a link
    of_file: Kept | None = None

    def dress(found: re.Match[str]) -> str:
        nonlocal inside, of_file
        tag = found[0]
        if tag == "</a>":
            inside, ended, of_file = False, of_file, None
            return tag + (_facts(ended) if ended else "")
        told = _FILE.search(tag)
        file = files.get(int(told[1])) if told else None
        if tag.startswith("<a"):
            inside, of_file = True, file
            return tag.replace("<a ", '<a class="file" ', 1) if file else tag
        if file is None or not file.is_picture:
            return tag
        shown = _picture(tag, file)
        return shown if inside else f'<a class="zoom" href="/files/{file.id}">{shown}</a>'

    return _TAG.sub(dress, html)


def _picture(tag: str, file: Kept) -> str:
    if file.width is None or file.height is None:
        return tag
    widths = [int(width) for width in WIDTHS if int(width) < file.width]
    address = f"/files/{file.id}"
    further = f' width="{file.width}" height="{file.height}"'
    if widths:
        sizes = [*(f"{address}/{width} {width}w" for width in sorted(widths)), f"{address} {file.width}w"]
        further += f' srcset="{", ".join(sizes)}" sizes="{_SIZES}"'
    first = f"{address}/{widths[0]}" if widths else address
    return _FILE.sub(f' src="{first}"{further}', tag, count=1)


def _facts(file: Kept) -> str:
    words = f"{kind_words(file.type)}, {size_words(file.size)}"
    return f' <span class="file-facts">({escape(words)})</span>'
