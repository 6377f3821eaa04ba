"""Named reads of official answers. Whether their thread may be seen is asked of it first (``thread_visible_to``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast

from sqlalchemy import bindparam, select

from knowledge_exchange.core.db import AnyRow, Id, db
from knowledge_exchange.core.reads import Read
from knowledge_exchange.threads.curation.curation_models import OfficialAnswer, OfficialVersion
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.official.official_states import HOLDS, ROLE, badges, state_of_post

_BY_POST = Read(
    select(
        OfficialAnswer.post_id,
        OfficialAnswer.thread_id,
        OfficialAnswer.nations,
        OfficialAnswer.dated,
        OfficialAnswer.review_on,
        OfficialAnswer.sources,
        OfficialAnswer.sources_html,
        OfficialAnswer.version,
        OfficialAnswer.withdrawn_at,
        OfficialAnswer.withdrawn_reason,
        Post.body,
        Post.html,
        Post.created_at,
        Post.deleted_at,
        Voice.name,
        Voice.title.label("role"),
    )
    .join(Post, Post.id == OfficialAnswer.post_id)
    .join(Voice, Voice.id == Post.voice_id)
    .where(OfficialAnswer.post_id == bindparam("post", type_=Id))
)


def official_by_post(post_id: int) -> AnyRow | None:
    """An official answer with its text and who gave it; None where the post is none."""
    return cast("AnyRow | None", _BY_POST.first(post=post_id))


def earlier_in(thread_id: int, but: int) -> Sequence[AnyRow]:
    """Other official answers of the thread that stand, newest first: ``post_id`` and ``dated``."""
    query = (
        select(OfficialAnswer.post_id, OfficialAnswer.dated)
        .join(Post, Post.id == OfficialAnswer.post_id)
        .where(OfficialAnswer.thread_id == thread_id, OfficialAnswer.post_id != but, Post.deleted_at.is_(None))
        .order_by(OfficialAnswer.post_id.desc())
    )
    return db.session.execute(query).all()


def versions_of(post_id: int) -> Sequence[AnyRow]:
    """What it said before each of its changes, newest first."""
    query = select(
        OfficialVersion.version,
        OfficialVersion.nations,
        OfficialVersion.dated,
        OfficialVersion.review_on,
        OfficialVersion.html,
        OfficialVersion.sources_html,
        OfficialVersion.replaced_at,
    ).where(OfficialVersion.post_id == post_id)
    return db.session.execute(query.order_by(OfficialVersion.version.desc())).all()


def words_on(post_ids: Sequence[int], day: date) -> dict[int, str]:
    """Of these official answers, those that hold no longer on that day: how they stand, in words (hook)."""
    columns = (Thread.official_id, Thread.official_review_on, Thread.official_withdrawn_at)
    query = (
        select(OfficialAnswer.post_id, *columns)
        .join(Thread, Thread.id == OfficialAnswer.thread_id)
        .where(OfficialAnswer.post_id.in_(post_ids))
    )
    states = {row.post_id: state_of_post(row.post_id, ROLE, row, day) for row in db.session.execute(query)}
    return {post_id: badges()[state] for post_id, state in states.items() if state != HOLDS}
