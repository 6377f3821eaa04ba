"""Accounts that wait for nothing any more are closed: never proven, or lapsed long ago.

Closing is the step to ``left``: its letter says so, an officer can open the account again, and what is known of its
owner is erased when the time for leavers is over.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select

from knowledge_exchange.auth.actions import change_standing
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.db import db, end_read, unit_of_work
from knowledge_exchange.verification.models import Appeal, Claim

#: Accounts of one look.
MOST = 200


def close_pending(before: datetime) -> None:
    """Close accounts that have waited since then for a claim which nobody makes (a class of ``core/keeping.py``)."""
    cause = _("The account was not connected with a membership for a long time.")
    _close_all((*_since("pending", before), Member.email_confirmed_at.is_not(None), ~_has_open_claim()), cause)


def close_lapsed(before: datetime) -> None:
    """Close accounts of those who lapsed before that moment and have not come back."""
    _close_all(_since("lapsed", before), _("The membership ended a long time ago."))


def _since(standing: str, before: datetime) -> tuple[ColumnElement[bool], ...]:
    appeals = select(Appeal.id).where(Appeal.member_id == Member.id, Appeal.decided_at.is_(None))
    return Member.standing == standing, Member.standing_since < before, ~appeals.exists()


def _has_open_claim() -> ColumnElement[bool]:
    return select(Claim.id).where(Claim.member_id == Member.id, Claim.decided_at.is_(None)).exists()


def _close_all(where: tuple[ColumnElement[bool], ...], cause: str) -> None:
    query = select(Member.id).where(*where).order_by(Member.id).limit(MOST)
    while ids := db.session.scalars(query).all():
        end_read()
        for member_id in ids:
            with unit_of_work() as work:
                # Asked again: they may have claimed, or come back, meanwhile.
                if work.scalar(select(Member.id).where(Member.id == member_id, *where)) is not None:
                    change_standing(member_id, "left", cause, None)
    end_read()
