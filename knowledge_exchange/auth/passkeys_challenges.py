"""The challenge that a passkey signs: good once, for five minutes, for one purpose, in one browser.

It stands in the signed cookie; that it was answered stands in the database, so that neither a copied cookie nor
a copied answer counts twice.
"""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime, timedelta

from flask import session
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from knowledge_exchange.auth.factors_models import SpentChallenge
from knowledge_exchange.core.clock import ROUNDED_TO, now, rounded
from knowledge_exchange.core.crypto import token_hash
from knowledge_exchange.core.db import db

#: Signing in without a password; after it; showing that it is still the member; a new passkey.
FIRST, SECOND, CONFIRM, ADD = "first", "second", "confirm", "add"
LIFE = timedelta(minutes=5)
CHALLENGE_BYTES = 32
_KEPT = "passkey"


def issue(purpose: str, member_id: int | None = None) -> bytes:
    """A fresh challenge; the one before in this browser is forgotten. ``member_id``: who must answer it."""
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    until = int((now() + LIFE).timestamp())
    text = base64.urlsafe_b64encode(challenge).decode()
    session[_KEPT] = f"{purpose}:{member_id or 0}:{until}:{text}"
    return challenge


def spend(purpose: str, member_id: int | None = None) -> bytes | None:
    """This browser's challenge, used up; None where there is none for that purpose and member, or it was answered.

    In a unit of work of its own, before the answer is looked at: a wrong answer uses it up as well.
    """
    kept = str(session.pop(_KEPT, ""))
    if not kept.startswith(f"{purpose}:{member_id or 0}:"):
        return None
    _purpose, _member, until, text = kept.split(":")
    expires_at = datetime.fromtimestamp(int(until), UTC)
    if expires_at <= now():
        return None
    try:
        with db.session.begin_nested():
            row = {"challenge_hash": token_hash(text), "expires_at": rounded(expires_at) + ROUNDED_TO}
            db.session.execute(insert(SpentChallenge).values(row))
    except IntegrityError:
        return None
    return base64.urlsafe_b64decode(text)
