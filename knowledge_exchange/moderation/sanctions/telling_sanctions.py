"""Telling whoever is sanctioned: a notice outside any thread that leads to the sanction on their own pages.

Of one that was imposed under their name they are told at once. Of one that was aimed through a pseudonym the notice is
written when the day is over, with all others of that day: its time and its id could else be laid beside the act. On
their own page (``/me``), and wherever it keeps them from writing, it stands from the first moment.
"""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy import Select, String, cast, exists, literal, select

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.core.ids import new_run
from knowledge_exchange.moderation.acts.act_models import Sanction
from knowledge_exchange.networks.models import Network
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.realtime import push

KIND = "sanctioned"
#: Where they read why, until when, and appeal. Its end has an address of its own: each is told once.
URL, ENDED_URL = "/me/sanctions/{}", "/me/sanctions/{}#over"
#: So far back the job looks for what was aimed and not told, should it have stood still.
LOOKS_BACK = timedelta(days=7)


def tell_imposed(sanction_id: int) -> None:
    """Write the notice of one; in the unit of work that imposes it, or of the job."""
    row = _row(sanction_id)
    _tell(row, _text(row), URL.format(sanction_id))


def tell_ended(sanction_id: int) -> None:
    """Likewise, that it holds no more; nothing where it met them through a pseudonym and they don't know of it yet."""
    row = _row(sanction_id)
    if row.actor_id is not None or row.since < now().date():
        _tell(row, _("A sanction is over: %(what)s", what=_text(row)), ENDED_URL.format(sanction_id))


def tell_aimed() -> None:
    """Tell of what was aimed through pseudonyms on days that are over (for the job, in a unit of work)."""
    today = now().date()
    for sanction_id in db.session.scalars(_untold(today)).all():
        tell_imposed(sanction_id)


def are_untold() -> bool:
    """Whether there is anything to tell: most rounds of the job write nothing."""
    return db.session.scalar(_untold(now().date()).limit(1)) is not None


def _untold(today: date) -> Select[int]:
    of_it = Notification.url == literal(URL.format("")) + cast(Sanction.id, String)
    told = exists().where(Notification.member_id == Sanction.member_id, of_it)
    aimed = (Sanction.actor_id.is_(None), Sanction.since < today, Sanction.since >= today - LOOKS_BACK)
    return select(Sanction.id).where(*aimed, ~told).order_by(Sanction.id)


def _row(sanction_id: int) -> AnyRow:
    columns = (Sanction.id, Sanction.member_id, Sanction.kind, Sanction.actor_id, Sanction.since, Network.name)
    query = select(*columns).outerjoin(Network, Network.id == Sanction.network_id)
    return db.session.execute(query.where(Sanction.id == sanction_id)).one()


def _text(row: AnyRow) -> str:
    said = {
        "warning": _("A warning"),
        "mute": _("You may read in %(network)s, and not write there for a time", network=row.name or ""),
        "removal": _("You were removed from %(network)s", network=row.name or ""),
        "suspension": _("Your access is suspended"),
    }
    return str(said[row.kind])


def _tell(row: AnyRow, text: str, url: str) -> None:
    base = new_run()
    db.session.add(Notification(id=base + 1, member_id=row.member_id, kind=KIND, text=text, url=url))
    push.tell_run(base)
