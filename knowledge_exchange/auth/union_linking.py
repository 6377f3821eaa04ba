"""Whose account somebody's identity with the union's provider is. The verbs never commit.

Linked is only by what the provider vouches for: its own name of the person (iss and sub), an address that it has made
sure of, a number on the roll.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from flask import current_app
from sqlalchemy import delete, select, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth import actions, factors, letters, passwords, queries, tokens
from knowledge_exchange.auth.models import Member, UnionIdentity
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.auth.union_facts import Shown
from knowledge_exchange.core import hooks
from knowledge_exchange.core.clock import rounded_now
from knowledge_exchange.core.db import db


class By(StrEnum):
    """What made us believe that an account is theirs."""

    KNOWN = "known"
    EMAIL = "email"
    NUMBER = "number"
    OWN_WORD = "own word"


class Whose(NamedTuple):
    """An account, and why it is theirs."""

    account: Account
    by: By


def whose(shown: Shown) -> Whose | None:
    """The account of whom the provider has shown; None where there is none, or two are meant."""
    known = _known(shown)
    if known is not None:
        return Whose(known, By.KNOWN)
    by_email = queries.account_of_email(shown.email) if shown.email else None
    by_number = _holder(shown)
    if by_email is not None and by_number is not None and by_email.id != by_number.id:
        return None
    found = by_email or by_number
    if found is None or has_identity(found.id):
        # One for each issuer: another of theirs would be somebody else's, or needs a person to look at it.
        return None
    return Whose(found, By.EMAIL if by_email else By.NUMBER)


def _known(shown: Shown) -> Account | None:
    theirs = (UnionIdentity.issuer == shown.issuer, UnionIdentity.subject == shown.subject)
    member_id = db.session.scalar(select(UnionIdentity.member_id).where(*theirs))
    return queries.account(member_id) if member_id else None


def _holder(shown: Shown) -> Account | None:
    if not shown.number:
        return None
    member_id = hooks.call("holder_of_number", current_app.config["KE_OIDC_SOURCE"], shown.number)
    return queries.account(member_id) if member_id else None


def may_open(shown: Shown) -> bool:
    """Whether an account can be made for somebody who has none: there is an address of theirs, and nobody's else."""
    return bool(shown.email) and actions.find_id(shown.email) is None and _holder(shown) is None


def open_account(shown: Shown) -> Account:
    """A new account without a password, its address confirmed. Raises ``actions.EmailTaken``."""
    member = actions.create_member(email=shown.email, name=shown.name, password_hash=passwords.UNUSABLE, confirmed=True)
    account = queries.account(member.id)
    assert account is not None
    return account


def take_over(account: Account, shown: Shown) -> Account:
    """An account whose address nobody had confirmed is its owner's: a password that a stranger chose is gone."""
    changed = {"name": shown.name, "password_hash": passwords.UNUSABLE}
    db.session.execute(update(Member).where(Member.id == account.id).values(**changed))
    actions.confirm(db.session.get_one(Member, account.id))
    tokens.void(account.id, tokens.RESET)
    found = queries.account(account.id)
    assert found is not None
    return found


def has_identity(member_id: int) -> bool:
    """Whether this account is linked with an identity of the provider that is set now."""
    return identity_of(member_id) is not None


def identity_of(member_id: int) -> UnionIdentity | None:
    """The link, for the page of one's own."""
    issuer = current_app.config["KE_OIDC_ISSUER"]
    mine = (UnionIdentity.member_id == member_id, UnionIdentity.issuer == issuer)
    return db.session.scalar(select(UnionIdentity).where(*mine))


def link(member_id: int, shown: Shown, by: By) -> bool:
    """Link them, and write to the account's owner; False where either is linked already.

    The account's row is locked: of two at once only one is linked.
    """
    db.session.execute(select(Member.id).where(Member.id == member_id).with_for_update())
    if has_identity(member_id) or _known(shown) is not None:
        return False
    row = UnionIdentity(issuer=shown.issuer, subject=shown.subject, member_id=member_id, linked_by=by.value)
    db.session.add(row)
    db.session.flush()
    record("union.linked", actor=member_id, subject=member_id, note=f"by {by.value}")
    _tell(member_id, "union_linked")
    return True


def may_unlink(account: Account) -> bool:
    """Whether another way in remains: a password, or a passkey."""
    return account.password_hash != passwords.UNUSABLE or bool(factors.factors_of(account.id).passkeys)


def may_confirm(member_id: int) -> bool:
    """Whether it is the provider who may say that it is still they: not where a second factor is to be shown."""
    return has_identity(member_id) and not factors.has_any(member_id)


def unlink(member_id: int) -> bool:
    """Undo the link; False where there is none, or it is the only way in."""
    db.session.execute(select(Member.id).where(Member.id == member_id).with_for_update())
    account = queries.account(member_id)
    if account is None or not may_unlink(account):
        return False
    issuer = current_app.config["KE_OIDC_ISSUER"]
    mine = (UnionIdentity.member_id == member_id, UnionIdentity.issuer == issuer)
    if db.session.scalar(delete(UnionIdentity).where(*mine).returning(UnionIdentity.id)) is None:
        return False
    record("union.unlinked", actor=member_id, subject=member_id)
    _tell(member_id, "union_unlinked")
    return True


def arrive(account: Account, shown: Shown, by: By) -> bool:
    """Note that they came in so, linked by now; a number that is vouched for lets a pending account in.

    False where the link can't be made any more.
    """
    if by is not By.KNOWN and not link(account.id, shown, by):
        return False
    theirs = (UnionIdentity.issuer == shown.issuer, UnionIdentity.subject == shown.subject)
    used = update(UnionIdentity).where(*theirs, UnionIdentity.member_id == account.id).values(used_at=rounded_now())
    if db.session.scalar(used.returning(UnionIdentity.id)) is None:
        return False
    if shown.number and account.standing == "pending":
        hooks.call("admit_by_number", account.id, current_app.config["KE_OIDC_SOURCE"], shown.number)
    return True


def _tell(member_id: int, what: str) -> None:
    account = queries.account(member_id)
    if account is not None:
        letters.say_factors_changed(member_id, account.email, what)
