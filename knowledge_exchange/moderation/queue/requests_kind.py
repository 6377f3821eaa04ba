"""Requests to join, as items of the queue: decided by the same verbs as on the page of each network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import and_, select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import AnySelect, db
from knowledge_exchange.moderation.acts.acts import Reason
from knowledge_exchange.moderation.queue.queue_kinds import CannotDecide, Card, Decision, Done, Kind
from knowledge_exchange.networks import requests
from knowledge_exchange.networks.forms import MAX_NOTE_CHARS
from knowledge_exchange.networks.models import JoinRequest, Network, NetworkMembership

NAME = "request"
#: So long somebody waits at a door before it is time to answer.
DUE_IN = timedelta(days=3)
LET_IN, REFUSE = "accept", "refuse"


@dataclass(frozen=True, slots=True)
class RequestRow:
    """An open request to join, with what rows of cases have, too."""

    id: int
    network_id: int
    network_slug: str
    network_name: str
    opened_at: datetime
    note: str
    name: str
    title: str
    handle: str | None
    kind: str = NAME

    @property
    def due_at(self) -> datetime:
        """When it should have been answered."""
        return self.opened_at + DUE_IN


def requests_for(me: Me, most: int) -> Sequence[RequestRow]:
    """The oldest open requests to join a network that this member moderates."""
    waiting = _with(me).where(JoinRequest.decided_at.is_(None), Member.standing == "active")
    rows = db.session.execute(waiting.order_by(JoinRequest.asked_at, JoinRequest.id).limit(most))
    return [RequestRow(*row) for row in rows]


def request_for(me: Me, request_id: int, *, decided: bool = False) -> RequestRow | None:
    """One open request, if it is this member's to decide; or (``decided``) one that they have decided."""
    mine = JoinRequest.decided_by == me.id if decided else JoinRequest.decided_at.is_(None)
    row = db.session.execute(_with(me).where(JoinRequest.id == request_id, mine)).first()
    return RequestRow(*row) if row is not None else None


def _with(me: Me) -> AnySelect:
    duty = and_(
        NetworkMembership.network_id == JoinRequest.network_id,
        NetworkMembership.member_id == me.id,
        NetworkMembership.role == "moderator",
    )
    network = (JoinRequest.network_id, Network.slug, Network.name)
    columns = (JoinRequest.id, *network, JoinRequest.asked_at, JoinRequest.note)
    return (
        select(*columns, Member.name.label("who"), Member.title, Member.handle)
        .join(NetworkMembership, duty)
        .join(Network, Network.id == JoinRequest.network_id)
        .join(Member, Member.id == JoinRequest.member_id)
    )


def _card(_me: Me, row: RequestRow) -> Card:
    network = Markup('<a href="/n/{}">{}</a>').format(row.network_slug, row.network_name)
    facts = [(_("Wants to join"), network), *([(_("Who"), row.title)] if row.title else [])]
    return Card(
        title=_("%(name)s asks to join", name=row.name),
        badge=_("At the door"),
        html=Markup("<p>{}</p>").format(row.note) if row.note else "",
        facts=facts,
        decisions=(
            Decision(LET_IN, _("Let in"), "1", tone="main"),
            Decision(REFUSE, _("Refuse"), "2", wants_reason=True, tone="stop"),
        ),
    )


def _decide(me: Me, row: RequestRow, word: str, reason: Reason) -> Done:
    said = ". ".join(part for part in (reason.rule, reason.text) if part)
    if len(said) > MAX_NOTE_CHARS:
        raise CannotDecide(_("Say why in at most 500 characters, so that they know what to do next."))
    accept = word == LET_IN
    if not requests.decide_request(row.id, row.network_id, moderator_id=me.id, accept=accept, reason=said):
        raise CannotDecide(_("Somebody has answered this request already."))
    if accept:
        return Done(_("You let %(name)s into %(network)s.", name=row.name, network=row.network_name), LET_IN)
    return Done(_("You refused %(name)s for %(network)s.", name=row.name, network=row.network_name), REFUSE)


def _undo(me: Me, row: RequestRow, _word: str) -> bool:
    return requests.reopen_request(row.id, row.network_id, moderator_id=me.id)


KIND = Kind(NAME, _card, _decide, _undo)
