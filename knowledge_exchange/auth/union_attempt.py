"""A sign-in with the union's account that is under way: one in each browser, good once, for ten minutes.

The cookie holds one sealed secret; state, nonce and PKCE verifier are derived from it, so that seeing one of them in an
address tells nothing of the others.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import session
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from knowledge_exchange.auth.factors_models import SpentChallenge
from knowledge_exchange.core.clock import ROUNDED_TO, now, rounded
from knowledge_exchange.core.crypto import new_token, seal, token_hash, unseal
from knowledge_exchange.core.db import db

#: To sign in; to link it with the account that is signed in; to show that it is still the member.
SIGN_IN, LINK, CONFIRM = "in", "link", "confirm"
LIFE = timedelta(minutes=10)
#: A longer address to go on to would not fit into the cookie.
MOST_GOAL_CHARS = 500
_KEPT = "union"


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was begun, when, and for whom. ``member_id`` is 0 for a visitor."""

    secret: str
    purpose: str
    goal: str
    member_id: int
    began: int  # seconds since 1970

    @property
    def state(self) -> str:
        """What the provider sends back: the answer is to this browser's question."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What the ID token holds: it was made for this question."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What goes with the code: it was caught by nobody on the way (RFC 7636)."""
        return self._derived("verifier")

    @property
    def wants_presence(self) -> bool:
        """Whether the person must sign in at the provider anew: a session left open there is not enough."""
        return self.purpose != SIGN_IN

    def _derived(self, what: str) -> str:
        digest = hmac.new(self.secret.encode(), what.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def begin(purpose: str, *, goal: str = "", member_id: int = 0) -> Attempt:
    """Begin; what was under way in this browser is forgotten. ``goal``: a local path."""
    kept_goal = goal if len(goal) <= MOST_GOAL_CHARS else ""
    attempt = Attempt(new_token(), purpose, kept_goal, member_id, int(now().timestamp()))
    facts = [attempt.secret, attempt.purpose, attempt.goal, str(attempt.member_id), attempt.began]
    session[_KEPT] = base64.urlsafe_b64encode(seal(json.dumps(facts).encode())).decode()
    return attempt


def spend(state: str) -> Attempt | None:
    """This browser's attempt, used up; None where that state is not its own, it is too old, or was answered already.

    In a unit of work of its own, before the answer is looked at. Another state uses nothing up: whoever made somebody
    open a forged address has not spoilt their sign-in.
    """
    attempt = _kept()
    if attempt is None or not hmac.compare_digest(attempt.state.encode(), state.encode("utf-8", "replace")):
        return None
    session.pop(_KEPT)
    expires_at = datetime.fromtimestamp(attempt.began, UTC) + LIFE
    return attempt if expires_at > now() and _is_first(attempt, expires_at) else None


def _kept() -> Attempt | None:
    try:
        facts = json.loads(unseal(base64.urlsafe_b64decode(str(session[_KEPT]))))
        secret, purpose, goal, member_id, began = facts
        return Attempt(secret, purpose, goal, int(member_id), int(began))
    except (KeyError, ValueError):
        return None


def _is_first(attempt: Attempt, expires_at: datetime) -> bool:
    """Note that it was answered; False where that is noted already: the cookie was a copy."""
    try:
        with db.session.begin_nested():
            row = {
                "challenge_hash": token_hash(f"union {attempt.secret}"),
                "expires_at": rounded(expires_at) + ROUNDED_TO,
            }
            db.session.execute(insert(SpentChallenge).values(row))
    except IntegrityError:
        return False
    return True
