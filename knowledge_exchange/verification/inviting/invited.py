"""What somebody does with their invitation: open an account with it, or use it for the one they have.

The letter went to the address on the roll: whoever has its link is taken for that person. Nothing here commits.
"""

from __future__ import annotations

from enum import Enum

from flask_babel import gettext as _
from sqlalchemy import select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth import actions as accounts
from knowledge_exchange.auth import letters
from knowledge_exchange.auth import queries as auth_queries
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import token_hash
from knowledge_exchange.core.db import AnyRow, db
from knowledge_exchange.verification.claims.actions import make_member, take_entry
from knowledge_exchange.verification.models import Claim, RollEntry, RollInvitation
from knowledge_exchange.verification.policy import is_outside


class DeadInvitation(Exception):
    """It is unknown, used, too old, or its entry is somebody's or gone: nothing must be written."""


class Outcome(Enum):
    """What became of an invitation that somebody wanted to open an account with. The visitor is told neither."""

    IN = "in"
    ALREADY = "already"  # the address has an account: its owner is told by mail, the invitation stays good


def find(token: str) -> AnyRow | None:
    """The invitation and what the roll says of its owner; None when it is no good, or not any more."""
    facts = (RollInvitation.id, RollInvitation.entry_id, RollEntry.email, RollEntry.first_name, RollEntry.surname)
    good = (
        RollInvitation.token_hash == token_hash(token),
        RollInvitation.used_at.is_(None),
        RollInvitation.expires_at > now(),
        RollEntry.member_id.is_(None),
        RollEntry.gone_at.is_(None),
    )
    query = select(*facts).join(RollEntry, RollEntry.id == RollInvitation.entry_id).where(*good)
    return db.session.execute(query).first()


def open_account(token: str, *, password_hash: str, name: str, handle: str | None) -> Outcome:
    """Open an account with the roll's address, active at once.

    Raises :class:`DeadInvitation`, and :class:`auth.actions.HandleTaken` where the handle can't be had.
    """
    invitation = find(token)
    if invitation is None:
        raise DeadInvitation
    found = auth_queries.account_of_email(invitation.email)
    if found is None:
        facts = {"email": invitation.email, "name": name, "password_hash": password_hash, "handle": handle}
        try:
            member = accounts.create_member(confirmed=True, **facts)
        except accounts.EmailTaken:
            # Another process was first, a moment ago: as if it had been there all along.
            found = auth_queries.account_of_email(invitation.email)
        else:
            _use(invitation, member.id)
            return Outcome.IN
    if found is not None:
        letters.say_already(found.id, found.email)
    return Outcome.ALREADY


def use_for(token: str, member_id: int) -> None:
    """Make the account that has been waiting a member by this invitation. Raises :class:`DeadInvitation`."""
    standing = db.session.scalar(select(Member.standing).where(Member.id == member_id).with_for_update())
    invitation = find(token)
    if invitation is None or standing is None or not is_outside(standing):
        raise DeadInvitation
    still_open = (Claim.member_id == member_id, Claim.decided_at.is_(None))
    db.session.execute(update(Claim).where(*still_open).values(decided_at=now(), accepted=True, code_hash=None))
    _use(invitation, member_id)


def _use(invitation: AnyRow, member_id: int) -> None:
    """Use it up, for the first to come. Raises :class:`DeadInvitation`."""
    unused = (RollInvitation.id == invitation.id, RollInvitation.used_at.is_(None))
    used = update(RollInvitation).where(*unused).values(used_at=now()).returning(RollInvitation.id)
    entry = take_entry(invitation.entry_id, member_id) if db.session.scalar(used) is not None else None
    if entry is None:
        raise DeadInvitation
    record("invitation.used", actor=member_id, subject=member_id)
    make_member(member_id, entry, _("You came with the invitation that was sent to you."), actor=member_id)
