"""What reports are called: on the page where somebody reports, and on the card of those who decide."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _


class Category(NamedTuple):
    """What may be wrong with a post: its button, and what that means."""

    name: str
    meaning: str


def categories() -> dict[str, Category]:
    """By the words of ``reports.CATEGORIES``, in their order."""
    return {
        "privacy": Category(
            _("Patient or confidential details"), _("Somebody could be known by it, or it was not to be passed on.")
        ),
        "attack": Category(_("It attacks or mocks somebody"), _("It is about a person, and not about what they say.")),
        "danger": Category(
            _("Somebody may be in danger"), _("Officers are told at once. In an emergency, call 999 first.")
        ),
        "spam": Category(_("Advertising or spam"), _("It sells something, or says the same everywhere.")),
        "place": Category(_("It is in the wrong place"), _("Another network, or another thread, would be better.")),
        "other": Category(_("It breaks another rule"), _("Say which in the note, if you can.")),
    }


def refusals() -> dict[str, str]:
    """Why a post can't be reported, by the words of ``reports.refusal``."""
    return {
        "gone": _("This post isn’t there any more. Nothing was reported."),
        "own": _("This post is your own. You can change it, or take it away, under “More”."),
        "already": _("You have reported this post already. Once is enough: several reports make one case."),
    }
