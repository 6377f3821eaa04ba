"""A member's part of what the exchange holds about them: which of their pseudonyms were opened, as far as told."""

from __future__ import annotations

from sqlalchemy import select

from knowledge_exchange.auth.own_data import Rows, rows_of
from knowledge_exchange.auth.sealed_list import places_of
from knowledge_exchange.moderation.models import Unsealing
from knowledge_exchange.moderation.rules_models import RulesAcceptance, RulesVersion
from knowledge_exchange.networks.models import Network
from knowledge_exchange.threads.models import Voice


def openings_of(member_id: int) -> Rows:
    """Each with its ground, reason and times; which officers it was is the union's to answer for."""
    places = places_of(member_id)
    columns = (Unsealing.thread_id, Voice.name, Unsealing.ground, Unsealing.reason, Unsealing.legal_basis)
    query = select(*columns, Unsealing.opened_at, Unsealing.told_at).join(Voice, Voice.id == Unsealing.voice_id)
    mine = (Voice.participant_id.in_(places.values()), Unsealing.told_at.is_not(None))
    return rows_of(query.where(*mine).order_by(Unsealing.id)) if places else []


def rules_accepted_by(member_id: int) -> Rows:
    """Which versions of house rules they accepted, of which network (None: the whole exchange), and on which day."""
    columns = (Network.slug.label("network"), RulesVersion.number, RulesAcceptance.accepted_on)
    query = select(*columns).join(RulesVersion, RulesVersion.id == RulesAcceptance.version_id)
    query = query.outerjoin(Network, Network.id == RulesVersion.network_id)
    return rows_of(query.where(RulesAcceptance.member_id == member_id).order_by(RulesVersion.id))
