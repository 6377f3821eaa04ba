"""What has run out goes: old sign-ins, used links. What is kept for a time is in ``keeping.py``."""

from __future__ import annotations

from sqlalchemy import delete, select

from knowledge_exchange.auth import factors
from knowledge_exchange.auth.models import EmailToken, Member, SignIn
from knowledge_exchange.auth.sessions import still_good
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import unit_of_work

SWEEP_EVERY_S = 3600.0


def sweep() -> None:
    """Delete what has run out (see the constants; a link's life is in auth/tokens.py)."""
    moment = now()
    good = select(SignIn.id).join(Member, Member.id == SignIn.member_id).where(*still_good())
    with unit_of_work() as work:
        work.execute(delete(SignIn).where(SignIn.id.not_in(good)))
        factors.sweep(moment)
        work.execute(delete(EmailToken).where(EmailToken.expires_at < moment))
