"""What the room keeps under keys, and for how long it keeps what."""

from __future__ import annotations

from datetime import datetime

from flask import Flask

from knowledge_exchange.core import keeping, rekeying
from knowledge_exchange.moderation.acts.act_models import ActAppeal, ModerationAct
from knowledge_exchange.moderation.cases.case_models import CaseNote, MemberNote, ModerationCase, Report


def init_app(app: Flask) -> None:
    """Register both."""
    rekeying.register(app, ModerationAct.kept, rekeying.SEAL)
    keeping.register(app, "KE_KEEP_CASES_DAYS", forget_decided, ModerationCase, Report, CaseNote, ActAppeal)
    keeping.register(app, "KE_KEEP_MEMBER_NOTES_DAYS", forget_notes, MemberNote)


def forget_decided(before: datetime) -> None:
    """Delete cases and appeals that were decided before that moment, with their reports and notes."""
    keeping.delete_all(ModerationCase, ModerationCase.decided_at < before)
    keeping.delete_all(ActAppeal, ActAppeal.decided_at < before)


def forget_notes(before: datetime) -> None:
    """Delete notes about members from before that day."""
    keeping.delete_all(MemberNote, MemberNote.on < before.date())
