"""Undoing acts: each kind of act says how, and nothing is undone over what somebody else has done since."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.sealed_list import places_of
from knowledge_exchange.core.clock import now, rounded_now
from knowledge_exchange.core.db import AnyRow, db, table_of
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.acts.acting import acted_as, office_of, rank
from knowledge_exchange.moderation.acts.acts import count_act, details_of, kept_of
from knowledge_exchange.moderation.acts.telling_acts import tell_undone
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.queries import network_page
from knowledge_exchange.threads.curation.even_gone import take_turn, thread_even_gone
from knowledge_exchange.threads.policy import is_mine

#: Takes who undoes it, the act's row and what was kept. Raises :class:`CannotUndo`, and has then changed nothing.
Undo = Callable[[Me, AnyRow, dict[str, Any]], None]
#: Whether somebody may undo such an act, where the rule of :func:`may_undo` is not the one.
May = Callable[[Me, AnyRow], bool]


class CannotUndo(Exception):
    """It can't be undone, and nothing has changed. ``sentence``: why, and what to do instead, in plain words."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class _Way:
    undo: Undo
    may: May | None


def undoable(app: Flask, action: str, undo: Undo, may: May | None = None) -> None:
    """Say how acts of that name are undone (and, if not as :func:`may_undo` has it, by whom)."""
    app.extensions.setdefault("ke_undoing", {})[action] = _Way(undo, may)


def _way(action: str) -> _Way | None:
    return cast("_Way | None", current_app.extensions.get("ke_undoing", {}).get(action))


def act_by_id(act_id: int) -> AnyRow | None:
    """All columns of an act; who may see it is asked elsewhere."""
    return db.session.execute(select(*table_of(ModerationAct).c).where(ModerationAct.id == act_id)).one_or_none()


def part_in(me: Me, act: AnyRow) -> str:
    """As what somebody may act where the act (a row) happened; empty where they may not see or not act there."""
    if act.thread_id is not None:
        thread = thread_even_gone(me, act.thread_id)
        judges_self = thread is not None and is_mine(thread, act.participant_id) and act.actor_id != me.id
        return "" if thread is None or judges_self else acted_as(me, thread)
    slug = db.session.scalar(select(Network.slug).where(Network.id == act.network_id))
    network = network_page(me, slug) if slug is not None else None
    return acted_as(me, network) if network is not None else ""


def can_be_undone(act: AnyRow) -> bool:
    """Whether there is a way, it has not been gone, and the time for it is not over."""
    in_time = act.final_at is None or act.final_at > now()
    return _way(act.action) is not None and act.undone_at is None and in_time


def may_undo(me: Me, act: AnyRow) -> bool:
    """Whoever may act there and is no lower than who acted, or did it themselves; never on what they wrote.

    A lead moderator who moved a thread to where they are a moderator can take that back, though a lead acted.
    """
    way = _way(act.action)
    if way is None or not can_be_undone(act):
        return False
    if way.may is not None:
        return way.may(me, act)
    part = part_in(me, act)
    return bool(part) and (act.actor_id == me.id or rank(part) >= rank(act.acted_as))


def undo(me: Me, act_id: int) -> None:
    """Undo an act, once, and tell its author; in a unit of work. Rights have been asked by the caller.

    Raises :class:`CannotUndo`: leave the unit of work with it, so that nothing changes.
    """
    act = act_by_id(act_id)
    undone_as = (part_in(me, act) if act is not None else "") or office_of(me)
    take_back(me, act_id, undone_as)
    tell_undone(act_id, undone_as)


def take_back(me: Me, act_id: int, undone_as: str) -> None:
    """The same without telling the author: whoever calls it tells them more."""
    act = _in_turn(act_id)
    way = _way(act.action) if act is not None else None
    if act is None or way is None:
        raise CannotUndo(_("This can’t be undone."))
    _check_time(act)
    # Perhaps since a moment ago, in another window: the act would stand beside their name.
    if act.thread_id in places_of(me.id):
        raise CannotUndo(_("You write in this thread under a pseudonym, so you don’t act there. Leave it to another."))
    way.undo(me, act, kept_of(act) or {})
    _note(me, act, undone_as)


def _in_turn(act_id: int) -> AnyRow | None:
    """The act as it is now; nobody else undoes it until this unit of work ends. Its thread's turn comes first."""
    act = act_by_id(act_id)
    for thread_id in sorted(_threads_of(act)) if act is not None else ():
        take_turn(thread_id)
    query = select(*table_of(ModerationAct).c).where(ModerationAct.id == act_id)
    return db.session.execute(query.with_for_update()).one_or_none()


def _threads_of(act: AnyRow) -> set[int]:
    """The act's thread, and the other one of a merging or splitting: no two who take both turns wait for each other."""
    kept = kept_of(act) or {}
    return {one for one in (act.thread_id, kept.get("into"), kept.get("thread")) if isinstance(one, int)}


def _check_time(act: AnyRow) -> None:
    if act.undone_at is not None:
        raise CannotUndo(_("Somebody has undone this already."))
    if act.final_at is not None and act.final_at <= now():
        raise CannotUndo(_("This could be undone for seven days, and is final now."))


def _note(me: Me, act: AnyRow, undone_as: str) -> None:
    """That it was undone, by whom and as what; what was kept for it goes."""
    number = None if act.thread_id is None else count_act(act.thread_id)
    facts = {**details_of(act), "undone_as": undone_as, **({"undone_nth": number} if number else {})}
    done = {"undone_at": rounded_now(), "undone_by": me.id, "kept": None, "details": json.dumps(facts)}
    db.session.execute(update(ModerationAct).where(ModerationAct.id == act.id).values(**done))
    record("moderation.undo", actor=me.id, note=str(act.id))
