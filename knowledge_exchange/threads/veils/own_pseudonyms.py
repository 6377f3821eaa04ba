"""Where somebody writes under a pseudonym: found by their own sealed list, and by nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, func, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, AnySelect, db
from knowledge_exchange.networks.models import Network
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.queries import readable

#: Newest first; who writes in more under pseudonyms finds the older ones in their networks.
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Mine:
    """A thread in which one writes under a pseudonym. ``unread``: what others wrote there since one was there."""

    thread: AnyRow
    started: bool
    mine: int
    unread: int


def mine(me: Me) -> list[Mine]:
    """All that may be read now, the one with the newest post first. Two statements, none without places."""
    places = list(me.places.values())
    if not places:
        return []
    counts = _counts(places)
    return [
        Mine(row, row.opened_by == row.voice_id, *counts.get(row.place_id, (0, 0)))
        for row in db.session.execute(_threads(me, places))
    ]


def _threads(me: Me, places: list[int]) -> AnySelect:
    return (
        select(
            Thread.id,
            Thread.kind,
            Thread.title,
            Thread.reply_count,
            Thread.answer_id,
            Thread.locked_at,
            Thread.last_post_id,
            Thread.voice_id.label("opened_by"),
            Network.slug.label("network_slug"),
            Network.name.label("network_name"),
            Voice.id.label("voice_id"),
            Voice.name,
            Participant.id.label("place_id"),
        )
        .join(Network, Network.id == Thread.network_id)
        .join(Participant, Participant.thread_id == Thread.id)
        .join(Voice, Voice.participant_id == Participant.id)
        .where(Participant.id.in_(places), readable(me.id))
        .order_by(Thread.last_post_id.desc())
        .limit(MOST_SHOWN)
    )


def _counts(places: list[int]) -> dict[int, tuple[int, int]]:
    """Of each place, how many posts are its own, and how many of others are unread."""
    is_own = func.coalesce(Voice.participant_id, 0) == Participant.id
    # As on the thread's page: nothing is unread before one's first visit.
    is_new = and_(~is_own, Participant.last_read_id > 0, Post.id > Participant.last_read_id)
    query = (
        select(
            Participant.id,
            func.count().filter(is_own).label("mine"),
            func.count().filter(is_new).label("unread"),
        )
        .join(Post, Post.thread_id == Participant.thread_id)
        .join(Voice, Voice.id == Post.voice_id)
        .where(Participant.id.in_(places), Post.deleted_at.is_(None))
        .group_by(Participant.id)
    )
    return {row.id: (row.mine, row.unread) for row in db.session.execute(query)}
