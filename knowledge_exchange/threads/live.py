"""What the live stream asks of threads (hooks of ``realtime``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import or_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db
from knowledge_exchange.networks.models import Network
from knowledge_exchange.realtime.connections import Room
from knowledge_exchange.realtime.push import thread_room
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.rendering import post_html

#: Ids of one statement.
_CHUNK = 500


def room_of(me: Me, thread_id: int) -> Room | None:
    """The room of a thread's events, if this member may see the thread."""
    found = queries.thread_visible_to(me, thread_id)
    return Room(thread_room(found.id, found.epoch), found.network_id) if found else None


def shielded_rooms(thread_ids: Sequence[int]) -> dict[int, Room]:
    """Of these threads those of which some may know no more, each with the room of its events (hook).

    They are hidden from somebody, or their epoch says that they were moved, merged or taken away.
    """
    found = {}
    for begin in range(0, len(thread_ids), _CHUNK):
        query = select(Thread.id, Thread.epoch, Thread.network_id).where(
            Thread.id.in_(thread_ids[begin : begin + _CHUNK]), or_(Thread.is_shielded, Thread.epoch > 1)
        )
        for row in db.session.execute(query):
            found[row.id] = Room(thread_room(row.id, row.epoch), row.network_id)
    return found


def readers_among(thread_id: int, member_ids: Sequence[int]) -> list[int]:
    """Who of these (active) members may see the thread (hook)."""
    found: list[int] = []
    may_read = queries.readable(Member.id)
    for begin in range(0, len(member_ids), _CHUNK):
        some = Member.id.in_(member_ids[begin : begin + _CHUNK])
        query = select(Member.id).select_from(Thread).join(Network, Network.id == Thread.network_id)
        found += db.session.scalars(query.join(Member, some).where(Thread.id == thread_id, may_read))
    return found


def _threads(thread_ids: Sequence[int]) -> dict[int, Any]:
    query = select(
        Thread.id,
        Thread.kind,
        Thread.title,
        Thread.answer_id,
        Thread.locked_at,
        Thread.archived_at,
        Thread.reply_count,
        Thread.too,
        Thread.official_id,
        Thread.official_review_on,
        Thread.official_withdrawn_at,
    ).where(Thread.id.in_(set(thread_ids)), Thread.deleted_at.is_(None))
    return {row.id: row for row in db.session.execute(query)}


def post_payloads(post_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Posts as browsers get them: HTML free of anything particular to a viewer."""
    rows = queries.posts_by_id(post_ids)
    threads = _threads([row.thread_id for row in rows.values()])
    return {
        row.id: {
            "thread": str(row.thread_id),
            "post": str(row.id),
            "parent": str(row.parent_id) if row.parent_id else None,
            "html": post_html(row, threads[row.thread_id]),
        }
        for row in rows.values()
        if row.thread_id in threads
    }


def thread_payloads(thread_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """States of threads as browsers get them."""
    return {
        row.id: {
            "thread": str(row.id),
            "title": row.title,
            "kind": row.kind,
            "answer": str(row.answer_id) if row.answer_id else None,
            "locked": row.locked_at is not None,
            "replies": row.reply_count,
        }
        for row in _threads(thread_ids).values()
    }
