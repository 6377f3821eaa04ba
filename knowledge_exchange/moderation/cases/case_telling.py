"""Telling of cases: a notice to each with whom one is, and no more of it once it is decided. Nothing here commits."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, delete, insert, literal_column, select

from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, table_of
from knowledge_exchange.core.ids import new_ids
from knowledge_exchange.moderation.cases.case_keepers import cases_joined, is_urgent, keepers_now
from knowledge_exchange.moderation.cases.case_models import ModerationCase
from knowledge_exchange.networks.models import Network
from knowledge_exchange.notifications.models import Notification
from knowledge_exchange.realtime import push
from knowledge_exchange.threads.models import Voice

KIND = "case"
URL = "/moderation#case-{}"


def tell_keepers(case_id: int) -> None:
    """Tell those with whom an open case is, each once; in a unit of work.

    It names the network and hangs on no thread, so that a muted one does not keep it back. From whom the case is hidden
    later it is taken by :func:`withdraw_from_others`; and it is not shown to the author of a pseudonym's post.
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
    named = (Network.id.label("network_id"), Network.name.label("network"), Voice.participant_id.label("author_place"))
    query = cases_joined(select(*columns, *named, is_urgent().label("is_urgent")))
    return db.session.execute(query.where(ModerationCase.id == case_id, ModerationCase.decided_at.is_(None))).first()


def _tell(member_ids: list[int], facts: AnyRow) -> None:
    if not member_ids:
        return
    ids, moment, text = new_ids(len(member_ids)), now(), words_for(facts.kind, facts.network or "")
    # Who is no moderator there may be outside the network, and is told all the same.
    network_id = facts.network_id if facts.held_by == "moderators" and not facts.is_urgent else None
    same = {"kind": KIND, "text": text, "url": URL.format(facts.id), "created_at": moment}
    where = {"network_id": network_id, "by_participant_id": facts.author_place}
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
    """Nobody need look at it any more: notices of it go; in a unit of work."""
    _withdraw(*_notices(case_id))


def withdraw_from_others(case_ids: Collection[int]) -> None:
    """Take notices of open cases from who may not decide them any more; in a unit of work.

    Such as whom the thread was hidden from since, or who has moved to where it is hidden.
    """
    here = Notification.url.in_([URL.format(case_id) for case_id in case_ids])
    told = db.session.execute(select(Notification.member_id, Notification.url).where(_IS_OF_CASE, here)).all()
    for case_id in case_ids:
        members = {row.member_id for row in told if row.url == URL.format(case_id)}
        if members and (others := members.difference(keepers_now(case_id, members))):
            _withdraw(Notification.member_id.in_(others), *_notices(case_id))


def _withdraw(*which: ColumnElement[bool]) -> None:
    gone = delete(Notification).where(*which).returning(Notification.member_id)
    members = set(db.session.scalars(gone, execution_options={"synchronize_session": False}))
    push.tell_counts([one for one in members if one is not None])


# In the words of the index that leads from a case's address to its notices: SQLite sees none in a parameter.
_IS_OF_CASE = Notification.kind == literal_column(f"'{KIND}'")


def _notices(case_id: int) -> tuple[ColumnElement[bool], ...]:
    """Conditions: notices of a case, whoever they went to and whatever they do by now."""
    return (_IS_OF_CASE, Notification.url == URL.format(case_id))
