"""The names of all organisations, to be looked for in texts; built once in a process, and again when they change."""

from __future__ import annotations

import time
from dataclasses import dataclass

from flask import current_app
from sqlalchemy import select

from knowledge_exchange.core.db import db
from knowledge_exchange.guard.organisations import Organisations
from knowledge_exchange.networks.models import Organisation

#: So long nobody looks whether the list has changed: that happens a few times a year.
LOOK_AGAIN_S = 300.0
_KEPT = "ke_organisation_index"


@dataclass(slots=True)
class _Kept:
    looked_at: float
    fingerprint: int
    index: Organisations


def organisation_index() -> Organisations:
    """The index of this app's organisations, closed ones included: people go on naming them."""
    kept: _Kept | None = current_app.extensions.get(_KEPT)
    if kept is not None and time.monotonic() - kept.looked_at < LOOK_AGAIN_S:
        return kept.index
    query = select(Organisation.code, Organisation.name).order_by(Organisation.code)
    rows = tuple((row.code, row.name) for row in db.session.execute(query))
    fingerprint = hash(rows)
    index = kept.index if kept is not None and kept.fingerprint == fingerprint else Organisations(rows)
    current_app.extensions[_KEPT] = _Kept(time.monotonic(), fingerprint, index)
    return index
