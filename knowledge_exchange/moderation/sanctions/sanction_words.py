"""Sanctions in words: for whoever imposes one, and for whoever it met."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext

from knowledge_exchange.moderation.sanctions.sanction_policy import MUTE, REMOVAL, SUSPENSION, WARNING
from knowledge_exchange.moderation.words import suspensions
from knowledge_exchange.networks.removals import causes


class Aimed(NamedTuple):
    """The words of a page on which something is aimed at a pseudonym."""

    crumb: str
    heading: str
    button: str


def aimed(kind: str, name: str, network: str) -> Aimed:
    """Those of that kind."""
    said = {"name": name, "network": network}
    return {
        WARNING: Aimed(
            _("Warn"), _("Warn whoever is behind “%(name)s”", **said), _("Warn the member behind this pseudonym")
        ),
        MUTE: Aimed(
            _("Mute"),
            _("Mute whoever is behind “%(name)s” in %(network)s", **said),
            _("Mute the member behind this pseudonym"),
        ),
        REMOVAL: Aimed(
            _("Remove"),
            _("Remove whoever is behind “%(name)s” from %(network)s", **said),
            _("Remove the member behind this pseudonym"),
        ),
        SUSPENSION: Aimed(
            _("Suspend"),
            _("Suspend whoever is behind “%(name)s”", **said),
            _("Suspend the member behind this pseudonym"),
        ),
    }[kind]


def kinds() -> dict[str, str]:
    """What may be imposed, as a moderator chooses it."""
    return {
        WARNING: _("Warn"),
        MUTE: _("Mute in this network"),
        REMOVAL: _("Remove from this network"),
        SUSPENSION: _("Suspend from the whole exchange"),
    }


def meanings() -> dict[str, str]:
    """What each does, in a sentence."""
    return {
        WARNING: _("They are told, and nothing else changes."),
        MUTE: _("They go on reading here, and cannot write, edit or start anything until the mute ends."),
        REMOVAL: _("They are out at once, and come back only when the time is over or somebody lets them in."),
        SUSPENSION: _("They are signed out everywhere within seconds, and see their own page only."),
    }


def names() -> dict[str, str]:
    """What each is called, for whoever it met; ``%(network)s`` where it hangs on one."""
    return {
        WARNING: _("A warning"),
        MUTE: _("Muted in %(network)s", network="%(network)s"),
        REMOVAL: _("Removed from %(network)s", network="%(network)s"),
        SUSPENSION: _("Suspended"),
    }


def name_of(kind: str, network: str | None) -> str:
    """What a sanction is called."""
    return names()[kind].replace("%(network)s", network or _("a network that is no longer there"))


def lasting(days: int | None) -> str:
    """How long it lasts, as it is chosen."""
    if days is None:
        return str(_("Until somebody ends it"))
    return str(ngettext("%(num)s day", "%(num)s days", days))


def why(cause: str) -> str:
    """The sentence of a cause that was chosen; empty where there is none."""
    return {**suspensions(), **causes()}.get(cause, "")


def endings() -> dict[str, str]:
    """How it ended."""
    return {
        "time": _("its time was over"),
        "lifted": _("it was ended early"),
        "overturned": _("an appeal overturned it"),
        "elsewhere": _("you were let in again"),
    }
