"""What nobody needs any more goes: old sign-ins, used links, accounts that were never confirmed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select

from knowledge_exchange.auth import factors
from knowledge_exchange.auth.models import EmailToken, Member, SignIn
from knowledge_exchange.auth.sessions import still_good
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import unit_of_work

SWEEP_EVERY_S = 3600.0
#: Whoever has not confirmed by then either changed their mind or never asked.
UNCONFIRMED_FOR = timedelta(days=14)


def sweep() -> None:
    """Delete what has run out (see the constants; a link's life is in auth/tokens.py)."""
    moment = now()
    good = select(SignIn.id).join(Member, Member.id == SignIn.member_id).where(*still_good())
    never = (Member.email_confirmed_at.is_(None), Member.standing == "pending")
    with unit_of_work() as work:
        work.execute(delete(SignIn).where(SignIn.id.not_in(good)))
        factors.sweep(moment)
        work.execute(delete(EmailToken).where(EmailToken.expires_at < moment))
        work.execute(delete(Member).where(*never, Member.created_at < moment - UNCONFIRMED_FOR))
