"""What waits for the demo's membership officer: a claim, an appeal, and a number that anybody may try."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from knowledge_exchange.auth.me import Me
from knowledge_exchange.cli.demo_content import FREE_NUMBER, DemoCommunity, Person
from knowledge_exchange.core import clock
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.claims.appealing import make_appeal
from knowledge_exchange.verification.matching import normal_number, number_hash, number_tail
from knowledge_exchange.verification.models import Claim, RollEntry
from knowledge_exchange.verification.policy import UNKNOWN_NUMBER

EVIDENCE = "I was Lomax-Reid until 2021, and with another trust before; the card may still say so."
APPEAL = (
    "I named nobody the second time: I quoted the minutes, which are public, and took the quotation out within the "
    "hour when I was asked to.\n\nPlease look at the history of the post."
)
CLAIMED_HOURS_AGO = 30
APPEALED_HOURS_AGO = 20


def load_claims(community: DemoCommunity, people: Mapping[str, Me], ago: Callable[[float], datetime]) -> None:
    """Put them in; ``people`` by their handles, ``ago``: the moment so many hours before the demo was loaded."""
    for person in community.people:
        if person.claim is not None:
            _open_claim(person, people[person.handle].id, ago(CLAIMED_HOURS_AGO))
        if person.standing == "suspended":
            with clock.held(ago(APPEALED_HOURS_AGO)):
                make_appeal(people[person.handle].id, APPEAL)
    _free_number()


def _open_claim(person: Person, member_id: int, moment: datetime) -> None:
    claim = person.claim
    assert claim is not None
    normal = normal_number(claim.number)
    db.session.add(
        Claim(
            member_id=member_id,
            source=claim.source,
            number_hash=number_hash(claim.source, normal),
            number_tail=number_tail(normal),
            surname=claim.surname,
            evidence=EVIDENCE,
            made_at=moment,
            queued_at=moment,
            queue_cause=UNKNOWN_NUMBER,
        )
    )


def _free_number() -> None:
    source, number, surname = FREE_NUMBER
    normal = normal_number(number)
    db.session.add(
        RollEntry(
            source=source,
            number_hash=number_hash(source, normal),
            number_tail=number_tail(normal),
            surname=surname,
            first_name="Erin",
            email="erin.example@people.demo.example",
            region="north-west",
            ods_code="R0A",
        )
    )
