"""“Helpful”, and “I have this too”: what readers say of posts with one touch. Counted; nobody learns who.

A mark is a keyed hash of its kind, its post and its member: one each, which they can take back. It stands beside no
name and no time, so that it says nothing of anybody who writes there under a pseudonym, then or later. Nothing commits.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import bindparam, delete, select, update

from knowledge_exchange.core import crypto
from knowledge_exchange.core.db import AnyRow, db, insert_or_ignore
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.curation.lasting import touch
from knowledge_exchange.threads.files.attachment_models import Mark
from knowledge_exchange.threads.models import Post, Thread

#: Of any post; of a problem as a whole.
Kind = Literal["helpful", "too"]
HELPFUL: Kind = "helpful"
TOO: Kind = "too"
KINDS = (HELPFUL, TOO)
_PURPOSE = "mark"
#: Posts whose marks are asked for by one statement.
_CHUNK = 500

_MINE = select(Mark.by_hash).where(Mark.by_hash.in_(bindparam("hashes", expanding=True)))


def put(member_id: int, thread: AnyRow, post_id: int, kind: Kind) -> bool:
    """Mark a post (of a thread the opening one), unless they have; returns whether it was done now.

    ``thread``: a row with id, epoch and network_id, whose turn the caller has taken.
    """
    if _is_marked(member_id, kind, post_id):
        return False
    by_hash = crypto.keyed_hash(_PURPOSE, _of(kind, post_id, member_id))
    insert_or_ignore(Mark, {"by_hash": by_hash, "kind": kind, "post_id": post_id})
    _count(thread, post_id, kind, 1)
    return True


def take_back(member_id: int, thread: AnyRow, post_id: int, kind: Kind) -> bool:
    """Take a mark back, if they had made it; returns whether it was done now. ``thread`` as above."""
    gone: Any = db.session.execute(delete(Mark).where(Mark.by_hash.in_(_hashes(kind, post_id, member_id))))
    if gone.rowcount:
        _count(thread, post_id, kind, -1)
    return bool(gone.rowcount)


def marked_by(member_id: int, bearing: Iterable[tuple[Kind, int]]) -> set[tuple[Kind, int]]:
    """Which of these (kind and post of marks that were made) this member made. One statement; of none, none."""
    found: set[tuple[Kind, int]] = set()
    asked = list(bearing)
    for begin in range(0, len(asked), _CHUNK):
        which = {
            by_hash: (kind, post_id)
            for kind, post_id in asked[begin : begin + _CHUNK]
            for by_hash in _hashes(kind, post_id, member_id)
        }
        found |= {which[by_hash] for by_hash in db.session.scalars(_MINE, {"hashes": list(which)})}
    return found


def is_made_by(mark: AnyRow, member_id: int) -> bool:
    """Whether this member made a mark (a row with kind, post_id, by_hash)."""
    return crypto.is_hash_of(mark.by_hash, _PURPOSE, _of(mark.kind, mark.post_id, member_id))


def count_of(post_id: int, kind: Kind) -> int:
    """How many have said so by now."""
    column, which = (Post.helpful, Post.id) if kind == HELPFUL else (Thread.too, Thread.opening_post_id)
    return db.session.scalar(select(column).where(which == post_id)) or 0


def _is_marked(member_id: int, kind: Kind, post_id: int) -> bool:
    return bool(marked_by(member_id, [(kind, post_id)]))


def _count(thread: AnyRow, post_id: int, kind: Kind, by: int) -> None:
    """Count, make kept pages stale, and let open ones take the post in its new form."""
    if kind == HELPFUL:
        db.session.execute(update(Post).where(Post.id == post_id).values(helpful=Post.helpful + by))
        touch(thread.id)
    else:
        touch(thread.id, too=Thread.too + by)
    push.tell_thread("post_changed", thread.id, thread.epoch, thread.network_id, post_id)


def _hashes(kind: Kind, post_id: int, member_id: int) -> list[str]:
    """The key of a mark in every generation of keys."""
    return crypto.every_keyed_hash(_PURPOSE, _of(kind, post_id, member_id))


def _of(kind: Kind, post_id: int, member_id: int) -> str:
    return f"{kind}:{post_id}:{member_id}"
