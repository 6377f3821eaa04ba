"""The one-time codes that prove a claim: short enough to type, and worth nothing after half an hour."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from knowledge_exchange.core.crypto import is_hash_of, keyed_hash

CODE_CHARS = 8
#: Without those that are taken for one another: B8, I1L, O0, S5, Z2.
ALPHABET = "ACDEFGHJKMNPQRTUVWXY34679"
CODE_LIFE = timedelta(minutes=30)
MAX_TRIES = 5
_PURPOSE = "claim-code"


def new_code() -> str:
    """A fresh code: one of 150,000 million."""
    return "".join(secrets.choice(ALPHABET) for _letter in range(CODE_CHARS))


def normal_code(text: str) -> str:
    """A code as it is compared: capitals, without the spaces and hyphens that people put in."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def code_hash(claim_id: int, code: str) -> str:
    """What is stored of a code; good for this claim alone."""
    return keyed_hash(_PURPOSE, _said(claim_id, code))


def _said(claim_id: int, code: str) -> str:
    return f"{claim_id}:{code}"


def is_right(code: str, *, claim_id: int, stored: str | None, expires_at: datetime | None, at: datetime) -> bool:
    """Whether this code settles that claim at that moment. A claim without a code is compared all the same."""
    same = is_hash_of(stored or "", _PURPOSE, _said(claim_id, normal_code(code)))
    return same and expires_at is not None and at < expires_at
