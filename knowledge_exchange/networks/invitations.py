"""Inviting people into private and closed networks, and what they answer. Nothing here commits."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import and_, exists, or_, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.policy import email_key, handle_key
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db, insert_or_ignore
from knowledge_exchange.core.ids import new_id
from knowledge_exchange.networks.actions import add_member
from knowledge_exchange.networks.models import Network, NetworkInvitation, NetworkMembership
from knowledge_exchange.notifications.actions import tell_member
from knowledge_exchange.realtime import push

KIND = "network_invitation"


def invite(who: str, network_id: int, *, moderator_id: int) -> None:
    """Invite somebody by handle or e-mail address.

    Whether there is such a person, and whether they are in already, is told to nobody: it looks the same.
    """
    inside = exists().where(NetworkMembership.member_id == Member.id, NetworkMembership.network_id == network_id)
    called = or_(Member.handle == handle_key(who), Member.email == email_key(who))
    guest = db.session.scalar(select(Member.id).where(called, Member.standing == "active", ~inside))
    if guest is None:
        return
    waiting = and_(
        NetworkInvitation.member_id == guest,
        NetworkInvitation.network_id == network_id,
        NetworkInvitation.answered_at.is_(None),
    )
    if db.session.scalar(select(NetworkInvitation.id).where(waiting)) is not None:
        return
    row = {"id": new_id(), "network_id": network_id, "member_id": guest, "invited_by": moderator_id}
    insert_or_ignore(NetworkInvitation, {**row, "invited_at": now()})
    record("network.invited", actor=moderator_id, subject=guest, note=str(network_id))
    name = db.session.scalar(select(Network.name).where(Network.id == network_id))
    text = _("You are invited to the network %(network)s.", network=name)
    tell_member(guest, KIND, text, "/networks", network_id=network_id)


def answer_invitation(invitation_id: int, member_id: int, *, accept: bool) -> int | None:
    """Accept or decline; the network's id, or None when there is no such invitation of theirs any more."""
    waiting = (
        NetworkInvitation.id == invitation_id,
        NetworkInvitation.member_id == member_id,
        NetworkInvitation.answered_at.is_(None),
    )
    answered = update(NetworkInvitation).where(*waiting).values(answered_at=now(), accepted=accept)
    network_id = db.session.scalar(answered.returning(NetworkInvitation.network_id))
    if network_id is not None and accept:
        add_member(member_id, network_id, origin="invited")
    elif network_id is not None:
        # The invitation's notice names the network, which may be one that they now know nothing of.
        push.tell_counts([member_id])
    return network_id
