"""Who may claim, and who may settle claims: pure questions."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from knowledge_exchange.verification.matching import same_surname

#: Officers who settle claims and keep the roll.
SETTLERS = ("membership_officer", "administrator")

# Why a claim waits for a person; the empty text: a code settles it.
UNKNOWN_NUMBER = "unknown_number"
OTHER_SURNAME = "other_surname"
TAKEN = "taken"
GONE = "gone"
NO_ADDRESS = "no_address"
UNUSED_CODE = "unused_code"


class Entry(Protocol):
    """What a claim is compared with."""

    surname: str
    email: str
    member_id: int | None
    gone_at: datetime | None


def may_claim(standing: str) -> bool:
    """Only those whose membership was never confirmed; the lapsed and suspended have other ways."""
    return standing == "pending"


def why_no_code(entry: Entry | None, surname: str) -> str:
    """Why no code can settle this claim, or an empty text where one can."""
    if entry is None:
        return UNKNOWN_NUMBER
    if not same_surname(entry.surname, surname):
        return OTHER_SURNAME
    if entry.member_id is not None:
        return TAKEN
    if entry.gone_at is not None:
        return GONE
    return "" if entry.email else NO_ADDRESS
