"""Threads as whoever acts on them needs to see them: also those that are hidden, removed or merged."""

from __future__ import annotations

from typing import cast

from sqlalchemy import bindparam, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, Id, db, is_sqlite
from knowledge_exchange.core.reads import Read, Write
from knowledge_exchange.networks.queries import readable_by
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.threads.models import Thread, Voice
from knowledge_exchange.threads.queries import THREAD

_me = bindparam("me", type_=Id)
_thread = bindparam("thread", type_=Id)
_FOR = Read(
    THREAD.add_columns(Thread.deleted_at, Thread.gone, Thread.merged_into, Voice.kind.label("author_voice")).where(
        Thread.id == _thread, readable_by(_me), thread_open_to(Thread.id, _me, Thread.is_shielded)
    )
)
_PLAIN = select(
    Thread.id,
    Thread.network_id,
    Thread.kind,
    Thread.title,
    Thread.opening_post_id,
    Thread.last_post_id,
    Thread.reply_count,
    Thread.answer_id,
    Thread.answered_at,
    Thread.locked_at,
    Thread.pinned_until,
    Thread.archived_at,
    Thread.deleted_at,
    Thread.gone,
    Thread.is_shielded,
    Thread.acts,
    Thread.epoch,
)
_TURN = Write(select(Thread.id).where(Thread.id == _thread).with_for_update(key_share=True))


def thread_even_gone(me: Me, thread_id: int) -> AnyRow | None:
    """As ``queries.thread_visible_to``, also where it is gone; with how, and ``author_voice``."""
    place = me.places.get(thread_id, 0)
    return cast("AnyRow | None", _FOR.first(me=me.id, thread=thread_id, place=place))


def thread_now(thread_id: int) -> AnyRow | None:
    """A thread for nobody in particular, in its turn: nobody else changes it until this unit of work ends.

    For what undoes an act, whose right has been asked already.
    """
    take_turn(thread_id)
    return db.session.execute(_PLAIN.where(Thread.id == thread_id)).one_or_none()


def take_turn(thread_id: int) -> None:
    """Wait until nobody else changes the thread, and keep others waiting until this unit of work ends."""
    if not is_sqlite():
        _TURN.run(thread=thread_id)
