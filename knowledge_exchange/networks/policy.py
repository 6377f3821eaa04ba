"""Who may do what in a network: pure questions about plain facts."""

from __future__ import annotations

from typing import Protocol

from knowledge_exchange.auth.me import Me


class Candidate(Protocol):
    """Somebody whom an officer would like to appoint."""

    @property
    def id(self) -> int:
        """Which member."""

    @property
    def standing(self) -> str:
        """How they stand."""

    @property
    def organisation_code(self) -> str | None:
        """Where they work, as the roll says."""


#: What someone is in a network: ``member``, ``moderator``, or None for outside.
Role = str | None


def may_join(me: Me, visibility: str, role: Role) -> bool:
    """Open networks are joined at will, by those not in them yet whose category may."""
    return me.may_join and visibility == "open" and role is None


def may_ask(me: Me, visibility: str, role: Role, asked: bool) -> bool:
    """Closed networks are asked to let one in: once at a time, not by those inside, and as one's category may."""
    return me.may_join and visibility == "closed" and role is None and not asked


def may_leave(role: Role) -> bool:
    """Whoever is in may go, also where they were put automatically."""
    return role is not None


def may_moderate(role: Role) -> bool:
    """Requests, invitations and the moderators' page are for moderators of this very network."""
    return role == "moderator"


def may_invite(visibility: str, role: Role) -> bool:
    """Moderators invite into private and closed networks; an open one needs no invitation."""
    return visibility != "open" and may_moderate(role)


#: Who appoints link managers.
APPOINTERS = ("officer", "membership_officer", "administrator")
#: Who says that an organisation was merged into another.
MERGERS = ("membership_officer", "administrator")


def may_see_organisation(me: Me, code: str) -> bool:
    """An organisation's page is for its own active members, and for officers; to all others it isn't there."""
    return me.organisation_code == code or me.role in APPOINTERS


def may_appoint(me: Me, who: Candidate | None, code: str) -> bool:
    """Officers ask an active member of that very organisation; nobody appoints themselves."""
    if who is None or me.role not in APPOINTERS or who.id == me.id:
        return False
    return who.standing == "active" and who.organisation_code == code
