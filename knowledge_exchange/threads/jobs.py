"""Jobs of the threads: HTML of an older renderer is made anew."""

from __future__ import annotations

from sqlalchemy import select, update

from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.core.markup import RENDERER_VERSION, render
from knowledge_exchange.threads.finding.indexing import index_posts
from knowledge_exchange.threads.models import Post, Thread

RENDER_EVERY_S = 60.0
RENDER_BATCH = 50


def render_again() -> None:
    """Render a batch of posts that an older renderer made; an edit meanwhile wins."""
    stale = select(Post.id, Post.thread_id, Post.body).where(
        Post.renderer < RENDERER_VERSION, Post.deleted_at.is_(None)
    )
    rows = db.session.execute(stale.limit(RENDER_BATCH)).all()
    end_read()
    fresh = [(row, render(row.body)) for row in rows]
    if not fresh:
        return
    with unit_of_work() as work:
        for row, html in fresh:
            same = (Post.id == row.id, Post.body == row.body)
            work.execute(update(Post).where(*same).values(html=html, renderer=RENDERER_VERSION))
        threads = {row.thread_id for row in rows}
        work.execute(update(Thread).where(Thread.id.in_(threads)).values(version=Thread.version + 1))
        index_posts([row.id for row in rows])
