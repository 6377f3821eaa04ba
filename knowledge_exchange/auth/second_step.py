"""Between the password (or the union's own sign-in) and the second factor: nobody is signed in, and the browser holds a
sealed note that says who has shown the first.
"""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

from flask import session

from knowledge_exchange.auth import queries
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import seal, token_hash, unseal

#: Long enough to find the phone.
LIFE = timedelta(minutes=10)
_KEPT = "second"


def hold(account: Account, union: list[str] | None = None) -> None:
    """Note in the cookie that this browser gave the right password of that account just now.

    ``union``: that it came from the union's provider instead, and what is to be done about that once the second step
    is done (auth/union_arriving.py).
    """
    password = token_hash(account.password_hash)
    facts = {"member": account.id, "password": password, "until": _seconds() + _life(), "union": union}
    session[_KEPT] = base64.urlsafe_b64encode(seal(json.dumps(facts).encode())).decode()


def held() -> Account | None:
    """Whose password it was; None where there is no note, it is too old, or the password is another since."""
    facts = _facts()
    if facts is None or int(facts["until"]) <= _seconds():
        return None
    account = queries.account(int(facts["member"]))
    is_same = account is not None and token_hash(account.password_hash) == facts["password"]
    return account if is_same else None


def union_note() -> list[str] | None:
    """What :func:`hold` was given about the union's provider; None after a password."""
    facts = _facts()
    return facts.get("union") if facts else None


def _facts() -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(unseal(base64.urlsafe_b64decode(str(session[_KEPT]))))
    except (KeyError, ValueError):
        return None
    return found


def _seconds() -> int:
    return int(now().timestamp())


def _life() -> int:
    return int(LIFE.total_seconds())
