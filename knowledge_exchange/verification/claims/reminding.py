"""Reminders: claimants of what they began, once; officers of those who have waited too long, at most once a day.

A job does it. Whom a reminder goes to never hangs on what a claim found: that would tell a match from a miss.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.audit.models import AuditEntry
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import AnyRow, db, end_read, unit_of_work
from knowledge_exchange.core.ids import floor_id
from knowledge_exchange.mail.actions import post_mail
from knowledge_exchange.verification.claims.appeal_queries import appeals_waiting_since
from knowledge_exchange.verification.claims.queries import claims_waiting_since, settlers
from knowledge_exchange.verification.models import Claim
from knowledge_exchange.verification.policy import CLAIMANTS, may_decide_appeal

REMIND_EVERY_S = 600.0
#: A claim that is open for so long may have been forgotten by whoever made it.
CLAIMANT_AFTER = timedelta(days=1)
OFFICERS_EVERY = timedelta(days=1)
#: Claimants of one look.
MOST = 200
REMINDED = "officer.reminded"


def remind() -> None:
    """Write to whom something waits for (a job)."""
    _remind_claimants()
    _remind_officers()


def _remind_claimants() -> None:
    """All whose claim is open, whether a code was sent or not: by the account's address, and never with the code."""
    due = (Claim.decided_at.is_(None), Claim.reminded_at.is_(None), Claim.made_at <= now() - CLAIMANT_AFTER)
    query = select(Claim.id, Member.id.label("member_id"), Member.email).join(Member, Member.id == Claim.member_id)
    # ``queued_at`` is set for every claim: with it the index of those that are open is used.
    query = query.where(*due, Claim.queued_at.is_not(None), Member.standing.in_(CLAIMANTS))
    found = db.session.execute(query.order_by(Claim.id).limit(MOST)).all()
    end_read()
    for row in found:
        with unit_of_work():
            mine = update(Claim).where(Claim.id == row.id, Claim.decided_at.is_(None), Claim.reminded_at.is_(None))
            if db.session.scalar(mine.values(reminded_at=now()).returning(Claim.id)) is not None:
                link = f"{current_app.config['KE_BASE_URL']}/me"
                facts = {"member_id": row.member_id, "essential": True, "link": link}
                post_mail(row.email, _("Something is not finished yet"), "claim_reminder", **facts)


def _remind_officers() -> None:
    days = int(current_app.config["KE_CLAIM_REMIND_DAYS"])
    since = now() - timedelta(days=days)
    claims, appeals = claims_waiting_since(since), appeals_waiting_since(since)
    people = settlers() if claims or appeals else []
    end_read()
    for officer, amount in _shares(people, claims, appeals):
        with unit_of_work():
            _remind_officer(officer, amount, days)


def _shares(people: Sequence[AnyRow], claims: int, appeals: Sequence[AnyRow]) -> list[tuple[AnyRow, int]]:
    """Whom to write to, and how much waits for each: administrators only for what no membership officer may decide."""
    officers = [one for one in people if one.role == "membership_officer"]
    others = [one for one in people if one.role != "membership_officer"]
    left = [appeal for appeal in appeals if not any(_may(officer, appeal) for officer in officers)]
    shares = [(one, claims + sum(_may(one, appeal) for appeal in appeals)) for one in officers]
    shares += [(one, (0 if officers else claims) + sum(_may(one, appeal) for appeal in left)) for one in others]
    return [(one, amount) for one, amount in shares if amount]


def _may(officer: AnyRow, appeal: AnyRow) -> bool:
    about = {"appellant_id": appeal.member_id, "against_id": appeal.against_id, "appellant_role": appeal.role}
    return may_decide_appeal(officer.id, officer.role, **about)


def _remind_officer(officer: AnyRow, amount: int, days: int) -> None:
    """Unless it was done within the day: the row is locked, so that of two processes one writes."""
    db.session.execute(select(Member.id).where(Member.id == officer.id).with_for_update())
    since = now() - OFFICERS_EVERY
    lately = (AuditEntry.subject_id == officer.id, AuditEntry.id > floor_id(since), AuditEntry.at > since)
    query = select(AuditEntry.id).where(*lately, AuditEntry.action == REMINDED)
    if db.session.scalar(query.limit(1)) is not None:
        return
    record(REMINDED, actor=None, subject=officer.id, note=str(amount))
    facts = {"member_id": officer.id, "link": f"{current_app.config['KE_BASE_URL']}/admin", "amount": amount}
    post_mail(officer.email, _("Somebody is waiting"), "claims_waiting", days=days, **facts)
