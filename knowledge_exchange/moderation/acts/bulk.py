"""Acts on many threads of a network at once: each by itself, in a unit of work of its own, with a word on each.

What could not be done to one keeps back none of the others. They share a batch, by which they are undone together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, db, unit_of_work
from knowledge_exchange.moderation.acts import thread_acts
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.acts.act_words import words_of
from knowledge_exchange.moderation.acts.acting import acted_as
from knowledge_exchange.moderation.acts.undoing import CannotUndo, act_by_id, may_undo, undo
from knowledge_exchange.moderation.moving import moving
from knowledge_exchange.moderation.orders import Order, Refused
from knowledge_exchange.networks.models import Network
from knowledge_exchange.threads.curation.even_gone import take_turn, thread_even_gone
from knowledge_exchange.threads.curation.relocating import CannotRelocate
from knowledge_exchange.threads.locking import locked_threads, with_place_of_now
from knowledge_exchange.threads.models import Thread
from knowledge_exchange.threads.policy import is_mine
from knowledge_exchange.threads.queries import readable

#: Threads of one form.
MOST_AT_ONCE = 50
#: What can be done to many, in the order of the form.
ACTIONS = (
    *("lock", "unlock", "archive", "unarchive", "pin", "unpin", "move", "merge", "change_kind"),
    *("hide_thread", "remove_thread"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be done to all: the act with its reason, the threads with what was known of each, and where to."""

    order: Order
    #: By thread: how many acts it had seen when the form was made.
    seen: Mapping[int, str]
    #: Of a move, the network; of a merging, the thread that the others become part of.
    goal: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one thread: whether it was done, and why not."""

    thread_id: int
    title: str
    is_done: bool
    said: str


class _Not(Exception):
    """It was not done; the text says why."""


def to_choose(me: Me, network_id: int, before: int | None, most: int) -> Sequence[AnyRow]:
    """Threads of a network, newest activity first, as far as this member may read them."""
    columns = (Thread.id, Thread.title, Thread.kind, Thread.reply_count, Thread.last_post_id, Thread.acts)
    marks = (Thread.locked_at, Thread.archived_at, Thread.pinned_until)
    query = select(*columns, *marks).join(Network, Network.id == Thread.network_id)
    query = query.where(Thread.network_id == network_id, readable(me.id))
    if before is not None:
        query = query.where(Thread.last_post_id < before)
    return db.session.execute(query.order_by(Thread.last_post_id.desc()).limit(most)).all()


def chosen(me: Me, network_id: int, thread_ids: Sequence[int]) -> Sequence[AnyRow]:
    """Those of these threads that stand in the network and that this member may read, in the order of their ids."""
    columns = (Thread.id, Thread.title, Thread.acts)
    query = select(*columns).join(Network, Network.id == Thread.network_id).where(readable(me.id))
    wanted = query.where(Thread.network_id == network_id, Thread.id.in_(thread_ids)).order_by(Thread.id)
    return db.session.execute(wanted).all()


def do(me: Me, network: AnyRow, wish: Wish) -> list[Outcome]:
    """Do it to each; that ``me`` acts in the network has been asked."""
    others = [id_ for id_ in wish.seen if wish.order.action != "merge" or id_ != wish.goal]
    return [_one(me, network, wish, thread_id) for thread_id in others]


def _one(me: Me, network: AnyRow, wish: Wish, thread_id: int) -> Outcome:
    title = _title(me, thread_id)
    try:
        with unit_of_work():
            _done_to(me, network, wish, thread_id)
    except (_Not, CannotRelocate) as why:
        return Outcome(thread_id, title, False, str(why))
    except Refused as why:
        return Outcome(thread_id, title, False, " ".join(why.errors.values()))
    return Outcome(thread_id, title, True, str(words_of(wish.order.action).log))


def _title(me: Me, thread_id: int) -> str:
    found = thread_even_gone(me, thread_id)
    return str(found.title) if found is not None and found.title else _("A thread that is not here")


def _done_to(me: Me, network: AnyRow, wish: Wish, thread_id: int) -> None:
    """Do it to one, in its turn; raises what says why not."""
    action = wish.order.action
    if action == "merge":
        rows = locked_threads(me, [thread_id, wish.goal])
    else:
        take_turn(thread_id)
    thread = _as_known(me, network, wish, thread_id)
    if action == "move":
        done = moving.move(me, thread, wish.goal, wish.order.reason, wish.order.batch_id)
    elif action == "merge":
        if wish.goal not in rows:
            raise _Not(moving.no_such_thread())
        done = moving.merge(me, thread, rows[wish.goal], wish.order.reason, wish.order.batch_id)
    else:
        done = thread_acts.act(me, thread, wish.order) if _may(me, thread, action) else None
    if done is None:
        raise _Not(_("It is so already: nothing has changed."))


def _as_known(me: Me, network: AnyRow, wish: Wish, thread_id: int) -> AnyRow:
    """The thread, as it was when it was chosen."""
    thread = thread_even_gone(me, thread_id)
    if thread is None or thread.deleted_at is not None or thread.network_id != network.id:
        raise _Not(_("It does not stand in this network any more: it was moved or taken away."))
    if not acted_as(me, with_place_of_now(me, thread)):
        raise _Not(_("You write in this thread, so you don’t moderate it. Leave it to somebody else."))
    if str(thread.acts) != wish.seen[thread_id]:
        raise _Not(_("Somebody has acted on it meanwhile. Look at it first."))
    return thread


def _may(me: Me, thread: AnyRow, action: str) -> bool:
    if thread_acts.may_act(me, thread, action):
        return True
    if action in thread_acts.offered(thread) and is_mine(thread, thread.author_participant_id):
        raise _Not(_("It is a thread of your own: leave that to another moderator."))
    return False


def acts_of(batch_id: int) -> Sequence[int]:
    """The acts of a batch, the latest first: what was merged last is undone first."""
    query = select(ModerationAct.id).where(ModerationAct.batch_id == batch_id, ModerationAct.undone_at.is_(None))
    return db.session.scalars(query.order_by(ModerationAct.id.desc())).all()


def undo_all(me: Me, batch_id: int) -> list[Outcome]:
    """Undo each act of a batch that this member may undo; the others are not spoken of."""
    found = []
    for act_id in acts_of(batch_id):
        act = act_by_id(act_id)
        if act is not None and may_undo(me, act):
            found.append(_undone(me, act))
    return found


def _undone(me: Me, act: AnyRow) -> Outcome:
    try:
        with unit_of_work():
            undo(me, act.id)
    except CannotUndo as why:
        return Outcome(act.thread_id, _title(me, act.thread_id), False, why.sentence)
    said = _("Undone: %(what)s", what=words_of(act.action).log)
    return Outcome(act.thread_id, _title(me, act.thread_id), True, said)
