"""What insight is worked out from: one statement each, over all networks, of one span of time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.ids import floor_id
from knowledge_exchange.networks.care_models import NetworkTag
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.curation.curation_models import OfficialAnswer, ThreadTag
from knowledge_exchange.threads.models import Post, Thread, Voice

_Asker = aliased(Voice)
_Target = aliased(Thread)


def _within(what: type[Post] | type[Thread], begin: datetime, end: datetime) -> ColumnElement[bool]:
    """Condition: it was written in that time. No id is older than its row: those before it are not looked at."""
    return and_(what.id >= floor_id(begin), what.created_at >= begin, what.created_at < end)


def _counts() -> ColumnElement[bool]:
    """Condition on Thread: it stands, is hidden from nobody, and was asked here."""
    return and_(Thread.deleted_at.is_(None), Thread.is_shielded.is_(False), Thread.external_key.is_(None))


def problems(begin: datetime, end: datetime) -> Sequence[AnyRow]:
    """Problems asked from ``begin`` to before ``end``: when, and when first replied to, answered, officially answered.

    ``answered_at`` is that of the accepted answer. A reply of whoever asked is none.
    """
    reply = (
        select(func.min(Post.created_at))
        .join(Voice, Voice.id == Post.voice_id)
        .where(Post.thread_id == Thread.id, Post.parent_id.is_not(None), Post.deleted_at.is_(None))
        .where(Voice.kind != "imported", Voice.participant_id.is_distinct_from(_Asker.participant_id))
        .correlate(Thread, _Asker)
    )
    official = (
        select(func.min(Post.created_at))
        .join(OfficialAnswer, OfficialAnswer.post_id == Post.id)
        .where(OfficialAnswer.thread_id == Thread.id, Post.deleted_at.is_(None))
        .correlate(Thread)
    )
    query = (
        select(
            Thread.network_id,
            Thread.created_at,
            Thread.answered_at,
            reply.scalar_subquery().label("first_reply_at"),
            official.scalar_subquery().label("official_at"),
        )
        .join(_Asker, _Asker.id == Thread.voice_id)
        .where(Thread.kind == "problem", _within(Thread, begin, end), _counts())
    )
    return db.session.execute(query).all()


def writers(begin: datetime, end: datetime) -> Sequence[AnyRow]:
    """Who wrote under their own name, each once in a network: ``network_id`` and ``member_id``."""
    query = (
        select(Thread.network_id, Participant.member_id)
        .select_from(Post)
        .join(Thread, Thread.id == Post.thread_id)
        .join(Voice, Voice.id == Post.voice_id)
        .join(Participant, Participant.id == Voice.participant_id)
        .where(_within(Post, begin, end), Post.deleted_at.is_(None))
        .where(Participant.member_id.is_not(None), _counts())
        .distinct()
    )
    return db.session.execute(query).all()


def tags(begin: datetime, end: datetime) -> Sequence[AnyRow]:
    """Tags of threads begun in that time, by network: ``name`` and ``number``."""
    query = (
        select(Thread.network_id, NetworkTag.name, func.count().label("number"))
        .join(ThreadTag, ThreadTag.thread_id == Thread.id)
        .join(NetworkTag, NetworkTag.id == ThreadTag.tag_id)
        .where(_within(Thread, begin, end), _counts())
        .group_by(Thread.network_id, NetworkTag.name)
    )
    return db.session.execute(query).all()


def duplicates(begin: datetime, end: datetime) -> Sequence[AnyRow]:
    """Threads of which others, begun in that time, are duplicates, by the others' network: ``thread_id``, ``number``.

    Of a thread that is hidden from somebody it is not told that it was asked again.
    """
    query = (
        select(Thread.network_id, Thread.duplicate_of.label("thread_id"), func.count().label("number"))
        .join(_Target, _Target.id == Thread.duplicate_of)
        .where(_Target.deleted_at.is_(None), _Target.is_shielded.is_(False))
        .where(_within(Thread, begin, end), _counts())
        .group_by(Thread.network_id, Thread.duplicate_of)
    )
    return db.session.execute(query).all()
