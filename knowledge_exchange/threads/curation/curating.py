"""What moderators do to threads: set, put back, take away whole. Nothing here logs, tells authors or commits.

Each takes the thread's row as it is now, in its turn (``locking.py``), and gives what undoes it. Rights have been
asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, table_of
from knowledge_exchange.networks.care import take_turn
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.notifications import actions as notices
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.files.attachments import named_in, put_aside, settle_files
from knowledge_exchange.threads.finding.indexing import index_thread
from knowledge_exchange.threads.models import Post, PostRevision, Thread
from knowledge_exchange.threads.policy import ANSWERABLE

#: How long a thread stands above the list, at most, and how many of a network's do.
LONGEST_PIN = timedelta(days=90)
MOST_PINNED = 3
#: What an act keeps to undo it: of each column how it was, and how the act left it.
Kept = dict[str, Any]
_TIMES = frozenset({"pinned_until", "locked_at", "archived_at", "answered_at"})


def pinned_now(member_id: int, network_id: int) -> int:
    """How many threads of a network are pinned, as far as this member may see them; in a unit of work that pins one."""
    take_turn(network_id)
    open_to = thread_open_to(Thread.id, member_id, Thread.is_shielded)
    query = select(func.count()).select_from(Thread).where(Thread.network_id == network_id, open_to)
    return db.session.scalar(query.where(Thread.pinned_until > now(), Thread.deleted_at.is_(None))) or 0


def set_facts(thread: AnyRow, **values: Any) -> Kept | None:
    """Set columns of a thread that show on its page; None where they are so already."""
    if all(getattr(thread, name) == value for name, value in values.items()):
        return None
    was = {name: getattr(thread, name) for name in values}
    _write(thread, values)
    return {"was": _plain(was), "now": _plain(values)}


def changed_between(before: AnyRow, after: AnyRow, *names: str) -> Kept:
    """What undoes a change of these columns that another verb has made."""
    was, after_it = ({name: getattr(row, name) for name in names} for row in (before, after))
    return {"was": _plain(was), "now": _plain(after_it)}


def put_back(thread: AnyRow, kept: Kept) -> bool:
    """Set them to what they were; False, and nothing done, where somebody has changed one since."""
    then, was = _read(kept["now"]), _read(kept["was"])
    if any(getattr(thread, name) != value for name, value in then.items()):
        return False
    _write(thread, was)
    return True


def change_kind(thread: AnyRow, kind: str) -> Kept | None:
    """Make it another kind of thread; where that has no answers, the mark of the accepted one goes."""
    if kind == thread.kind:
        return None
    unmarked = {} if kind in ANSWERABLE or thread.answer_id is None else {"answer_id": None, "answered_at": None}
    return set_facts(thread, kind=kind, **unmarked)


def _write(thread: AnyRow, values: Mapping[str, Any]) -> None:
    changed = update(Thread).where(Thread.id == thread.id)
    db.session.execute(changed.values(version=Thread.version + 1, **values), execution_options=_PLAINLY)
    if not _UNFOUND.issuperset(values):
        index_thread(thread.id)
    if "answer_id" in values:
        if thread.answer_id is not None:
            notices.withdraw(Notification.post_id == thread.answer_id, Notification.kind == "accepted")
        marks = {thread.answer_id, values["answer_id"]} - {None}
        for post_id in sorted(marks):
            push.tell_thread("post_changed", thread.id, thread.epoch, thread.network_id, post_id)
    push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)


_PLAINLY = {"synchronize_session": False}
#: Columns that search knows nothing of.
_UNFOUND = frozenset({"pinned_until", "locked_at", "archived_at"})


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON holds them: ids as words, for they are long, and times as ISO."""
    return {name: _word(value) for name, value in values.items()}


def _word(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int) else value


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in values.items()}


def _value(name: str, value: str | None) -> Any:
    if value is None:
        return None
    if name in _TIMES:
        return datetime.fromisoformat(value)
    return int(value) if name == "answer_id" else value


def take_away(thread: AnyRow, gone: str) -> Kept:
    """Take a whole thread away. ``gone``: ``hidden`` leaves its posts where they are; of ``removed`` no text stays.

    Nobody who has it open follows it any more, and what they were told of it goes.
    """
    kept: Kept = {"gone": gone}
    facts: dict[str, Any] = {"deleted_at": now(), "gone": gone, "epoch": Thread.epoch + 1}
    if gone == "removed":
        kept |= {"title": thread.title, **_take_texts(thread.id)}
        facts["title"] = ""
    gone_now = update(Thread).where(Thread.id == thread.id).values(version=Thread.version + 1, **facts)
    db.session.execute(gone_now, execution_options=_PLAINLY)
    index_thread(thread.id)
    notices.withdraw(Notification.thread_id == thread.id)
    push.tell_thread("thread_changed", thread.id, thread.epoch, thread.network_id)
    return kept


def _take_texts(thread_id: int) -> Kept:
    posts = select(Post.id, Post.body, Post.html, Post.renderer).where(Post.thread_id == thread_id)
    texts = {str(row.id): [row.body, row.html, row.renderer] for row in db.session.execute(posts)}
    revisions = take_revisions(Post.thread_id == thread_id)
    emptied = update(Post).where(Post.thread_id == thread_id).values(body="", html="")
    db.session.execute(emptied, execution_options=_PLAINLY)
    put_aside(Post.thread_id == thread_id)
    return {"posts": texts, "revisions": revisions}


def bring_back(thread: AnyRow, kept: Kept) -> bool:
    """Show a thread again that was taken away; False, and nothing done, where it is not gone in that way."""
    if thread.deleted_at is None or thread.gone != kept["gone"]:
        return False
    facts: dict[str, Any] = {"deleted_at": None, "gone": "", "epoch": Thread.epoch + 1}
    if "posts" in kept:
        facts["title"] = kept["title"]
        _give_texts(kept["posts"])
        give_revisions(kept["revisions"])
    back = update(Thread).where(Thread.id == thread.id).values(version=Thread.version + 1, **facts)
    db.session.execute(back, execution_options=_PLAINLY)
    index_thread(thread.id)
    return True


def _give_texts(texts: Mapping[str, list[Any]]) -> None:
    table = table_of(Post)
    given = update(table).where(table.c.id == bindparam("post"))
    given = given.values(body=bindparam("was"), html=bindparam("shown"), renderer=bindparam("by"))
    rows = [{"post": int(id_), "was": body, "shown": html, "by": by} for id_, (body, html, by) in texts.items()]
    if rows:
        db.session.execute(given, rows)
    for row in rows:
        if named_in(row["was"]):
            settle_files(row["post"], row["was"])


def take_revisions(which: Any) -> list[dict[str, Any]]:
    """Take what such posts said before out of the tables; as rows for :func:`give_revisions`."""
    table = table_of(PostRevision)
    of = table.c.post_id.in_(select(Post.id).where(which))
    rows = db.session.execute(select(table).where(of).order_by(table.c.id)).mappings().all()
    db.session.execute(delete(table).where(of))
    return [
        {**row, "id": str(row["id"]), "post_id": str(row["post_id"]), "replaced_at": row["replaced_at"].isoformat()}
        for row in rows
    ]


def give_revisions(rows: list[dict[str, Any]]) -> None:
    """Put them back."""
    read = [
        {
            **row,
            "id": int(row["id"]),
            "post_id": int(row["post_id"]),
            "replaced_at": datetime.fromisoformat(row["replaced_at"]),
        }
        for row in rows
    ]
    if read:
        db.session.execute(insert(table_of(PostRevision)), read)
