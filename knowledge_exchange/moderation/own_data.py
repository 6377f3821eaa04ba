"""A member's part of what the exchange holds about them: which of their pseudonyms were opened, what moderators did."""

from __future__ import annotations

from sqlalchemy import or_, select

from knowledge_exchange.auth.own_data import Rows, rows_of
from knowledge_exchange.auth.sealed_list import places_of
from knowledge_exchange.moderation.acts.act_models import ModerationAct
from knowledge_exchange.moderation.models import Unsealing
from knowledge_exchange.moderation.openness.rules_models import RulesAcceptance, RulesVersion
from knowledge_exchange.networks.models import Network
from knowledge_exchange.networks.shield import thread_open_to
from knowledge_exchange.notifications.models import Participant
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


def acts_on_posts_of(member_id: int) -> Rows:
    """What moderators did about what they wrote, under pseudonyms, too; as which role, and why, never who."""
    places = places_of(member_id)
    columns = (ModerationAct.id, ModerationAct.at, ModerationAct.action, ModerationAct.acted_as, ModerationAct.rule)
    query = select(*columns, ModerationAct.reason, ModerationAct.final_at, ModerationAct.undone_at)
    query = query.join(Participant, Participant.id == ModerationAct.participant_id)
    mine = or_(Participant.member_id == member_id, Participant.id.in_(places.values()))
    seen = or_(ModerationAct.thread_id.is_(None), thread_open_to(ModerationAct.thread_id, member_id))
    return rows_of(query.where(mine, seen).order_by(ModerationAct.id))
