"""What has become of organisations that were merged into others."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.networks.models import Organisation


def successors() -> dict[str, str]:
    """Of each organisation that was merged, into which."""
    query = select(Organisation.code, Organisation.successor_code).where(Organisation.successor_code.is_not(None))
    return {row.code: row.successor_code for row in db.session.execute(query)}


def held_and_followed(codes: Collection[str]) -> frozenset[str]:
    """These organisations and those that there are of them now.

    None of them is merged (PostgreSQL) until this unit of work ends, and who is at it has been waited for.
    """
    held: set[str] = set()
    known = set(codes)
    while waiting := known - held:
        rows = select(Organisation.code).where(Organisation.code.in_(waiting)).order_by(Organisation.code)
        db.session.execute(rows.with_for_update(read=True)).all()
        held |= waiting
        # Read only then: what has been waited for counts.
        merged = successors()
        known |= {follow(code, merged) for code in waiting}
    return frozenset(known)


def follow(code: str, among: Mapping[str, str]) -> str:
    """The organisation that there is of it now: over as many mergers as there were."""
    seen = {code}
    while (following := among.get(code)) is not None and following not in seen:
        seen.add(following)
        code = following
    return code
