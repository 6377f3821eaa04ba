"""Acts as they are read again: by whoever wrote what they are about, and by those who may act there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.acts.act_words import who, words_of
from knowledge_exchange.moderation.acts.acts import details_of, kept_of
from knowledge_exchange.moderation.acts.undoing import act_by_id, can_be_undone, may_undo, part_in
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.notifications.models import Participant
from knowledge_exchange.threads.curation.even_gone import thread_even_gone
from knowledge_exchange.threads.models import Thread


@dataclass(frozen=True, slots=True)
class Shown:
    """An act as one reader may see it."""

    act: AnyRow
    is_author: bool
    may_undo: bool
    #: As what the reader may act there; empty for its author.
    part: str
    #: Where the act happened, if the reader may see that; its title and whether it stands.
    thread: AnyRow | None
    #: What the post said: while it is kept, for its author and for whoever may undo it.
    original: str
    #: Who acted, for those who may act there.
    actor: str | None


def act_for(me: Me, act_id: int) -> Shown | None:
    """The act, for its author and for those who may act where it happened; None for everybody else."""
    act = act_by_id(act_id)
    if act is None:
        return None
    is_author, part = _is_author(me, act), part_in(me, act)
    if not is_author and not part:
        return None
    undoes = may_undo(me, act)
    thread = thread_even_gone(me, act.thread_id) if act.thread_id is not None and me.is_active else None
    original = _original(kept_of(act)) if (is_author and can_be_undone(act)) or undoes else ""
    return Shown(act, is_author, undoes, part, thread, original, _name(act.actor_id) if part else None)


def _is_author(me: Me, act: AnyRow) -> bool:
    """Whether it is about their own post or thread, which is not hidden from them by now."""
    if act.participant_id is None:
        return False
    if act.participant_id in me.places.values():
        return True
    mine = (Participant.id == act.participant_id, Participant.member_id == me.id)
    open_to = or_(Thread.id.is_(None), thread_open_to(Thread.id, me.id, Thread.is_shielded))
    query = select(Participant.id).outerjoin(Thread, Thread.id == act.thread_id).where(*mine, open_to)
    return db.session.scalar(query) is not None


def _original(kept: dict[str, Any] | None) -> str:
    """The text that an act took away: of a post, or of a thread its title and first words."""
    if not kept:
        return ""
    if "passage" in kept or "body" in kept:
        return str(kept.get("passage", kept.get("body")))
    return str(kept.get("title", ""))


def _name(member_id: int | None) -> str | None:
    return None if member_id is None else db.session.scalar(select(Member.name).where(Member.id == member_id))


def done_since(thread_id: int, seen: int) -> list[dict[str, object]]:
    """What was done to a thread after the act of that number, newest first: what, when, by which role, never by whom.

    Acts keep their numbers in ``details``; those of a page's age are few.
    """
    # Not what they keep, which may be a whole thread.
    columns = (ModerationAct.id, ModerationAct.action, ModerationAct.acted_as, ModerationAct.at)
    query = select(*columns, ModerationAct.undone_at, ModerationAct.details).where(ModerationAct.thread_id == thread_id)
    found: list[tuple[int, dict[str, object]]] = []
    for act in db.session.execute(query.order_by(ModerationAct.id.desc()).limit(_LOOKED_AT)):
        facts, what = details_of(act), words_of(act.action).log
        done = {"id": act.id, "what": what, "who": who(act.acted_as), "at": act.at, "undone": False}
        found.append((facts.get("nth", 0), done))
        undone = {"who": who(facts.get("undone_as", "")), "at": act.undone_at, "undone": True}
        found.append((facts.get("undone_nth", 0), {**done, **undone}))
    return [one for number, one in sorted(found, key=lambda one: -one[0]) if number > seen]


#: Acts of one thread in which it is looked: the newest.
_LOOKED_AT = 100
