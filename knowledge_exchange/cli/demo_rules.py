"""House rules of a network in the demo: the North West has two of its own, and somebody who leads its moderators."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy import select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db, insert_or_ignore
from knowledge_exchange.core.markup import render
from knowledge_exchange.moderation.held.publishing import Draft, publish
from knowledge_exchange.moderation.openness.rules_models import RulesAcceptance, RulesVersion
from knowledge_exchange.networks.models import NetworkMembership

NETWORK, LEAD = "north-west", "gentle-nudge"
#: Who has not looked at them yet, and is asked to.
ASKED = "officer"
_HOURS_AGO = 24.0 * 75
_RULES = (
    (
        "Say what kind of organisation",
        "Acute, community, mental health, ambulance: what works in one may not in another. Never which one.",
    ),
    (
        "One question, one thread",
        "If a second question comes up, open a second thread and link to it. Later readers will thank you.",
    ),
)
_CHANGES = "Two short rules of our own, after the talk about long threads in September."


def rules_texts() -> list[Draft]:
    """The rules, rendered before the unit of work begins."""
    return [Draft(title, body, render(body)) for title, body in _RULES]


def load_rules(
    people: Mapping[str, Me], networks: Mapping[str, int], ago: Callable[[float], datetime], texts: list[Draft]
) -> None:
    """Publish them, and let everybody who is known by name have accepted them but one officer."""
    network_id, lead = networks[NETWORK], people[LEAD]
    db.session.get_one(NetworkMembership, (lead.id, network_id)).is_lead = True
    with clock.held(ago(_HOURS_AGO)):
        publish(lead.id, network_id, texts, _CHANGES, 0)
    version_id = db.session.scalars(select(RulesVersion.id).where(RulesVersion.network_id == network_id)).one()
    on = ago(_HOURS_AGO).date()
    for me in people.values():
        if me.role != ASKED:
            insert_or_ignore(RulesAcceptance, {"member_id": me.id, "version_id": version_id, "accepted_on": on})
