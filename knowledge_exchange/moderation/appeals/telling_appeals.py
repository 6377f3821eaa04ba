"""Telling whoever appealed what was decided: a notice outside any thread, to the member or to the sealed place."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import new_run
from knowledge_exchange.moderation.acts.act_models import ActAppeal
from knowledge_exchange.moderation.sanctions.telling_sanctions import URL as SANCTION_URL
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.realtime import push

KIND = "appeal_answered"
ACT_URL = "/acts/{}/appeal"


def tell_answer(appeal_id: int) -> None:
    """Write the notice; in the unit of work that decides."""
    columns = (ActAppeal.act_id, ActAppeal.sanction_id, ActAppeal.member_id, ActAppeal.participant_id)
    row = db.session.execute(select(*columns, ActAppeal.outcome).where(ActAppeal.id == appeal_id)).one()
    url = ACT_URL.format(row.act_id) if row.act_id is not None else SANCTION_URL.format(row.sanction_id)
    whom = {"member_id": row.member_id} if row.member_id is not None else {"participant_id": row.participant_id}
    base = new_run()
    db.session.add(Notification(id=base + 1, kind=KIND, text=_text(row.outcome), url=url, **whom))
    push.tell_run(base)


def _text(outcome: str) -> str:
    if outcome == "overturned":
        return str(_("Your appeal was successful: it is overturned"))
    return str(_("Your appeal was looked at: it stands"))
