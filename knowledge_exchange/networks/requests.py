"""Asking to join a closed network, and what its moderators answer. Nothing here commits."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, insert_or_ignore
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.networks.actions import add_member, leave, moderator_ids
from knowledge_exchange.networks.models import JoinRequest, Network
from knowledge_exchange.notifications.actions import tell_member
from knowledge_exchange.realtime.push import tell_queue

KIND = "network_request"


def ask_to_join(member_id: int, network_id: int, note: str) -> None:
    """Ask a closed network's moderators, who are told; asking twice changes nothing."""
    if _asks_already(member_id, network_id):
        return
    row = {"id": new_id(), "network_id": network_id, "member_id": member_id, "note": note, "asked_at": now()}
    insert_or_ignore(JoinRequest, {**row, "reason": ""})
    network = _network(network_id)
    text = _("Somebody asks to join %(network)s.", network=network.name)
    moderators = moderator_ids(network_id)
    tell_queue(moderators)
    for moderator_id in moderators:
        tell_member(moderator_id, KIND, text, f"/n/{network.slug}/people", network_id=network_id)


def _network(network_id: int) -> AnyRow:
    return db.session.execute(select(Network.name, Network.slug).where(Network.id == network_id)).one()


def decide_request(request_id: int, network_id: int, *, moderator_id: int, accept: bool, reason: str = "") -> bool:
    """Let somebody in, or not; they are told. False when it was decided already or is another network's.

    Somebody who has lost standing since they asked is not let in: their request just closes.
    """
    decision = {"decided_at": now(), "decided_by": moderator_id, "accepted": accept, "reason": reason}
    waiting = (
        JoinRequest.id == request_id,
        JoinRequest.network_id == network_id,
        JoinRequest.decided_at.is_(None),
    )
    decided = update(JoinRequest).where(*waiting).values(**decision).returning(JoinRequest.member_id)
    member_id = db.session.scalar(decided)
    if member_id is None:
        return False
    tell_queue(moderator_ids(network_id))
    standing = db.session.scalar(select(Member.standing).where(Member.id == member_id))
    if standing != "active":
        return True
    if accept:
        add_member(member_id, network_id, origin="approved")
    word = "accepted" if accept else "refused"
    record(f"network.request_{word}", actor=moderator_id, subject=member_id, note=reason)
    _tell(member_id, network_id, accept=accept, reason=reason)
    return True


def reopen_request(request_id: int, network_id: int, *, moderator_id: int) -> bool:
    """Take one's own answer back: who was let in is out again, and waits as before; they are told.

    False when it was not this moderator's answer, or they have asked anew meanwhile.
    """
    mine = (JoinRequest.id == request_id, JoinRequest.network_id == network_id, JoinRequest.decided_by == moderator_id)
    row = db.session.execute(select(JoinRequest.member_id, JoinRequest.accepted).where(*mine).with_for_update()).first()
    if row is None or _asks_already(row.member_id, network_id):
        return False
    if row.accepted:
        leave(row.member_id, network_id)
    nothing = {"decided_at": None, "decided_by": None, "accepted": None, "reason": ""}
    db.session.execute(update(JoinRequest).where(*mine).values(**nothing))
    record("network.request_reopened", actor=moderator_id, subject=row.member_id)
    network = _network(network_id)
    text = _("The answer to your request to join %(network)s was taken back: it waits again.", network=network.name)
    tell_member(row.member_id, KIND, text, f"/n/{network.slug}", network_id=network_id)
    tell_queue(moderator_ids(network_id))
    return True


def _asks_already(member_id: int, network_id: int) -> bool:
    waiting = (JoinRequest.member_id == member_id, JoinRequest.network_id == network_id)
    return db.session.scalar(select(JoinRequest.id).where(*waiting, JoinRequest.decided_at.is_(None))) is not None


def _tell(member_id: int, network_id: int, *, accept: bool, reason: str) -> None:
    network = _network(network_id)
    if accept:
        text = _("You are now in %(network)s.", network=network.name)
    else:
        text = _("%(network)s did not let you in: %(reason)s", network=network.name, reason=reason)
    tell_member(member_id, KIND, text, f"/n/{network.slug}", network_id=network_id)
