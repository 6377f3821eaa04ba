"""Between the password and the second factor: nobody is signed in, and the browser holds a sealed note that says who
has given the right password.
"""

from __future__ import annotations

import base64
import json
from datetime import timedelta

from flask import session

from knowledge_exchange.auth import queries
from knowledge_exchange.auth.queries import Account
from knowledge_exchange.core.clock import now
from knowledge_exchange.core.crypto import seal, token_hash, unseal

#: Long enough to find the phone.
LIFE = timedelta(minutes=10)
_KEPT = "second"


def hold(account: Account) -> None:
    """Note in the cookie that this browser gave the right password of that account just now."""
    facts = {"member": account.id, "password": token_hash(account.password_hash), "until": _seconds() + _life()}
    session[_KEPT] = base64.urlsafe_b64encode(seal(json.dumps(facts).encode())).decode()


def held() -> Account | None:
    """Whose password it was; None where there is no note, it is too old, or the password is another since."""
    facts = _facts()
    if facts is None or int(facts["until"]) <= _seconds():
        return None
    account = queries.account(int(facts["member"]))
    is_same = account is not None and token_hash(account.password_hash) == facts["password"]
    return account if is_same else None


def _facts() -> dict[str, str | int] | None:
    try:
        found: dict[str, str | int] = json.loads(unseal(base64.urlsafe_b64decode(str(session[_KEPT]))))
    except (KeyError, ValueError):
        return None
    return found


def _seconds() -> int:
    return int(now().timestamp())


def _life() -> int:
    return int(LIFE.total_seconds())
