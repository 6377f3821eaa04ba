"""What the tests of organisations share: some employers, and who works there."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import insert, select

from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.networks import actions
from knowledge_exchange.networks.models import LinkManager, NetworkMembership, Organisation
from tests.support.persons import Person, person

#: Code and region; the name is "Trust" and the code.
EMPLOYERS = {"AAA": "north-west", "BBB": "north-west", "CCC": "london", "DDD": "london"}


def settle() -> None:
    """Put the employers on record."""
    rows = [
        {"code": code, "name": f"Trust {code}", "region": region, "closed_on": None, "successor_code": None}
        for code, region in EMPLOYERS.items()
    ]
    with unit_of_work() as work:
        work.execute(insert(Organisation), rows)


def worker(app: Flask, name: str, code: str | None = "AAA", **facts: object) -> Person:
    """An active member (or what ``facts`` say) who works there, in all networks that the rules give them."""
    region = facts.pop("region", EMPLOYERS.get(code or ""))
    somebody = person(app, name, organisation_code=code, region=region, **facts)
    if facts.get("standing", "active") == "active":
        with unit_of_work():
            actions.join_automatically(somebody.id)
    return somebody


def network(code: str, slug: str = "") -> int:
    """A private network of an organisation."""
    facts = {"kind": "organisation", "visibility": "private", "organisation_code": code}
    with unit_of_work():
        return actions.create_network(slug or f"trust-{code.lower()}", f"Network {code}", **facts).id  # type: ignore[arg-type]


def manages(who: Person, code: str = "AAA") -> list[tuple[bool, str]]:
    """Somebody's rows as link manager there: whether they have consented, and why it ended (empty: it hasn't)."""
    query = select(LinkManager.consented_at, LinkManager.ended_at, LinkManager.ended_cause).where(
        LinkManager.member_id == who.id, LinkManager.organisation_code == code
    )
    rows = db.session.execute(query.order_by(LinkManager.id)).all()
    return [(row.consented_at is not None, row.ended_cause if row.ended_at else "") for row in rows]


def origin(who: Person, network_id: int) -> str | None:
    """How somebody came into a network; None where they aren't in it."""
    mine = (NetworkMembership.member_id == who.id, NetworkMembership.network_id == network_id)
    return db.session.scalar(select(NetworkMembership.origin).where(*mine))
