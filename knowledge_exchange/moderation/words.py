"""What the words of this room mean, for people."""

from __future__ import annotations

from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _

from knowledge_exchange.moderation.models import DECLINED, LAPSED, OPENED, WITHDRAWN


def grounds() -> dict[str, str]:
    """Why a pseudonym may be opened, in a word or two."""
    return {"safety": _("safety"), "law": _("law")}


def whole_grounds() -> dict[str, str]:
    """Likewise, as officers choose between them."""
    return {
        "safety": _("Safety: somebody’s life or health is in danger, and knowing who wrote this can help."),
        "law": _("Law: a court, or a statute, requires the union to say who wrote this."),
    }


def day_in_words(day: date) -> str:
    """A day, or the day of a moment, as people write it."""
    return str(format_date(day, "long"))


def outcomes() -> dict[str, str]:
    """What became of a request."""
    return {
        OPENED: _("opened"),
        DECLINED: _("declined"),
        WITHDRAWN: _("withdrawn"),
        LAPSED: _("lapsed: nobody agreed in time"),
    }


def suspensions() -> dict[str, str]:
    """Why whoever is behind a pseudonym may be suspended, as officers choose it and the member reads it."""
    return {
        "danger": _("A post threatened somebody, or put somebody in danger."),
        "people": _("A post attacked or mocked somebody."),
        "private": _("A post gave away what has to stay private: a patient, a colleague, or a thread of others."),
        "rules": _("The house rules were broken in another way."),
    }


def suspension_cause(word: str) -> str:
    """What a suspended member, and the membership office, read: it leads to no thread."""
    return str(
        _("Suspended by decision of national officers, about a post. %(why)s You can appeal.", why=suspensions()[word])
    )
