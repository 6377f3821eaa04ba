"""The demo's link manager: appointed by a national officer, and named with their consent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import db
from knowledge_exchange.networks.models import LinkManager

ORGANISATION = "R0A"
#: Handles of people.toml.
MANAGER, OFFICER = "snooze-button", "duty-desk"
_SINCE, _THOUGHT_FOR = timedelta(days=60), timedelta(days=1)


def load_link_manager(people: Mapping[str, Me], moment: datetime) -> None:
    """Put them in; no mail is written for what lies so far back."""
    manager, officer = people[MANAGER], people[OFFICER]
    db.session.add(
        LinkManager(
            organisation_code=ORGANISATION,
            member_id=manager.id,
            appointed_by=officer.id,
            appointed_at=moment - _SINCE,
            consented_at=moment - _SINCE + _THOUGHT_FOR,
        )
    )
    record("link_manager.appointed", actor=officer.id, subject=manager.id, note=ORGANISATION)
    record("link_manager.consented", actor=manager.id, subject=manager.id, note=ORGANISATION)
