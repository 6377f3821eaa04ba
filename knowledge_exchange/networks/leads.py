"""Who keeps a network clear: moderators, and the leads among them who choose the others. Nothing here commits.

Everything is on record, and whoever it is about is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from flask_babel import gettext as _
from sqlalchemy import Select, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.models import Member
from knowledge_exchange.auth.policy import handle_key
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.networks.models import Network, NetworkMembership
from knowledge_exchange.notifications.actions import tell_member
from knowledge_exchange.realtime.push import tell_queue

#: The kind of notice: what somebody is in a network.
KIND = "network_role"


def moderators_of(network_id: int) -> Sequence[AnyRow]:
    """The network's moderators with handle, office and whether they lead, leads first."""
    query = _placed(network_id).where(NetworkMembership.role == "moderator", Member.standing == "active")
    order = (NetworkMembership.is_lead.desc(), Member.name, Member.id)
    return cast("Sequence[AnyRow]", db.session.execute(query.order_by(*order)).all())


def member_called(network_id: int, handle: str) -> AnyRow | None:
    """An active member of the network by handle; None also where there is no such member at all."""
    query = _placed(network_id).where(Member.handle == handle_key(handle), Member.standing == "active")
    return cast("AnyRow | None", db.session.execute(query).one_or_none())


def moderator_by_id(network_id: int, member_id: int) -> AnyRow | None:
    """A moderator of the network, whatever their standing; None for everybody else."""
    query = _placed(network_id).where(Member.id == member_id, NetworkMembership.role == "moderator")
    return cast("AnyRow | None", db.session.execute(query).one_or_none())


def _placed(network_id: int) -> Select[*tuple[object, ...]]:
    columns = (Member.id, Member.name, Member.handle, Member.title, Member.role)
    place = (NetworkMembership.role.label("place"), NetworkMembership.is_lead)
    query = select(*columns, *place).join(NetworkMembership, NetworkMembership.member_id == Member.id)
    return query.where(NetworkMembership.network_id == network_id)


def appoint(member_id: int, network_id: int, *, actor: int | None, as_lead: bool = False) -> None:
    """Make a member of the network its moderator, or lead the others; they are told."""
    _set(member_id, network_id, "moderator", is_lead=as_lead)
    word = "lead" if as_lead else "moderator"
    record(f"network.role.{word}", actor=actor, subject=member_id, note=str(network_id))
    if as_lead:
        _tell(member_id, network_id, _("You now lead the moderators of %(network)s: you choose the others."))
    else:
        _tell(member_id, network_id, _("You are now a moderator of %(network)s."))


def dismiss(member_id: int, network_id: int, *, actor: int | None) -> None:
    """Make a moderator a plain member again; they are told, unless they did it themselves."""
    _set(member_id, network_id, "member", is_lead=False)
    record("network.role.member", actor=actor, subject=member_id, note=str(network_id))
    if actor != member_id:
        _tell(member_id, network_id, _("You are no longer a moderator of %(network)s."))


def end_lead(member_id: int, network_id: int, *, actor: int | None) -> None:
    """A lead stays moderator, and chooses nobody any more; they are told."""
    _set(member_id, network_id, "moderator", is_lead=False)
    record("network.role.lead_ended", actor=actor, subject=member_id, note=str(network_id))
    _tell(member_id, network_id, _("You no longer lead the moderators of %(network)s; you are still one of them."))


def _set(member_id: int, network_id: int, role: str, *, is_lead: bool) -> None:
    mine = (NetworkMembership.member_id == member_id, NetworkMembership.network_id == network_id)
    db.session.execute(update(NetworkMembership).where(*mine).values(role=role, is_lead=is_lead))
    tell_queue([member_id])


def _tell(member_id: int, network_id: int, text: str) -> None:
    network = db.session.execute(select(Network.name, Network.slug).where(Network.id == network_id)).one()
    said = text % {"network": network.name}
    tell_member(member_id, KIND, said, f"/n/{network.slug}", network_id=network_id)
