"""Telling authors that their pseudonym was opened: a notice to the sealed place, whoever's that is."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select, update

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, end_read, unit_of_work
from knowledge_exchange.core.ids import new_run
from knowledge_exchange.moderation.models import Unsealing
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.models import Thread, Voice

KIND = "unsealed"
#: Where an author reads why.
URL = "/me/pseudonyms/opened/{}"


def tell_author(request_id: int) -> None:
    """Write the notice, once; in a unit of work.

    It hangs on no thread and no network: it reaches its author also where they were removed from there, or the thread
    was taken away, and a muted thread does not keep it back. It is written whether the place is anybody's or not.
    """
    waiting = (Unsealing.id == request_id, Unsealing.opened_at.is_not(None), Unsealing.told_at.is_(None))
    told = update(Unsealing).where(*waiting).values(told_at=now()).returning(Unsealing.id)
    if db.session.execute(told, execution_options={"synchronize_session": False}).first() is None:
        return
    request, base = _request(request_id), new_run()
    facts = {"kind": KIND, "text": _text(request), "url": URL.format(request_id)}
    db.session.add(Notification(id=base + 1, participant_id=request.participant_id, **facts))
    push.tell_run(base)


def _request(request_id: int) -> AnyRow:
    query = select(Unsealing.ground, Voice.participant_id, Thread.title).join(Voice, Voice.id == Unsealing.voice_id)
    query = query.join(Thread, Thread.id == Unsealing.thread_id)
    return db.session.execute(query.where(Unsealing.id == request_id)).one()


def _text(request: AnyRow) -> str:
    if request.ground == "law":
        return str(_("Two officers opened your pseudonym in “%(title)s”: the law required it", title=request.title))
    return str(_("Two officers opened your pseudonym in “%(title)s”: for safety", title=request.title))


def tell_due() -> None:
    """Tell those whose legal delay is over (a job)."""
    due = (Unsealing.opened_at.is_not(None), Unsealing.told_at.is_(None), Unsealing.tell_at <= now())
    waiting = db.session.scalars(select(Unsealing.id).where(*due).order_by(Unsealing.id)).all()
    end_read()
    for request_id in waiting:
        with unit_of_work():
            tell_author(request_id)
