"""Whether somebody is who they say: a code or a passkey, counted before it is looked at, used up when it is right."""

from __future__ import annotations

from knowledge_exchange.auth import factors, factors_app, factors_codes, limits, passkeys
from knowledge_exchange.auth import passkeys_challenges as challenges
from knowledge_exchange.auth.passkeys import Shown
from knowledge_exchange.core.db import unit_of_work

#: Longer than any code with everything that people put around it.
MOST_CODE_CHARS = 100


def count_code(member_id: int, code: str) -> None:
    """Count a try of a code; a 429 where there were too many.

    An app's code counts wherever it is tried from, for it is short. A recovery code counts from one address: it
    can't be guessed, and nobody shall use up the owner's tries of it.
    """
    is_short = factors_app.looks_like_one(code)
    limits.count_guess(member_id, "app" if is_short else "recovery", from_anywhere=is_short)


def spend_code(member_id: int, code: str) -> bool:
    """Whether it is a code of the app or a recovery code, which it no longer is then. In a unit of work."""
    if len(code) > MOST_CODE_CHARS:
        return False
    if factors_app.looks_like_one(code):
        return factors_app.spend(member_id, code)
    if not factors.has_any(member_id) or not factors_codes.spend(member_id, code):
        return False
    factors.used_recovery_code(member_id)
    return True


def read_passkey(purpose: str, answer: str, member_id: int | None = None) -> Shown | None:
    """The passkey in a browser's answer to the challenge for that purpose, which is used up; None if anything is wrong.

    What is left to do is ``passkeys.use``, in the unit of work of whatever it allows.
    """
    here = passkeys.party()
    with unit_of_work():
        challenge = challenges.spend(purpose, member_id)
    if here is None or challenge is None:
        return None
    return passkeys.read_use(here, challenge, answer, member_id)
