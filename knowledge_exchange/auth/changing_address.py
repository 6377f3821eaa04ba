"""Changing the address of one's account: asked for while signed in, done by a link that is mailed to the new one."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth import letters, queries, sessions, tokens
from knowledge_exchange.auth.models import Member
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import db
from knowledge_exchange.mail.actions import readdress
from knowledge_exchange.mail.refusals import forget_refusal


def ask(member_id: int, old: str, new: str) -> None:
    """In a unit of work: mail the link to the new address, and word of it to the old one.

    Where the new one has an account already, its owner gets a letter instead; whoever asked sees no difference.
    """
    tokens.void(member_id, tokens.EMAIL)
    record("email.change_asked", actor=member_id, subject=member_id)
    letters.say_address_asked(member_id, old)
    owner = queries.account_of_email(new)
    if owner is not None:
        letters.say_already(owner.id, owner.email)
    else:
        letters.ask_for_new_address(member_id, new)


def address_behind(member_id: int, token: str) -> str | None:
    """The new address that this member's link confirms; None where it is no good, or somebody else's."""
    found = tokens.address_of(token)
    return found.email if found is not None and found.member_id == member_id else None


def change(member_id: int, token: str) -> bool:
    """In a unit of work: use the link up and change the address; every sign-in ends, and so does every other link.

    False where the link is no good any more, or somebody has taken the address meanwhile.
    """
    new = address_behind(member_id, token)
    if new is None or tokens.spend(token, tokens.EMAIL) is None:
        return False
    old = db.session.scalars(select(Member.email).where(Member.id == member_id).with_for_update()).one()
    if not _put(member_id, new):
        return False
    for purpose in (tokens.CONFIRM, tokens.RESET, tokens.EMAIL):
        tokens.void(member_id, purpose)
    sessions.end_all(member_id)
    forget_refusal(new)  # the link has arrived
    readdress(member_id, old, new)
    record("email.changed", actor=member_id, subject=member_id)
    letters.say_address_changed(member_id, old)
    return True


def _put(member_id: int, new: str) -> bool:
    changed = update(Member).where(Member.id == member_id).values(email=new, email_confirmed_at=now())
    try:
        with db.session.begin_nested():
            db.session.execute(changed)
    except IntegrityError:
        return False
    return True
