"""What the tests of pages about members share."""

from __future__ import annotations

from sqlalchemy import select, update

from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.core.db import db, unit_of_work
from knowledge_exchange.verification.models import RollEntry
from tests.support.persons import Person
from tests.verification.claiming import entry

FIND = "/admin/members"
WHY = {"chosen": "other", "words": "A reason."}


def record_of(who: Person) -> str:
    """Where their record is."""
    return f"{FIND}/{who.id}"


def owned(who: Person, **facts: object) -> int:
    """An entry of the roll that is theirs."""
    number = entry(**facts)  # type: ignore[arg-type]
    with unit_of_work():
        db.session.execute(update(RollEntry).where(RollEntry.id == number).values(member_id=who.id))
    return number


def acts_on_record(action: str) -> list[tuple[int | None, int | None, str]]:
    """By whom, about whom, with which note something was done, oldest first."""
    query = select(AuditEntry.actor_id, AuditEntry.subject_id, AuditEntry.note).where(AuditEntry.action == action)
    rows = db.session.execute(query.order_by(AuditEntry.id))
    return [(row.actor_id, row.subject_id, row.note) for row in rows]
