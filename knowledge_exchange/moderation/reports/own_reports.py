"""What a member has reported: on their own page, and in their own data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow, AnySelect, db
from knowledge_exchange.moderation.cases.case_models import ModerationCase, Report
from knowledge_exchange.moderation.reports.reports import reported_by
from knowledge_exchange.networks.models import Network
from knowledge_exchange.threads.models import Post, Thread, Voice
from knowledge_exchange.threads.queries import readable

#: The latest that the page shows.
SHOWN = 100


def _reports(member_id: int) -> AnySelect:
    columns = (Report.id, Report.category, Report.note, Report.at, ModerationCase.post_id, ModerationCase.decision)
    query = select(*columns, ModerationCase.decided_at, Thread.title, Voice.name)
    query = query.join(ModerationCase, ModerationCase.id == Report.case_id).join(
        Post, Post.id == ModerationCase.post_id
    )
    query = query.join(Thread, Thread.id == Post.thread_id).join(Network, Network.id == Thread.network_id)
    query = query.join(Voice, Voice.id == Post.voice_id).where(reported_by(member_id), readable(member_id))
    return query.order_by(Report.id.desc())


def reports_of_mine(me: Me) -> Sequence[AnyRow]:
    """The latest reports of this member in threads that they may read."""
    return db.session.execute(_reports(me.id).limit(SHOWN)).all()


def reports_of(member_id: int) -> list[dict[str, Any]]:
    """For the member's own data: what they reported, and what was decided; where it stood, if they may read that."""
    columns = (Report.id, Report.category, Report.note, Report.at, ModerationCase.decision)
    query = select(*columns).join(ModerationCase, ModerationCase.id == Report.case_id)
    seen = {row.id: row.title for row in db.session.execute(_reports(member_id))}
    rows = db.session.execute(query.where(reported_by(member_id)).order_by(Report.id))
    return [
        {
            "category": row.category,
            "note": row.note,
            "at": row.at.isoformat(),
            "decision": row.decision,
            "thread": seen.get(row.id, ""),
        }
        for row in rows
    ]
