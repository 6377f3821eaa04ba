"""Moving threads to other networks, and posts to other threads. Nothing here commits, asks for rights or writes a log.

Whoever may not read where they are now loses them at once, everywhere: each read asks. What is shared by those who
may (rooms of sockets, kept pages) goes by the thread's epoch and version.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, delete, insert, select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, insert_or_ignore, table_of
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.networks.care_models import Collection, CollectionItem, NetworkTag
from knowledge_exchange.notifications import moved
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.realtime import push, shielded_rooms
from knowledge_exchange.threads.curation.curation_models import HeldPost, OfficialAnswer, ThreadTag, ThreadTrace
from knowledge_exchange.threads.finding.indexing import index_thread
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.trees import aside

_BLIND = {"synchronize_session": False}
Kept = dict[str, Any]


class CannotRelocate(Exception):
    """It can't be moved, merged or split; the text is a sentence that says why."""


def only_as_a_whole() -> str:
    """Why a thread is neither merged nor split: a pseudonym is of one thread, and so is what hides it."""
    return str(
        _(
            "Posts written under a pseudonym can’t be merged or split, nor can a thread that is hidden from somebody. "
            "It can be moved to another network as it is."
        )
    )


def move(thread: AnyRow, network_id: int, *, leaves_trace: bool = True) -> Kept:
    """Put a thread (its row in its turn: id, network_id, epoch, pinned_until) into another network.

    Its pin goes, for it stood above another list; so do tags and places in collections, which are of a network. A link
    is left behind for those who may follow it. Returns what :func:`move_back` needs.
    """
    kept = {"network": thread.network_id, "pinned_until": _text(thread.pinned_until), **take_off_lists(thread.id)}
    moved.thread_moved(thread.id, thread.network_id, network_id)
    values = {"network_id": network_id, "pinned_until": None}
    db.session.execute(update(HeldPost).where(HeldPost.thread_id == thread.id).values(network_id=network_id))
    db.session.execute(delete(ThreadTrace).filter_by(network_id=network_id, thread_id=thread.id))
    if leaves_trace:
        leave_trace(thread.network_id, thread.id)
    new_room(thread, network_id, **values)
    index_thread(thread.id)
    return kept


def move_back(thread: AnyRow, kept: Mapping[str, Any]) -> None:
    """Undo :func:`move`: the thread goes where it was, with its pin, its tags and its places in collections."""
    there = thread.network_id
    move(thread, kept["network"], leaves_trace=False)
    db.session.execute(delete(ThreadTrace).filter_by(network_id=there, thread_id=thread.id))
    put_on_lists(thread.id, kept)
    until = _moment(kept["pinned_until"])
    if until is not None and until > now():
        db.session.execute(update(Thread).where(Thread.id == thread.id).values(pinned_until=until))


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment is not None else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def new_room(thread: AnyRow, network: int, **values: Any) -> None:
    """Set values of a thread; its events go to another room, where whoever may still see it is moved after the commit.

    In other processes within seconds, and nothing more comes to the old room. That it has changed is told first, so
    that those who are moved hear it once: there. ``network``: where it stands from now on.
    """
    push.tell_thread("thread_changed", thread.id, thread.epoch + 1, network)
    values |= {"epoch": thread.epoch + 1, "version": Thread.version + 1}
    db.session.execute(update(Thread).where(Thread.id == thread.id).values(values), execution_options=_BLIND)
    shielded_rooms.look_again()


def leave_trace(network_id: int, thread_id: int) -> None:
    """A link in that network to where the thread stands."""
    insert_or_ignore(ThreadTrace, {"id": new_id(), "network_id": network_id, "thread_id": thread_id})


def take_off_lists(thread_id: int) -> Kept:
    """Take a thread from its tags and collections, which are of its network; returns them."""
    tags = delete(ThreadTag).where(ThreadTag.thread_id == thread_id).returning(ThreadTag.tag_id)
    gone = delete(CollectionItem).where(CollectionItem.thread_id == thread_id)
    items = gone.returning(CollectionItem.collection_id, CollectionItem.place, CollectionItem.note)
    found = {
        "tags": list(db.session.scalars(tags, execution_options=_BLIND)),
        "collections": [list(row) for row in db.session.execute(items, execution_options=_BLIND)],
    }
    db.session.execute(update(Thread).where(Thread.id == thread_id).values(tags=""), execution_options=_BLIND)
    return found


def put_on_lists(thread_id: int, kept: Mapping[str, Any]) -> None:
    """Put it back, as far as its network still has them."""
    home = select(Thread.network_id).where(Thread.id == thread_id).scalar_subquery()
    tags = select(NetworkTag.id, NetworkTag.slug).where(NetworkTag.id.in_(kept["tags"]), NetworkTag.network_id == home)
    found = db.session.execute(tags.order_by(NetworkTag.slug)).all()
    for tag in found:
        insert_or_ignore(ThreadTag, {"tag_id": tag.id, "thread_id": thread_id})
    if found:
        slugs = " ".join(tag.slug for tag in found)
        db.session.execute(update(Thread).where(Thread.id == thread_id).values(tags=slugs), execution_options=_BLIND)
        index_thread(thread_id)
    put_in_collections(thread_id, kept["collections"])


def put_in_collections(thread_id: int, items: Sequence[Sequence[Any]]) -> None:
    """Put a thread into these collections (id, place, note) of its own network, unless it stands there already."""
    home = select(Thread.network_id).where(Thread.id == thread_id).scalar_subquery()
    ids = [item[0] for item in items]
    there = set(db.session.scalars(select(Collection.id).where(Collection.id.in_(ids), Collection.network_id == home)))
    for collection_id, place, note in items:
        if collection_id in there:
            row = {"collection_id": collection_id, "thread_id": thread_id, "place": place, "note": note}
            insert_or_ignore(CollectionItem, row)


def relocate(posts: Any, target: AnyRow | Thread, *, source: int, merged: bool) -> None:
    """Posts stand in another thread from now on, with their voices, notices and official answers.

    ``posts``: a condition on Post; their parents have been set, and both threads are in their turn. Then the trees are
    put in order (``trees.py``).
    """
    moved.copy_places(source, target.id, merged=merged)
    here = update(Post).where(posts).values(thread_id=target.id, position=aside)
    db.session.execute(here, execution_options=_BLIND)
    _give_voices(target.id)
    came = select(Post.id).where(Post.thread_id == target.id)
    official = and_(OfficialAnswer.post_id.in_(came), OfficialAnswer.thread_id != target.id)
    db.session.execute(update(OfficialAnswer).where(official).values(thread_id=target.id), execution_options=_BLIND)
    told = and_(Notification.post_id.in_(came), Notification.thread_id != target.id)
    moved.posts_moved(told, target.id, target.network_id)


def _give_voices(thread_id: int) -> None:
    """Posts that came from elsewhere are in the voices that their authors have here, who all have a place by now.

    The words of imported people, and of those who were erased, stay in voices that are nobody's.
    """
    columns = (Voice.id, Voice.kind, Voice.name, Voice.handle, Voice.title, Voice.source, Participant.member_id)
    query = select(*columns).join(Post, Post.voice_id == Voice.id).join(Participant)
    foreign = query.where(Post.thread_id == thread_id, Participant.thread_id != thread_id).distinct()
    for voice in db.session.execute(foreign).all():
        theirs = update(Post).where(Post.thread_id == thread_id, Post.voice_id == voice.id)
        db.session.execute(theirs.values(voice_id=_voice_here(voice, thread_id)), execution_options=_BLIND)


def _voice_here(voice: AnyRow, thread_id: int) -> int:
    """The voice of the same member and kind in this thread; made as the other is, if there is none."""
    if voice.member_id is None:
        raise CannotRelocate(only_as_a_whole())
    place = select(Participant.id).where(Participant.thread_id == thread_id, Participant.member_id == voice.member_id)
    place_id = db.session.scalars(place).one()
    found = db.session.scalar(select(Voice.id).where(Voice.participant_id == place_id, Voice.kind == voice.kind))
    if found is not None:
        return found
    facts = {"name": voice.name, "handle": voice.handle, "title": voice.title, "source": voice.source}
    row = {"id": new_id(), "participant_id": place_id, "kind": voice.kind, **facts}
    db.session.execute(insert(table_of(Voice)).values(row))
    return int(row["id"])
