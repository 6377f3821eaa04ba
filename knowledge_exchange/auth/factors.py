"""Second factors: who has which, who needs one, taking them away. The verbs never commit."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from flask import current_app
from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth import letters, queries, sessions
from knowledge_exchange.auth.factors_models import AuthenticatorApp, Passkey, RecoveryCode, SpentChallenge
from knowledge_exchange.auth.models import Member, UnionIdentity
from knowledge_exchange.core import hooks
from knowledge_exchange.core.db import db

#: An authenticator app that was not confirmed by then was never set up.
SETTING_UP_FOR = timedelta(hours=1)

PASSKEY, APP, CODES = "passkey", "authenticator app", "recovery codes"


def are_required() -> bool:
    """Whether this exchange makes its officers and moderators have a second factor; the demo never does."""
    return current_app.config["KE_SECOND_FACTOR"] == "required" and not current_app.config["KE_DEMO"]


def in_office() -> ColumnElement[bool]:
    """Condition on Member: they hold an office in the exchange, or moderate a network."""
    return or_(Member.role != "member", hooks.call("moderates_some", Member.id))


def must_set_up() -> ColumnElement[bool]:
    """Condition on Member: active, in an office, and with nothing but a password."""
    return and_(Member.standing == "active", in_office(), ~_has_passkey(), ~_has_app())


def _has_passkey() -> ColumnElement[bool]:
    return exists().where(Passkey.member_id == Member.id).correlate_except(Passkey)


def _has_app() -> ColumnElement[bool]:
    mine = (AuthenticatorApp.member_id == Member.id, AuthenticatorApp.confirmed_at.is_not(None))
    return exists().where(*mine).correlate_except(AuthenticatorApp)


def needs_second_factor(member_id: int) -> bool:
    """Whether somebody may not be without one (their office asks for it, and the exchange enforces it)."""
    if not are_required():
        return False
    return db.session.scalar(select(Member.id).where(Member.id == member_id, in_office())) is not None


class OwnPasskey(NamedTuple):
    """A passkey, for the list of one's own."""

    id: int
    name: str
    created_at: datetime
    used_at: datetime | None


class Factors(NamedTuple):
    """What somebody signs in with besides the password."""

    passkeys: list[OwnPasskey]
    app_since: datetime | None
    app_used_at: datetime | None
    codes_left: int

    @property
    def amount(self) -> int:
        """How many there are; recovery codes stand in for one, and are none."""
        return len(self.passkeys) + (self.app_since is not None)


def factors_of(member_id: int) -> Factors:
    """A member's factors, the oldest first."""
    mine = (
        select(Passkey.id, Passkey.name, Passkey.created_at, Passkey.used_at)
        .where(Passkey.member_id == member_id)
        .order_by(Passkey.id)
    )
    app = select(AuthenticatorApp.confirmed_at, AuthenticatorApp.used_at).where(
        AuthenticatorApp.member_id == member_id, AuthenticatorApp.confirmed_at.is_not(None)
    )
    left = select(func.count()).where(RecoveryCode.member_id == member_id, RecoveryCode.used_at.is_(None))
    since, used = db.session.execute(app).first() or (None, None)
    passkeys = [OwnPasskey(*row) for row in db.session.execute(mine)]
    return Factors(passkeys, since, used, db.session.scalar(left) or 0)


def has_any(member_id: int) -> bool:
    """Whether the password alone is not enough to sign in."""
    query = select(Member.id).where(Member.id == member_id, or_(_has_passkey(), _has_app()))
    return db.session.scalar(query) is not None


def added(member_id: int, what: str, *, is_first: bool, but: int | None) -> None:
    """Note a new factor and write to its owner. With the first one every other sign-in ends (``but``: this one).

    Those were begun with the password alone, maybe by somebody else who knows it.
    """
    record("factor.added", actor=member_id, subject=member_id, note=what)
    if is_first:
        sessions.end_all(member_id, but=but)
    _tell(member_id, "added")


def may_remove(factors: Factors, *, is_needed: bool) -> bool:
    """Whether one of these factors may go: the last of somebody who needs one may not."""
    return factors.amount > 1 or not is_needed


def remove_passkey(member_id: int, passkey_id: int) -> bool:
    """Take a passkey away; False where it is not theirs, or the last that somebody in an office may have."""
    _lock(member_id)
    theirs = (Passkey.id == passkey_id, Passkey.member_id == member_id)
    if db.session.scalar(select(Passkey.id).where(*theirs)) is None or not _one_may_go(member_id):
        return False
    db.session.execute(delete(Passkey).where(*theirs))
    _removed(member_id, PASSKEY)
    return True


def remove_app(member_id: int) -> bool:
    """Take the authenticator app away; False where there is none, or it is the last (see :func:`remove_passkey`)."""
    _lock(member_id)
    if factors_of(member_id).app_since is None or not _one_may_go(member_id):
        return False
    db.session.execute(delete(AuthenticatorApp).where(AuthenticatorApp.member_id == member_id))
    _removed(member_id, APP)
    return True


def _lock(member_id: int) -> None:
    """Two removals at once must not each leave the other's as the last."""
    db.session.execute(select(Member.id).where(Member.id == member_id).with_for_update())


def _one_may_go(member_id: int) -> bool:
    return may_remove(factors_of(member_id), is_needed=needs_second_factor(member_id))


def _removed(member_id: int, what: str) -> None:
    record("factor.removed", actor=member_id, subject=member_id, note=what)
    if not has_any(member_id):
        # They stand in for a factor; without one they would be a password on paper.
        db.session.execute(delete(RecoveryCode).where(RecoveryCode.member_id == member_id))
    _tell(member_id, "removed")


def used_recovery_code(member_id: int) -> None:
    """Note that somebody came in by a recovery code, and write to them: it may have been found by another."""
    record("factor.used_recovery_code", actor=member_id, subject=member_id)
    _tell(member_id, "code_used")


def reset(member_id: int, actor_id: int | None) -> int:
    """Take everything but the password, sign them out everywhere; returns how many factors there were.

    A link with the union's sign-in goes, too: whoever got in may have made it with an account of their own.
    """
    amount = factors_of(member_id).amount
    for table in (Passkey, AuthenticatorApp, RecoveryCode, UnionIdentity):
        db.session.execute(delete(table).where(table.member_id == member_id))
    sessions.end_all(member_id)
    record("factor.reset", actor=actor_id, subject=member_id, note=f"{amount} removed")
    _tell(member_id, "removed")
    return amount


def _tell(member_id: int, what: str) -> None:
    account = queries.account(member_id)
    if account is not None:
        letters.say_factors_changed(member_id, account.email, what)


def sweep(moment: datetime) -> None:
    """Forget challenges that have run out, and apps that were never confirmed."""
    db.session.execute(delete(SpentChallenge).where(SpentChallenge.expires_at < moment))
    abandoned = (AuthenticatorApp.confirmed_at.is_(None), AuthenticatorApp.created_at < moment - SETTING_UP_FOR)
    db.session.execute(delete(AuthenticatorApp).where(*abandoned))
