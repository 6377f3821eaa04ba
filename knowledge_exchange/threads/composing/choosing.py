"""Under which name somebody writes, from whom they hide it, and when it is to appear: what the forms offer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.networks import organisation_queries as organisations
from knowledge_exchange.threads.forms import Errors
from knowledge_exchange.threads.veils.shielding import check_handles
from knowledge_exchange.threads.veils.speaking import OWN, PSEUDONYM

_CHOSEN = "1"
#: In which voice a form was opened (field ``opened``): with a pseudonym it offers the shield set.
OPENED = "opened"


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen. ``voice``: none where the form left it open."""

    voice: str | None
    shield: bool
    hide_from: str
    waits: bool

    @property
    def is_pseudonym(self) -> bool:
        """Whether a pseudonym is asked for."""
        return self.voice == PSEUDONYM

    @property
    def values(self) -> dict[str, str]:
        """As the form shows it again."""
        return {
            "voice": self.voice or OWN,
            "shield": _CHOSEN if self.shield else "",
            "hide_from": self.hide_from,
            "wait": _CHOSEN if self.waits else "",
        }


def check_choice(form: Mapping[str, str]) -> tuple[Choice, Errors]:
    """What a form says of it, and what is wrong with that."""
    voice, errors = form.get("voice", ""), Errors()
    if voice not in ("", OWN, PSEUDONYM):
        errors["voice"] = _("Choose under which name you write.")
    if form.get("shield", "") not in ("", _CHOSEN):
        errors["shield"] = _("Say whether people at your organisation may see it.")
    if form.get("wait", "") not in ("", _CHOSEN):
        errors["wait"] = _("Say whether it is to wait.")
    hide_from = form.get("hide_from", "").strip()
    errors |= check_handles(hide_from)
    shield, waits = form.get("shield") == _CHOSEN, form.get("wait") == _CHOSEN
    return Choice(voice if voice in (OWN, PSEUDONYM) else None, shield, hide_from, waits), errors


def check_shield(me: Me, *, shield: bool) -> Errors:
    """Nobody is hidden from an organisation that the exchange does not know: that is said, not passed over."""
    if shield and me.organisation_code is None:
        return {"shield": _("We do not know where you work, so it can’t be hidden from people there.")}
    return {}


def is_to_be_asked(me: Me, form: Mapping[str, str], choice: Choice) -> bool:
    """Whether a form that was opened under one's own name, without scripts, is sent under a pseudonym.

    The shield stands unset in it, and nobody has chosen that: it comes back once, with the shield set.
    """
    opened_otherwise = form.get(OPENED) == OWN and choice.is_pseudonym
    return opened_otherwise and not choice.shield and me.organisation_code is not None


def voice_taken(have: str | None, asked: str | None) -> Errors:
    """Whoever has written in a thread keeps the name: another one beside it would be known for the same person's."""
    if asked is None or have in (None, asked):
        return {}
    if have == OWN:
        return {"voice": _("You have written here under your own name, so you can’t go on under a pseudonym.")}
    return {"voice": _("You write here under a pseudonym, so you can’t go on under your own name.")}


def my_organisation(me: Me) -> AnyRow | None:
    """Where somebody works, as the exchange knows it: code and name."""
    return None if me.organisation_code is None else organisations.organisation(me.organisation_code)
