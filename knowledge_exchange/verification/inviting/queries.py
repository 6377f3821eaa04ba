"""Named reads of invitations: how far each run has come, and what became of its letters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db
from knowledge_exchange.mail.models import MailMessage, MailRefusal
from knowledge_exchange.verification.models import InvitationRun, RollEntry, RollInvitation

RUNS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Progress:
    """A run, and what became of its letters. ``actor``: the officer's name; empty: the command line."""

    id: int
    source: str
    region: str
    category: str
    at: datetime
    actor: str
    wanted: int
    finished_at: datetime | None
    stopped_at: datetime | None
    written: int
    sent: int
    refused: int
    used: int
    expired: int

    @property
    def is_going(self) -> bool:
        """Whether letters are still being written."""
        return self.finished_at is None and self.stopped_at is None


def runs(limit: int = RUNS_SHOWN) -> list[Progress]:
    """The newest runs."""
    facts = (
        *(InvitationRun.id, InvitationRun.source, InvitationRun.region, InvitationRun.category, InvitationRun.at),
        func.coalesce(Member.name, "").label("actor"),
        *(InvitationRun.wanted, InvitationRun.finished_at, InvitationRun.stopped_at),
    )
    query = select(*facts).outerjoin(Member, Member.id == InvitationRun.actor_id)
    rows = db.session.execute(query.order_by(InvitationRun.id.desc()).limit(limit)).all()
    counted = _counted([row.id for row in rows])
    return [Progress(*row, *counted.get(row.id, (0, 0, 0, 0, 0))) for row in rows]


def _counted(run_ids: Sequence[int]) -> dict[int, tuple[int, int, int, int, int]]:
    """Of each run: written, sent, refused, used, expired."""
    used, over = RollInvitation.used_at.is_not(None), RollInvitation.expires_at <= now()
    # The outbox forgets what was sent long ago; what it holds unsent waits.
    waits = and_(MailMessage.id.is_not(None), MailMessage.sent_at.is_(None))
    refused = or_(MailMessage.failed_at.is_not(None), MailRefusal.at >= InvitationRun.at)
    query = (
        select(
            RollInvitation.run_id,
            func.count(),
            _how_many(~waits & ~func.coalesce(refused, False)),
            _how_many(func.coalesce(refused, False)),
            _how_many(used),
            _how_many(over & ~used),
        )
        .join(InvitationRun, InvitationRun.id == RollInvitation.run_id)
        .join(RollEntry, RollEntry.id == RollInvitation.entry_id)
        .outerjoin(MailMessage, MailMessage.id == RollInvitation.mail_id)
        .outerjoin(MailRefusal, MailRefusal.address == func.lower(RollEntry.email))
        .where(RollInvitation.run_id.in_(run_ids))
        .group_by(RollInvitation.run_id)
    )
    return {row[0]: (row[1], row[2], row[3], row[4], row[5]) for row in db.session.execute(query)}


def _how_many(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((which, 1), else_=0)), 0)
