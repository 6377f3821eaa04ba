"""Filters of the search that only this room can answer: whose posts, and which are new to the reader.

Each is a condition on ``SearchDocument``; whether its reader may see the document is asked beside it.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.text import as_lowered, as_written
from knowledge_exchange.notifications.models import NetworkLevel, Participant
from knowledge_exchange.search.models import SearchDocument
from knowledge_exchange.search.sources import Condition
from knowledge_exchange.threads.models import Post, Voice


def _my_place(me: Me) -> ColumnElement[bool]:
    """Condition on Participant: it is the reader's, sealed ones included."""
    return or_(Participant.member_id == me.id, Participant.id.in_(tuple(me.places.values())))


def is_mine(me: Me, _typed: str) -> ColumnElement[bool]:
    """They wrote it, under whichever name."""
    mine = select(Participant.id).where(_my_place(me))
    written = exists().where(Post.id == SearchDocument.id, Voice.id == Post.voice_id, Voice.participant_id.in_(mine))
    return written.correlate(SearchDocument)


def is_unread(me: Me, _typed: str) -> ColumnElement[bool]:
    """It came after what they have read of its thread, or by marking its network read."""
    read = (
        select(func.coalesce(func.max(Participant.last_read_id), 0))
        .where(Participant.thread_id == SearchDocument.thread_id, _my_place(me))
        .correlate(SearchDocument)
        .scalar_subquery()
    )
    marked = exists().where(
        NetworkLevel.network_id == SearchDocument.network_id,
        NetworkLevel.member_id == me.id,
        NetworkLevel.read_up_to >= SearchDocument.id,
    )
    return and_(SearchDocument.id > read, ~marked.correlate(SearchDocument))


def is_by(me: Me, typed: str) -> ColumnElement[bool]:
    """It stands under that handle or that name, as posts show them: a voice, never the person behind one."""
    name = typed.strip().removeprefix("@")
    if name.lower() == "me":
        return is_mine(me, "")
    spelt = dict.fromkeys(one for way in as_written(name) for one in as_lowered(way))
    is_named = func.lower(Voice.name).in_(tuple(spelt))
    voices = select(Voice.id).where(or_(func.lower(Voice.handle) == name.lower(), is_named))
    return SearchDocument.id.in_(select(Post.id).where(Post.voice_id.in_(voices), Post.deleted_at.is_(None)))


FILTERS: Mapping[str, Condition] = {"mine": is_mine, "unread": is_unread, "by": is_by}
