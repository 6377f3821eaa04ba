"""What the words of this room mean, for people: to the officer plainly, to the claimant without what the roll holds."""

from __future__ import annotations

from datetime import datetime

from flask_babel import format_timedelta
from flask_babel import gettext as _

from knowledge_exchange.core.clock import now
from knowledge_exchange.verification import policy


def waited(since: datetime) -> str:
    """How long ago that was, in words."""
    return str(format_timedelta(now() - since, granularity="minute"))


def causes() -> dict[str, str]:
    """Why a claim waits, in words for the officer (never for the claimant)."""
    return {
        policy.UNKNOWN_NUMBER: _("No entry on this roll has that number."),
        policy.OTHER_SURNAME: _("The number is on the roll, under another surname."),
        policy.TAKEN: _("Number and surname match, but the entry belongs to another account."),
        policy.GONE: _("Number and surname match, but the roll does not have the entry any more."),
        policy.NO_ADDRESS: _("Number and surname match, but the roll holds no e-mail address."),
        policy.UNUSED_CODE: _("Number and surname match; the code that was sent has not been used."),
        policy.GUARDED: _(
            "Number and surname match, but so many have tried this number that no code was sent: make sure who it is."
        ),
    }


def refusals() -> dict[str, str]:
    """Why a claim may be refused, as the officer chooses it."""
    return {
        "not_on_roll": _("Not on the roll"),
        "other_number": _("Another person’s number"),
        "ended": _("The membership has ended"),
        "not_enough": _("Not enough shown"),
        "duplicate": _("A second account of the same person"),
        "other": _("Another reason"),
    }


def refusals_told() -> dict[str, str]:
    """The same, as the claimant reads it: nobody learns from it who is on a roll."""
    return {
        "not_on_roll": _("We could not find you on the union’s roll with what you gave."),
        "other_number": _("The number and the name that you gave do not belong together."),
        "ended": _("What you gave does not show a membership that holds today."),
        "not_enough": _("What you gave is not enough to be sure that it is you."),
        "duplicate": _("It looks as if you have an account already: sign in with that one, or ask for its password."),
        "other": "",
    }
