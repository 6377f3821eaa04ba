"""Who may claim and appeal, and who may settle that: pure questions."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from knowledge_exchange.verification.matching import same_surname

#: Officers who settle claims and keep the roll.
SETTLERS = ("membership_officer", "administrator")
#: Who may show that they are a member: nobody knows it yet, or they have renewed under another number or union.
OUTSIDE = ("pending", "lapsed")
#: Who may claim: they, and members who are on another roll, too: either keeps them in. The suspended may appeal.
CLAIMANTS = (*OUTSIDE, "active")

# Why a claim waits for a person; the empty text: a code settles it.
UNKNOWN_NUMBER = "unknown_number"
OTHER_SURNAME = "other_surname"
TAKEN = "taken"
GONE = "gone"
NO_ADDRESS = "no_address"
UNUSED_CODE = "unused_code"
GUARDED = "guarded"

#: Why a claim may be refused; in words: ``wording.refusals``.
REFUSALS = ("not_on_roll", "other_number", "ended", "not_enough", "duplicate", "other")
#: These say too little by themselves: the officer writes more.
REFUSALS_WITH_NOTE = ("not_enough", "other")
#: Steps in somebody's standing that they may appeal against.
APPEALABLE = ("lapsed", "suspended")


class Holder(Protocol):
    """Somebody who may hold an office."""

    @property
    def role(self) -> str:
        """Their office in the exchange."""


def may_enter_office(me: Holder) -> bool:
    """The membership office is there for those who settle claims; for others it does not exist."""
    return me.role in SETTLERS


class Entry(Protocol):
    """What a claim is compared with."""

    surname: str
    former_names: str
    email: str
    member_id: int | None
    gone_at: datetime | None


def is_outside(standing: str) -> bool:
    """Whose membership was never confirmed, or was once: a place on a roll lets them in."""
    return standing in OUTSIDE


def may_claim(standing: str) -> bool:
    """Whether somebody of this standing may show that an entry on a roll is theirs."""
    return standing in CLAIMANTS


def why_no_code(entry: Entry | None, surname: str, member_id: int | None = None) -> str:
    """Why no code can settle this claim, or an empty text where one can. ``member_id``: who claims."""
    if entry is None:
        return UNKNOWN_NUMBER
    if not same_surname(entry.surname, surname, entry.former_names):
        return OTHER_SURNAME
    if entry.member_id not in (None, member_id):
        return TAKEN
    if entry.gone_at is not None:
        return GONE
    return "" if entry.email else NO_ADDRESS


def may_decide_appeal(
    officer_id: int, role: str, *, appellant_id: int, against_id: int | None, appellant_role: str = "member"
) -> bool:
    """Neither who decided what it is about, nor who asks; about an administrator only an administrator.

    Where there is one officer alone, administrators remain.
    """
    is_below = appellant_role == "administrator" and role != "administrator"
    return role in SETTLERS and officer_id not in (appellant_id, against_id) and not is_below
