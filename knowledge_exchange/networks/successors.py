"""What has become of organisations that were merged into others."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.networks.models import Organisation


def successors() -> dict[str, str]:
    """Of each organisation that was merged, into which."""
    query = select(Organisation.code, Organisation.successor_code).where(Organisation.successor_code.is_not(None))
    return {row.code: row.successor_code for row in db.session.execute(query)}


def follow(code: str, among: Mapping[str, str]) -> str:
    """The organisation that there is of it now: over as many mergers as there were."""
    seen = {code}
    while (following := among.get(code)) is not None and following not in seen:
        seen.add(following)
        code = following
    return code
