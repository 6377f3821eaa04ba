"""Moving, merging and splitting threads as moderators do it: rights, the verb, the log, its author, and undoing it.

Whoever does it acts in both networks. Each function works in a unit of work of the caller, on threads in their turn.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from sqlalchemy import case, select, update

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.acts.acting import acted_as, office_of
from knowledge_exchange.moderation.acts.acts import Of, Reason, count_act, details_of, note_act
from knowledge_exchange.moderation.acts.telling_acts import tell_author
from knowledge_exchange.moderation.acts.undoing import CannotUndo, undoable
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.networks.queries import network_page, readable_by
from knowledge_exchange.threads import queries
from knowledge_exchange.threads.curation import relocating
from knowledge_exchange.threads.curation.even_gone import thread_now
from knowledge_exchange.threads.curation.merging import merge as merge_posts
from knowledge_exchange.threads.curation.merging import unmerge
from knowledge_exchange.threads.curation.relocating import CannotRelocate
from knowledge_exchange.threads.curation.splitting import split as split_posts
from knowledge_exchange.threads.curation.splitting import unsplit
from knowledge_exchange.threads.models import Post, Voice

_BLIND = {"synchronize_session": False}


def destinations(me: Me, network_id: int) -> Sequence[AnyRow]:
    """Networks (id, slug, name, visibility) in which somebody acts, by name; without that one."""
    query = select(Network.id, Network.slug, Network.name, Network.visibility).where(Network.id != network_id)
    if office_of(me):
        query = query.where(readable_by(me.id))
    else:
        duty = (NetworkMembership.member_id == me.id, NetworkMembership.role == "moderator")
        query = query.join(NetworkMembership, NetworkMembership.network_id == Network.id).where(*duty)
    return db.session.execute(query.order_by(Network.name)).all()


def move(me: Me, thread: AnyRow, network_id: int, reason: Reason, batch_id: int | None = None) -> int | None:
    """Move a thread (of ``thread_visible_to``) to another network; the act's id, or None where it stands there already.

    Raises :class:`CannotRelocate` where the mover does not act in both.
    """
    if thread.network_id == network_id:
        return None
    if not acted_as(me, thread) or network_id not in {one.id for one in destinations(me, thread.network_id)}:
        raise CannotRelocate(_("You can move threads between networks in which you act. Choose one of them."))
    kept = relocating.move(thread, network_id)
    _cases_follow(thread.id, network_id)
    of, details = Of(thread.network_id, thread.id), {"to": network_id}
    return _noted(me, acted_as(me, thread), "move", of, reason, details, kept, batch_id)


def merge(me: Me, thread: AnyRow, into: AnyRow, reason: Reason, batch_id: int | None = None) -> int:
    """Make a thread part of another (both of ``thread_visible_to``); the act's id. Raises :class:`CannotRelocate`."""
    if not acted_as(me, thread) or not acted_as(me, into):
        raise CannotRelocate(no_such_thread())
    kept = merge_posts(thread, into)
    _log_follows(into.id)
    whole = (ModerationCase.thread_id == thread.id, ModerationCase.decided_at.is_(None))
    there = {"thread_id": into.id, "network_id": into.network_id}
    db.session.execute(update(ModerationCase).where(*whole).values(there), execution_options=_BLIND)
    count_act(into.id)
    of, details = Of(thread.network_id, thread.id), {"into": into.id}
    return _noted(me, acted_as(me, thread), "merge", of, reason, details, kept, batch_id)


def no_such_thread() -> str:
    """What is said of a thread that is not there, that one may not see, and where one may not act: the same of all."""
    return str(_("There is no thread at that address in a network in which you act. Copy the address from its page."))


def split(me: Me, thread: AnyRow, post_ids: Collection[int], title: str, kind: str, reason: Reason) -> tuple[int, int]:
    """Make a thread of its own of posts; the new thread's id and the act's. Raises :class:`CannotRelocate`."""
    if not acted_as(me, thread):
        raise CannotRelocate(no_such_thread())
    new_id, kept = split_posts(thread, post_ids, title, kind)
    _log_follows(new_id)
    of = Of(thread.network_id, thread.id, min(post_ids))
    details = {"to": new_id, "posts": len(set(post_ids))}
    return new_id, _noted(me, acted_as(me, thread), "split", of, reason, details, kept, None)


def _noted(
    me: Me, part: str, action: str, of: Of, reason: Reason, details: dict[str, Any], kept: Any, batch_id: int | None
) -> int:
    act_id = note_act(me, part, action, of, reason, details=details, kept=kept, batch_id=batch_id)
    tell_author(act_id)
    return act_id


def _cases_follow(thread_id: int, network_id: int) -> None:
    """What waits for a decision about a thread waits for those who act where it stands now."""
    waiting = (ModerationCase.thread_id == thread_id, ModerationCase.decided_at.is_(None))
    db.session.execute(update(ModerationCase).where(*waiting).values(network_id=network_id), execution_options=_BLIND)


def _log_follows(thread_id: int) -> None:
    """Acts on posts that came to a thread, and cases about them, name it from now on.

    A splitting stays with the thread that it was done to.
    """
    came = select(Post.id).where(Post.thread_id == thread_id)
    acts = (ModerationAct.post_id.in_(came), ModerationAct.thread_id != thread_id, ModerationAct.action != "split")
    # Their author's place is another, too: by it a moderator is known to be the author, and judges no act on it.
    place = select(Voice.participant_id).join(Post, Post.voice_id == Voice.id).where(Post.id == ModerationAct.post_id)
    whose = case((ModerationAct.participant_id.is_not(None), place.correlate(ModerationAct).scalar_subquery()))
    follow = update(ModerationAct).where(*acts).values(thread_id=thread_id, participant_id=whose)
    db.session.execute(follow, execution_options=_BLIND)
    cases = (ModerationCase.post_id.in_(came), ModerationCase.thread_id != thread_id)
    db.session.execute(update(ModerationCase).where(*cases).values(thread_id=thread_id), execution_options=_BLIND)


def _undo_move(me: Me, act: AnyRow, kept: dict[str, Any]) -> None:
    thread = thread_now(act.thread_id)
    if thread is None or thread.deleted_at is not None or thread.network_id != details_of(act)["to"]:
        raise CannotUndo(_("The thread does not stand there any more: it was moved on, or taken away."))
    home = db.session.scalar(select(Network.slug).where(Network.id == kept["network"]))
    network = network_page(me, home) if home is not None else None
    if network is None or not acted_as(me, network):
        raise CannotUndo(_("You don’t act in the network that it came from. Ask somebody who does."))
    relocating.move_back(thread, kept)
    _cases_follow(thread.id, kept["network"])


def _undo_merge(me: Me, act: AnyRow, kept: dict[str, Any]) -> None:
    thread, into = thread_now(act.thread_id), _in_sight(me, kept["into"])
    if thread is None or thread.gone != "merged":
        raise CannotUndo(_("The thread was taken away since."))
    _undone(lambda: unmerge(thread, into, kept))
    _log_follows(thread.id)
    _cases_follow(thread.id, thread.network_id)
    count_act(into.id)


def _undo_split(me: Me, act: AnyRow, kept: dict[str, Any]) -> None:
    thread, new = _in_sight(me, act.thread_id), _in_sight(me, kept["thread"])
    _undone(lambda: unsplit(thread, new, kept))
    _log_follows(thread.id)
    count_act(new.id)


def _in_sight(me: Me, thread_id: int) -> AnyRow:
    """The other thread, if it stands and whoever undoes this acts there, too."""
    found = queries.thread_visible_to(me, thread_id)
    if found is None or not acted_as(me, found):
        raise CannotUndo(_("The other thread was moved, merged or taken away since."))
    return found


def _undone(undo: Any) -> None:
    try:
        undo()
    except CannotRelocate as why:
        raise CannotUndo(str(why)) from why


def init_app(app: Flask) -> None:
    """Say how each is undone."""
    undoable(app, "move", _undo_move)
    undoable(app, "merge", _undo_merge)
    undoable(app, "split", _undo_split)
