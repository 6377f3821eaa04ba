"""What must hold of every thread, whatever was moved, merged or split: recounted from the posts alone."""

from __future__ import annotations

from sqlalchemy import func, select, text

from knowledge_exchange.cli.checking import _INTEGRITY
from knowledge_exchange.core.db import db
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.trees import preorder


def faults() -> list[str]:
    """All that is wrong with the threads of the exchange; none is expected."""
    counted = {what: db.session.scalar(text(query)) for what, query in _INTEGRITY.items()}
    found = [what for what, number in counted.items() if number]
    for thread in db.session.scalars(select(Thread)):
        found += [f"{thread.id} {fault}" for fault in _of_tree(thread)]
    return [*found, *_of_people()]


def _of_tree(thread: Thread) -> list[str]:
    query = select(Post.id, Post.parent_id, Post.depth, Post.position).where(Post.thread_id == thread.id)
    rows = db.session.execute(query.order_by(Post.position)).all()
    if thread.gone == "merged":
        return ["was merged and holds posts"] if rows else []
    expected = preorder([(row.id, row.parent_id) for row in rows])
    wrong = []
    if [(row.id, row.depth) for row in rows] != expected:
        wrong.append("is not in the order of its tree")
    if [row.id for row in rows if row.parent_id is None] != [thread.opening_post_id]:
        wrong.append("has not one opening post")
    if thread.last_post_id != max(row.id for row in rows):
        wrong.append("has another newest post")
    return wrong


def _of_people() -> list[str]:
    """Voices hang on places of the thread in which they speak, and so do notices on what they tell of."""
    strange = select(func.count()).select_from(Post).join(Voice, Voice.id == Post.voice_id)
    strange = strange.join(Participant).where(Participant.thread_id != Post.thread_id)
    opening = select(func.count()).select_from(Thread).join(Post, Post.id == Thread.opening_post_id)
    opening = opening.where(Post.voice_id != Thread.voice_id, Thread.gone != "merged")
    astray = select(func.count()).select_from(Notification).join(Post, Post.id == Notification.post_id)
    astray = astray.join(Thread, Thread.id == Post.thread_id)
    other = (Notification.thread_id != Post.thread_id) | (Notification.network_id != Thread.network_id)
    told_as = select(func.count()).select_from(Notification)
    told_as = told_as.join(Participant, Participant.id == Notification.participant_id)
    counts = {
        "posts in a voice of another thread": strange,
        "threads in a voice that is not their opening's": opening,
        "notices astray": astray.where(other),
        "notices at a place of another thread": told_as.where(Participant.thread_id != Notification.thread_id),
    }
    return [what for what, query in counts.items() if db.session.scalar(query)]
