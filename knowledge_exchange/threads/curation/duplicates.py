"""Threads that ask what another has asked: each points to that other, and both show the answers of the two.

What is shown of the other thread is what its reader may read of it: where they may not, there is nothing, not even that
there is something. Nothing here commits.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, and_, case, select, update
from sqlalchemy.orm import aliased

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, AnySelect, db
from knowledge_exchange.networks.models import Network
from knowledge_exchange.threads.curation.lasting import tell_changed, touch
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.queries import readable

#: Of the duplicates of one thread, so many are listed.
MOST_SHOWN = 20
#: Steps from a duplicate to what it is a duplicate of: one, but for threads that were marked at the same moment.
_MOST_STEPS = 8

_Answer = aliased(Post)
_Answerer = aliased(Voice)


def _shown(me: Me) -> AnySelect:
    """Threads that this member may read, each with its answer: the official one if there is one."""
    is_official = and_(Thread.official_id.is_not(None), Thread.official_withdrawn_at.is_(None))
    answer = case((is_official, Thread.official_id), else_=Thread.answer_id)
    return (
        select(
            Thread.id,
            Thread.title,
            Thread.reply_count,
            Thread.duplicate_of,
            Thread.official_id,
            Thread.official_review_on,
            Thread.official_withdrawn_at,
            Network.name.label("network_name"),
            _Answer.id.label("answer_id"),
            _Answer.html.label("answer_html"),
            _Answerer.name.label("answer_name"),
            _Answerer.title.label("answer_role"),
        )
        .join(Network, Network.id == Thread.network_id)
        .outerjoin(_Answer, (_Answer.id == answer) & _Answer.deleted_at.is_(None))
        .outerjoin(_Answerer, _Answerer.id == _Answer.voice_id)
        .where(readable(me.id))
    )


def target_of(me: Me, thread: AnyRow) -> AnyRow | None:
    """What a thread is a duplicate of, with its answer; None where it is of none, or of one that is not for them."""
    if thread.duplicate_of is None:
        return None
    return db.session.execute(_shown(me).where(Thread.id == thread.duplicate_of)).one_or_none()


def copies_of(me: Me, thread_id: int) -> Sequence[AnyRow]:
    """The duplicates of a thread that this member may read, with their answers; the newest first."""
    mine = _shown(me).where(Thread.duplicate_of == thread_id)
    return db.session.execute(mine.order_by(Thread.id.desc()).limit(MOST_SHOWN)).all()


def root_of(me: Me, thread_id: int) -> int | None:
    """What a thread is in the end a duplicate of, as far as this member may follow it, or itself.

    None where they may not read the thread itself.
    """
    here: int | None = None
    ahead: int | None = thread_id
    for _step in range(_MOST_STEPS):
        row = db.session.execute(_link_of(ahead or 0).where(readable(me.id))).one_or_none()
        if row is None:
            break
        here, ahead = row.id, row.duplicate_of
        if ahead is None:
            break
    return here


def _link_of(thread_id: int) -> Select[int, int | None]:
    query = select(Thread.id, Thread.duplicate_of).join(Network, Network.id == Thread.network_id)
    return query.where(Thread.id == thread_id)


def is_for_all_readers(thread: AnyRow, target: AnyRow) -> bool:
    """Whether everybody who may read a thread may read the other; both as ``queries.thread_visible_to`` gives them.

    Else the log, the notice to its author and its open pages would tell some of them that there is something.
    """
    return not target.is_shielded and (target.network_id == thread.network_id or target.visibility == "open")


def points_to(thread_id: int) -> int | None:
    """What a thread is a duplicate of, as it stands; for whoever acts on it, or undoes that."""
    return db.session.scalar(select(Thread.duplicate_of).where(Thread.id == thread_id))


def mark(thread: AnyRow, target_id: int) -> list[int]:
    """A thread is a duplicate of another; its own duplicates are that one's from now on.

    ``thread``: a row with id, epoch and network_id. Returns the ids of those duplicates, to undo it.
    """
    if _leads_to(target_id, thread.id):
        # By a thread that whoever does it may not read, and is not to be told of: the newer word holds.
        touch(target_id, duplicate_of=None)
    theirs = update(Thread).where(Thread.duplicate_of == thread.id)
    moved = theirs.values(duplicate_of=target_id, version=Thread.version + 1).returning(Thread.id)
    copies = list(db.session.scalars(moved, execution_options={"synchronize_session": False}))
    touch(thread.id, duplicate_of=target_id)
    touch(target_id)
    tell_changed(thread)
    return copies


def _leads_to(thread_id: int, goal: int) -> bool:
    """Whether a thread is a duplicate of the other, be it by several steps. For nobody's eyes."""
    here: int | None = thread_id
    for _step in range(_MOST_STEPS):
        if here is None or here == goal:
            return here == goal
        here = points_to(here)
    return False


def unmark(thread: AnyRow, target_id: int, copies: Sequence[int] = (), before: int | None = None) -> None:
    """It is none, or of ``before`` again; ``copies`` are its own again, unless they were marked otherwise since."""
    touch(thread.id, duplicate_of=before)
    touch(target_id)
    theirs = update(Thread).where(Thread.id.in_(copies), Thread.duplicate_of == target_id)
    back = theirs.values(duplicate_of=thread.id, version=Thread.version + 1)
    db.session.execute(back, execution_options={"synchronize_session": False})
    tell_changed(thread)
