"""What is remembered of one source of rolls: how its files call their columns."""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import select

from knowledge_exchange.audit.actions import record
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.csv_files import header_key
from knowledge_exchange.core.db import db
from knowledge_exchange.verification.models import RollSource
from knowledge_exchange.verification.rolls.headers import COLUMNS


def mapping_of(source: str) -> dict[str, str]:
    """Our names of columns and what this source's files call them, as far as somebody has said so."""
    stored = db.session.scalar(select(RollSource.columns).where(RollSource.source == source))
    return read_mapping(stored or "")


def read_mapping(stored: str) -> dict[str, str]:
    """A mapping as ``roll_source.columns`` holds it; what makes no sense there is left out."""
    try:
        found = json.loads(stored or "{}")
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {ours: theirs for ours, theirs in found.items() if ours in COLUMNS and isinstance(theirs, str)}


def remember_mapping(source: str, mapping: Mapping[str, str], *, actor: int | None = None) -> None:
    """Remember what this source's files call our columns, besides what is remembered of the others.

    To be called in a unit of work. An empty text: they have no such column. What changes is on record.
    """
    before = mapping_of(source)
    after = {**before, **{ours: header_key(theirs) for ours, theirs in mapping.items() if ours in COLUMNS}}
    if after == before:
        return
    row = db.session.get(RollSource, source)
    if row is None:
        row = RollSource(source=source)
        db.session.add(row)
    row.columns, row.changed_at = json.dumps(after, ensure_ascii=False, sort_keys=True), now()
    changed = ", ".join(f"{ours}: {theirs or '-'}" for ours, theirs in after.items() if before.get(ours) != theirs)
    record("roll.columns", actor=actor, note=f"{source}: {changed}")
