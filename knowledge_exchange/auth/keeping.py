"""What the room keeps under keys, and for how long it keeps what."""

from __future__ import annotations

from datetime import datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import aliased

from knowledge_exchange.auth import lockers
from knowledge_exchange.auth.erasing import erase_leavers
from knowledge_exchange.auth.factors_models import AuthenticatorApp, RecoveryCode
from knowledge_exchange.auth.models import Locker, Member, SealedList, StandingChange
from knowledge_exchange.core import keeping, rekeying


def init_app(app: Flask) -> None:
    """Register both."""
    rekeying.register(app, RecoveryCode.code_hash)
    rekeying.register(app, AuthenticatorApp.sealed, rekeying.SEAL)
    rekeying.register(app, SealedList.content, rekeying.SEAL)
    rekeying.register(app, Locker.key_hash)
    rekeying.register(app, Locker.content, rekeying.SEAL)
    keeping.register(app, "KE_KEEP_LOCKERS_DAYS", forget_lockers, Locker)
    keeping.register(app, "KE_KEEP_UNCONFIRMED_DAYS", forget_unconfirmed, Member)
    keeping.register(app, "KE_KEEP_LEAVERS_DAYS", erase_leavers, Member)
    keeping.register(app, "KE_KEEP_STANDING_DAYS", forget_steps, StandingChange)


def forget_lockers(before: datetime) -> None:
    """Drafts and bookmarks that nobody came back to."""
    lockers.forget_before(before.date())


def forget_unconfirmed(before: datetime) -> None:
    """Whoever has not confirmed by then either changed their mind or never asked."""
    never = (Member.email_confirmed_at.is_(None), Member.standing == "pending")
    keeping.delete_all(Member, *never, Member.created_at < before)


def forget_steps(before: datetime) -> None:
    """Delete steps in somebody's standing that others have followed; the last says why it is as it is."""
    later = aliased(StandingChange)
    followed = select(later.id).where(later.member_id == StandingChange.member_id, later.id > StandingChange.id)
    keeping.delete_all(StandingChange, StandingChange.at < before, followed.exists())
