"""Recovery codes: ten of them, each good once, shown once. The verbs never commit."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, insert, update

from knowledge_exchange.audit.actions import record
from knowledge_exchange.auth.factors_models import RecoveryCode
from knowledge_exchange.core.clock import rounded_now
from knowledge_exchange.core.crypto import every_keyed_hash, keyed_hash
from knowledge_exchange.core.db import db
from knowledge_exchange.core.ids import new_rounded_id

AMOUNT = 10
#: Read aloud or off paper without a doubt: no l, 1, o, 0, i. Five bits a letter.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP_CHARS = 3, 4
_PURPOSE = "recovery code"


def make(member_id: int) -> list[str]:
    """Ten fresh codes; those before are worth nothing. They can't be shown again."""
    codes = [_new_code() for _number in range(AMOUNT)]
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.member_id == member_id))
    moment = rounded_now()
    rows = [
        {
            "id": new_rounded_id(),
            "member_id": member_id,
            "code_hash": keyed_hash(_PURPOSE, _said(member_id, code)),
            "made_at": moment,
        }
        for code in codes
    ]
    db.session.execute(insert(RecoveryCode), rows)
    record("factor.codes_made", actor=member_id, subject=member_id)
    return codes


def _new_code() -> str:
    groups = ("".join(secrets.choice(LETTERS) for _letter in range(GROUP_CHARS)) for _group in range(GROUPS))
    return "-".join(groups)


def spend(member_id: int, code: str) -> bool:
    """Whether it is one of theirs that was never used; it is used now."""
    hashes = every_keyed_hash(_PURPOSE, _said(member_id, code))
    mine = (RecoveryCode.member_id == member_id, RecoveryCode.code_hash.in_(hashes))
    use = update(RecoveryCode).where(*mine, RecoveryCode.used_at.is_(None)).values(used_at=rounded_now())
    return db.session.execute(use.returning(RecoveryCode.id)).first() is not None


def _said(member_id: int, code: str) -> str:
    """What is hashed; capitals, spaces and hyphens don't matter."""
    plain = "".join(letter for letter in code.lower() if letter.isalnum())
    return f"{member_id}:{plain}"
