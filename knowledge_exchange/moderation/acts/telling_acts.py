"""Telling whoever wrote it what was done about their post or thread: a notice that leads to the act and its reason.

It hangs on no thread and no network, so it reaches them also where it was moved out of their sight, and a muted thread
does not keep it back. A pseudonym's author is told at the sealed place, whoever's that is.
"""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import or_, select

from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.ids import new_run
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.acts.act_words import who, words_of
from knowledge_exchange.networks.shield import thread_told_to
from knowledge_exchange.notifications.models import Notification, Participant
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.models import Thread

KIND = "moderated"
#: Where they read what was done, and why.
URL = "/acts/{}"


def tell_author(act_id: int) -> None:
    """Write the notice of an act, in the unit of work that does it.

    Nobody is told of imported posts, and nobody of what they did themselves.
    """
    act, place = _act(act_id), _place(act_id)
    if place is not None and place.member_id not in _themselves(act.actor_id):
        _tell(act_id, place, str(words_of(act.action).told) % {"who": who(act.acted_as)})


def tell_undone(act_id: int, undone_as: str) -> None:
    """Likewise, that it was undone; ``undone_as``: a word of ``acting.acted_as``."""
    act, place = _act(act_id), _place(act_id)
    if place is not None and place.member_id not in _themselves(act.undone_by):
        what = {"who": who(undone_as), "what": str(words_of(act.action).log)}
        said = _("%(who)s undid what was done about a post or thread of yours: %(what)s", **what)
        _tell(act_id, place, said if act.sanction_id is None else _("%(who)s ended this: %(what)s", **what))


def _themselves(actor_id: int | None) -> tuple[int, ...]:
    return () if actor_id is None else (actor_id,)


def _act(act_id: int) -> AnyRow:
    columns = (ModerationAct.action, ModerationAct.acted_as, ModerationAct.actor_id, ModerationAct.undone_by)
    about = (ModerationAct.sanction_id,)
    return db.session.execute(select(*columns, *about).where(ModerationAct.id == act_id)).one()


def _place(act_id: int) -> AnyRow | None:
    """Whose post or thread it is; None where it is nobody's, or the thread is hidden from them by now."""
    told = thread_told_to(Thread.id, Participant.member_id, Thread.is_shielded)
    return db.session.execute(
        select(Participant.id, Participant.member_id)
        .join(ModerationAct, ModerationAct.participant_id == Participant.id)
        .outerjoin(Thread, Thread.id == ModerationAct.thread_id)
        .where(ModerationAct.id == act_id, or_(Participant.member_id.is_(None), Thread.id.is_(None), told))
    ).one_or_none()


def _tell(act_id: int, place: AnyRow, text: str) -> None:
    whom = {"member_id": place.member_id} if place.member_id is not None else {"participant_id": place.id}
    base = new_run()
    db.session.add(Notification(id=base + 1, kind=KIND, text=text, url=URL.format(act_id), **whom))
    push.tell_run(base)
