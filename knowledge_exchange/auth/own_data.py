"""What the exchange holds about one member, for themselves: every room registers its part.

``register("posts", posts_of)`` makes the rows that ``posts_of(member_id)`` returns part of the file. Ids are
given as strings and times in ISO 8601 when the file is written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, inspect, select

from knowledge_exchange.auth import queries
from knowledge_exchange.auth.factors_models import AuthenticatorApp, Passkey, RecoveryCode
from knowledge_exchange.auth.models import Member, SignIn, StandingChange, UnionIdentity
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.db import Base, db

Rows = list[dict[str, Any]]

#: Bigger whole numbers lose digits in programs that read numbers as floats.
_SAFE_INTEGER = 2**53

_parts: dict[str, Callable[[int], Rows]] = {}


def register(name: str, function: Callable[[int], Rows]) -> None:
    """Make ``function(member_id)``'s rows part of everybody's file, under ``name``."""
    _parts[name] = function


def everything_about(member_id: int) -> dict[str, Any]:
    """All parts, ready for JSON."""
    parts = {name: [_plain(row) for row in function(member_id)] for name, function in sorted(_parts.items())}
    return {"made_at": now().isoformat(), **parts}


def columns_of(row: Base, *, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """A row as a dict, for parts that hand out whole rows."""
    names = [column.key for column in inspect(type(row)).column_attrs if column.key not in without]
    return {name: getattr(row, name) for name in names}


def rows_of(query: Select[*tuple[Any, ...]]) -> Rows:
    """What a SELECT of columns finds, as dicts, for parts that hand out some columns."""
    return [dict(row._mapping) for row in db.session.execute(query)]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in row.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _SAFE_INTEGER:
        return str(value)
    return value


def _account(member_id: int) -> Rows:
    rows = db.session.scalars(select(Member).where(Member.id == member_id))
    return [columns_of(row, without=("password_hash",)) for row in rows]


def _sign_ins(member_id: int) -> Rows:
    query = select(SignIn).where(SignIn.member_id == member_id).order_by(SignIn.id)
    return [columns_of(row, without=("token_hash",)) for row in db.session.scalars(query)]


def _standing(member_id: int) -> Rows:
    query = select(StandingChange).where(StandingChange.member_id == member_id).order_by(StandingChange.id)
    # Who decided is the union's to answer for, not one person's.
    return [columns_of(row, without=("actor_id",)) for row in db.session.scalars(query)]


def _passkeys(member_id: int) -> Rows:
    query = select(Passkey).where(Passkey.member_id == member_id).order_by(Passkey.id)
    return [columns_of(row, without=("credential_id", "public_key")) for row in db.session.scalars(query)]


def _apps(member_id: int) -> Rows:
    query = select(AuthenticatorApp).where(AuthenticatorApp.member_id == member_id).order_by(AuthenticatorApp.id)
    return [columns_of(row, without=("sealed", "last_step")) for row in db.session.scalars(query)]


def _recovery_codes(member_id: int) -> Rows:
    query = select(RecoveryCode).where(RecoveryCode.member_id == member_id).order_by(RecoveryCode.id)
    return [columns_of(row, without=("code_hash",)) for row in db.session.scalars(query)]


def _union_identities(member_id: int) -> Rows:
    query = select(UnionIdentity).where(UnionIdentity.member_id == member_id).order_by(UnionIdentity.id)
    return [columns_of(row) for row in db.session.scalars(query)]


def _looks(member_id: int) -> Rows:
    return [look._asdict() for look in queries.looks_at(member_id)]


register("account", _account)
register("authenticator_apps", _apps)
register("looks_at_my_record", _looks)
register("passkeys", _passkeys)
register("recovery_codes", _recovery_codes)
register("sign_ins", _sign_ins)
register("standing", _standing)
register("union_identities", _union_identities)
