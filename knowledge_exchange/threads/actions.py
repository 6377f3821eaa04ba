"""The verbs of threads. They write and say who hears of it; they never commit.

Rights have been asked of ``policy`` by the caller; text has been rendered before the unit of work
(rendering may wait for a helper process, and nothing in a unit of work may wait).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import delete, select, update

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.core.markup import RENDERER_VERSION, mentions_in, render
from knowledge_exchange.core.order import FIRST, key_between
from knowledge_exchange.networks.shield import Hidden, raise_shield
from knowledge_exchange.notifications import actions as notices
from knowledge_exchange.notifications import telling
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.notifications.telling import Event
from knowledge_exchange.realtime import push
from knowledge_exchange.threads import statements
from knowledge_exchange.threads.composing.network_mentions import mentioned_members
from knowledge_exchange.threads.files.attachments import delete_of_post, settle_files
from knowledge_exchange.threads.finding.indexing import index_posts, index_thread
from knowledge_exchange.threads.models import Post, PostRevision, Thread
from knowledge_exchange.threads.veils.speaking import NOBODY, OWN, Speaker, speak, speaking


@dataclass(frozen=True)
class Text:
    """What somebody wrote, rendered and read for mentions."""

    body: str
    html: str
    mentions: tuple[str, ...]


def written(body: str) -> Text:
    """Render a text; call it outside any unit of work."""
    html = render(body)
    return Text(body, html, tuple(mentions_in(html)))


def start_thread(
    me: Me,
    network_id: int,
    kind: str,
    title: str,
    text: Text,
    voice: str = OWN,
    hidden: Hidden | None = None,
) -> tuple[int, int]:
    """Open a thread with its opening post, in one's own name or (``voice``) under a pseudonym; returns their ids.

    ``hidden``: from whom the thread is to be hidden.
    """
    post_id = new_id()
    thread = Thread(
        id=new_id(),
        network_id=network_id,
        kind=kind,
        title=title,
        voice_id=0,  # known in a moment: voice and participant refer to the thread
        opening_post_id=post_id,
        last_post_id=post_id,
        is_shielded=hidden is not None,
    )
    db.session.add(thread)
    db.session.flush()
    if hidden is not None:
        raise_shield(thread.id, replace(hidden, is_named=voice == OWN))
    speaker = speak(me, thread.id, voice)
    thread.voice_id = speaker.voice_id
    notices.read_up_to(speaker.place_id, post_id)
    statements.INSERT_POST.run(id=post_id, **_facts(thread.id, None, thread.voice_id, FIRST, 0, text))
    _attach(me, speaker, post_id, text)
    index_posts([post_id])
    event = _event(speaker, network_id, thread.id, title, post_id)
    group = _group(me, speaker, network_id, text)
    telling.tell_of_post(event, speaker.member_id, None, text.mentions, why="new_thread", group=group)
    return thread.id, post_id


def _facts(
    thread_id: int, parent_id: int | None, voice_id: int, position: str, depth: int, text: Text
) -> dict[str, Any]:
    """A new post's columns, but its id."""
    return {
        "thread_id": thread_id,
        "parent_id": parent_id,
        "voice_id": voice_id,
        "position": position,
        "depth": depth,
        "body": text.body,
        "html": text.html,
        "renderer": RENDERER_VERSION,
        "created_at": now(),
    }


def reply(me: Me, thread: AnyRow, parent: AnyRow, text: Text, voice: str = OWN) -> int:
    """Answer a post of the thread (as ``queries.post_by_id`` gives it); returns the reply's id.

    ``voice`` counts for the first post in a thread; whoever writes there already keeps theirs.

    The thread's row is written first: that makes repliers to one thread queue (PostgreSQL), so that
    no two take the same position.
    """
    return reply_as(me, thread, parent, text, speak(me, thread.id, voice))


def reply_as(me: Me, thread: AnyRow, parent: AnyRow, text: Text, speaker: Speaker, why: str = "reply") -> int:
    """Answer a post in a voice that has been settled; ``why`` is what those who watch are told."""
    before = _count_up(thread.id)
    position = _place_under(thread.id, parent)
    # Another process's clock may be ahead: what is read later must have the higher id.
    post_id = max(new_id(), before + 1)
    facts = _facts(thread.id, parent.id, speaker.voice_id, position, parent.depth + 1, text)
    statements.INSERT_POST.run(id=post_id, **facts)
    _attach(me, speaker, post_id, text)
    statements.NEWEST_IS.run(newest=post_id, thread=thread.id)
    index_posts([post_id])
    if speaker.last_read_id >= before:
        notices.read_up_to(speaker.place_id, post_id)
    event = _event(speaker, thread.network_id, thread.id, thread.title, post_id)
    group = _group(me, speaker, thread.network_id, text)
    telling.tell_of_post(event, speaker.member_id, parent.participant_id, text.mentions, why=why, group=group)
    push.tell_thread("post", thread.id, thread.epoch, thread.network_id, post_id)
    return post_id


def _attach(me: Me, speaker: Speaker, post_id: int, text: Text) -> None:
    """A new post gets the files that its text names."""
    settle_files(post_id, text.body, me.id, is_new=True, sealed=speaker.member_id == NOBODY)


def _count_up(thread_id: int) -> int:
    """One reply more; returns which post was the newest until now."""
    return int(statements.COUNT_UP.run(thread=thread_id)[0].last_post_id)


def _place_under(thread_id: int, parent: AnyRow) -> str:
    """Position of a new reply: behind the last of its parent's branch."""
    found = None
    if parent.depth:  # the opening post's branch is the whole thread
        found = statements.FOLLOWING.first(thread=thread_id, position=parent.position, depth=parent.depth)
    if found is None:
        return key_between(statements.LAST.scalar(thread=thread_id), None)
    return key_between(statements.LAST_BEFORE.scalar(thread=thread_id, position=found.position), found.position)


def _participant_of(post_id: int) -> int | None:
    """Whose post it is, as a participant."""
    found = statements.PARTICIPANT.first(post=post_id)
    return found.participant_id if found else None


def _group(me: Me, speaker: Speaker, network_id: int, text: Text) -> set[int]:
    """Members of the networks that a text mentions; where a pseudonym speaks, of the thread's own network alone."""
    return mentioned_members(me, text.mentions, network_id if speaker.member_id == NOBODY else None)


def _event(speaker: Speaker, network_id: int, thread_id: int, title: str, post_id: int) -> Event:
    facts = {"name": speaker.name, "title": title}
    return Event(
        by_participant_id=speaker.place_id,
        network_id=network_id,
        thread_id=thread_id,
        post_id=post_id,
        url=f"/p/{post_id}",
        text=lambda why: _TEXTS[why]() % facts,
    )


#: What a notice says, by why it is sent.
_TEXTS: dict[str, Callable[[], str]] = {
    "direct_reply": lambda: _("%(name)s answered you in “%(title)s”"),
    "mention": lambda: _("%(name)s mentioned you in “%(title)s”"),
    "network_mention": lambda: _("%(name)s mentioned your network in “%(title)s”"),
    "reply": lambda: _("%(name)s replied in “%(title)s”"),
    "official": lambda: _("%(name)s answered officially in “%(title)s”"),
    "new_thread": lambda: _("%(name)s started “%(title)s”"),
    "accepted": lambda: _("%(name)s accepted your answer in “%(title)s”"),
}


#: Of an answer that is new, or is none any more, nobody has said whether it still holds.
_UNCHECKED = {"answer_checked_at": None, "answer_asked_at": None}


def edit(me: Me, thread: AnyRow, post: AnyRow, text: Text, title: str | None) -> None:
    """Replace a post's text (and, in the opening post, the title); what it said before is kept.

    Nobody is told of an edit, but those whom it mentions for the first time.
    """
    _keep_revision(post.id, thread.title if title else None)
    db.session.execute(
        update(Post)
        .where(Post.id == post.id)
        .values(body=text.body, html=text.html, renderer=RENDERER_VERSION, edited_at=now())
    )
    values = {"title": title} if title else {}
    _touch(thread.id, **values)
    index_posts([post.id])
    speaker = speaking(me, thread)
    settle_files(post.id, text.body, me.id, sealed=speaker.member_id == NOBODY)
    event = _event(speaker, thread.network_id, thread.id, title or thread.title, post.id)
    telling.tell_newly_mentioned(event, speaker.member_id, text.mentions, _group(me, speaker, thread.network_id, text))
    _tell_changed(thread, post.id)
    if values:
        push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)


def _keep_revision(post_id: int, title: str | None) -> None:
    said = select(Post.body, Post.html).where(Post.id == post_id)
    before = db.session.execute(said).one()
    db.session.add(PostRevision(post_id=post_id, title=title, body=before.body, html=before.html))


def _touch(thread_id: int, **values: Any) -> None:
    """Something that shows has changed: cached bodies are stale."""
    db.session.execute(update(Thread).where(Thread.id == thread_id).values(version=Thread.version + 1, **values))


def _tell_changed(thread: AnyRow, post_id: int) -> None:
    push.tell_thread("post_changed", thread.id, thread.epoch, thread.network_id, post_id)


def delete_post(thread: AnyRow, post: AnyRow) -> bool:
    """Take one's own post away: its text goes everywhere, a stub stays where replies hang.

    An opening post without replies takes the thread with it; returns whether it did.
    """
    notices.cancel_post(post.id)
    db.session.execute(delete(PostRevision).where(PostRevision.post_id == post.id))
    delete_of_post(post.id)
    gone = {"body": "", "html": "", "deleted_at": now(), "edited_at": None}
    db.session.execute(update(Post).where(Post.id == post.id).values(**gone))
    if post.parent_id is None and thread.reply_count == 0:
        _touch(thread.id, deleted_at=now())
        index_thread(thread.id)
        push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)
        return True
    values: dict[str, Any] = {}
    if thread.answer_id == post.id:
        values = {"answer_id": None, "answered_at": None, **_UNCHECKED}
    if post.parent_id is not None:
        values["reply_count"] = Thread.reply_count - 1
    _touch(thread.id, **values)
    if "answer_id" in values:
        index_thread(thread.id)
    else:
        index_posts([post.id])
    _tell_changed(thread, post.id)
    if values:
        push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)
    return False


def accept(me: Me, thread: AnyRow, post: AnyRow) -> None:
    """Mark a reply as the answer, in place of any other; its author is told."""
    _touch(thread.id, **_UNCHECKED, answer_id=post.id, answered_at=now())
    index_thread(thread.id)
    speaker = speaking(me, thread)
    event = _event(speaker, thread.network_id, thread.id, thread.title, post.id)
    # At most one notice per member and post: the news that it was accepted replaces an older one.
    notices.withdraw(Notification.post_id == post.id, Notification.participant_id == _participant_of(post.id))
    telling.tell_participant(event, _participant_of(post.id), "accepted", but=speaker.member_id)
    for changed in {post.id, thread.answer_id} - {None}:
        _tell_changed(thread, changed)
    push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)


def unaccept(thread: AnyRow) -> None:
    """Take back that a reply is the answer."""
    _touch(thread.id, **_UNCHECKED, answer_id=None, answered_at=None)
    index_thread(thread.id)
    if thread.answer_id is not None:
        notices.withdraw(Notification.post_id == thread.answer_id, Notification.kind == "accepted")
        _tell_changed(thread, thread.answer_id)
    push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)
