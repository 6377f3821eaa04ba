"""Who may impose what on whom. Pure.

Nobody acts on themselves, on their equals or on their superiors. A moderator of another network is a member here.
"""

from __future__ import annotations

from typing import NamedTuple

from knowledge_exchange.auth.me import Me
from knowledge_exchange.moderation.acts.acting import rank

WARNING, MUTE, REMOVAL, SUSPENSION = KINDS = ("warning", "mute", "removal", "suspension")
#: What hangs on a network; the others are of the whole exchange.
OF_NETWORK = (MUTE, REMOVAL)
#: For how many days each may be imposed; None: no end of its own.
DAYS: dict[str, tuple[int | None, ...]] = {
    WARNING: (None,),
    MUTE: (1, 3, 7, 14, 30),
    REMOVAL: (None, 7, 30, 90),
    SUSPENSION: (1, 3, 7, 14, 30, 90, None),
}
#: On record of each kind, where it is aimed through a pseudonym.
RECORDED = {
    WARNING: "pseudonym.warned",
    MUTE: "pseudonym.muted",
    REMOVAL: "pseudonym.removed",
    SUSPENSION: "pseudonym.suspended",
}
#: As what somebody acts on the whole exchange.
_OFFICES = ("officer", "administrator")
#: The membership office decides who is a member: no moderator stands above it, nor an officer.
_AS_OFFICER = "membership_officer"


class Target(NamedTuple):
    """What is to be known of whoever is to be warned, muted, removed or suspended."""

    id: int
    #: Their office in the exchange.
    role: str
    standing: str
    #: What they are in the network where it happens; None: not in it.
    network_role: str | None
    is_lead: bool


def rank_of(target: Target) -> int:
    """How high they stand where it happens; see ``acting.rank``."""
    office = rank("officer" if target.role == _AS_OFFICER else target.role)
    there = rank("lead" if target.is_lead else "moderator") if target.network_role == "moderator" else 0
    return max(office, there)


def may_sanction(me: Me, acted_as: str, target: Target, kind: str) -> bool:
    """Whether ``me``, acting as that (``acting.acted_as``), may impose that kind on that person."""
    if not me.is_active or me.id == target.id or target.standing == "left":
        return False
    if kind == SUSPENSION and acted_as not in _OFFICES:
        return False
    return kind in KINDS and rank(acted_as) > rank_of(target)


def ways(me: Me, parts: tuple[str, ...], target: Target) -> dict[str, str]:
    """What they may impose, each with the part in which they do it: the first of ``parts`` that may."""
    found = {}
    for kind in KINDS:
        acted_as = next((part for part in parts if may_sanction(me, part, target, kind)), "")
        if acted_as:
            found[kind] = acted_as
    return found


def may_last(kind: str, days: int | None) -> bool:
    """Whether that kind may be imposed for so long."""
    return days in DAYS.get(kind, ())
