"""Posts as mail quotes them (hook of ``notifications``): whether they may be seen is asked there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import literal, select

from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.i18n import today
from knowledge_exchange.networks.models import Network
from knowledge_exchange.notifications.letter_words import QuotedPost
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.official.official_states import badges, state_of_post

_NO_TEXTS = (literal("").label("body"), literal("").label("html"))


def posts_for_mail(post_ids: Sequence[int], with_text: bool) -> dict[int, QuotedPost]:
    """Those of these posts that stand, as they are now, by id; their texts only where they are to be quoted."""
    texts: tuple[Any, ...] = (
        (Post.body, Post.html) if with_text else (literal("").label("body"), literal("").label("html"))
    )
    query = (
        select(
            Post.id,
            Post.parent_id,
            Thread.title,
            Network.name.label("network"),
            Voice.name,
            Voice.kind,
            Thread.official_id,
            Thread.official_review_on,
            Thread.official_withdrawn_at,
            *texts,
        )
        .join(Thread, Thread.id == Post.thread_id)
        .join(Network, Network.id == Thread.network_id)
        .join(Voice, Voice.id == Post.voice_id)
        .where(Post.id.in_(post_ids), Post.deleted_at.is_(None), Thread.deleted_at.is_(None))
    )
    return {
        row.id: QuotedPost(row.id, row.title, row.network, _name(row), row.parent_id is None, row.body, row.html)
        for row in db.session.execute(query)
    }


def _name(row: AnyRow) -> str:
    """Who wrote it; of an official answer also how that stands on the exchange's day."""
    state = state_of_post(row.id, row.kind, row, today())
    return f"{row.name} ({badges()[state]})" if state else row.name
