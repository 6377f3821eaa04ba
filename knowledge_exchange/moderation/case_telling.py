"""Telling of cases: a notice to each with whom one is, and no more of it once it is decided. Nothing here commits."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, insert, or_, select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, table_of
from knowledge_exchange.core.ids import new_ids
from knowledge_exchange.moderation.case_keepers import OFFICES, cases_joined, keepers_now
from knowledge_exchange.moderation.case_models import ModerationCase
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.models import Thread

KIND = "case"
URL = "/moderation#case-{}"


def tell_keepers(case_id: int) -> None:
    """Tell those with whom an open case is, each once; in a unit of work.

    It names the network and no thread. Of a thread, the notice hangs on it: from whom that is hidden later, it is, too.
    """
    facts = _facts(case_id)
    if facts is None:
        return
    told = set(db.session.scalars(select(Notification.member_id).where(*_notices(case_id))))
    found = keepers_now(case_id)
    push.tell_queue(found)
    _tell([one for one in found if one not in told], facts)


def _facts(case_id: int) -> AnyRow | None:
    columns = (ModerationCase.id, ModerationCase.kind, ModerationCase.held_by, ModerationCase.held_id)
    named = (Thread.id.label("thread_id"), Network.id.label("network_id"), Network.name.label("network"))
    query = cases_joined(select(*columns, *named))
    return db.session.execute(query.where(ModerationCase.id == case_id, ModerationCase.decided_at.is_(None))).first()


def _tell(member_ids: list[int], facts: AnyRow) -> None:
    if not member_ids:
        return
    ids, moment, text = new_ids(len(member_ids)), now(), words_for(facts.kind, facts.network or "")
    # Who is no moderator there may be outside the network, and is told all the same.
    network_id = facts.network_id if facts.held_by == "moderators" else None
    same = {"kind": KIND, "text": text, "url": URL.format(facts.id), "created_at": moment}
    where = {"network_id": network_id, "thread_id": facts.thread_id}
    rows = [{"id": id_, "member_id": one, **same, **where} for id_, one in zip(ids, member_ids, strict=True)]
    db.session.execute(insert(table_of(Notification)), rows)
    push.tell_notices(list(zip(ids, member_ids, strict=True)))


def words_for(kind: str, network: str) -> str:
    """What a notice of a case says."""
    said = {
        "report": _("A report to decide in %(network)s"),
        "held": _("A post waits for approval in %(network)s"),
        "appeal": _("An appeal to decide in %(network)s"),
        "stale": _("An answer to look at again in %(network)s"),
        "official": _("An official answer to review in %(network)s"),
    }
    return str(said[kind] % {"network": network or _("the exchange")})


def tell_queues(case_id: int) -> None:
    """Let the open pages of those with whom a case is count anew what waits for them; in a unit of work."""
    push.tell_queue(keepers_now(case_id))


def withdraw_notices(case_id: int) -> None:
    """Nobody need look at it any more: unread notices of it go; in a unit of work."""
    gone = (
        delete(Notification).where(*_notices(case_id), Notification.read_at.is_(None)).returning(Notification.member_id)
    )
    members = list(db.session.scalars(gone, execution_options={"synchronize_session": False}))
    if members:
        push.tell_counts([one for one in members if one is not None])


def _notices(case_id: int) -> tuple[ColumnElement[bool], ...]:
    """Conditions: notices of a case. Found by those who may have one: no index leads from an address to them."""
    duty = NetworkMembership.role == "moderator"
    offices = select(Member.id).where(Member.role.in_(OFFICES))
    whose = or_(
        Notification.member_id.in_(offices),
        Notification.member_id.in_(select(NetworkMembership.member_id).where(duty)),
    )
    return (whose, Notification.kind == KIND, Notification.url == URL.format(case_id))
