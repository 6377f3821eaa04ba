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


#: Who stands above whom in a network and in the exchange; whoever is neither stands below all.
_RANKS = {"moderator": 1, "lead": 2, "officer": 3, "administrator": 4}
_LEAD, _OFFICER = _RANKS["lead"], _RANKS["officer"]


class Placed(Protocol):
    """Somebody in a network, as far as their rank goes."""

    @property
    def id(self) -> int:
        """Which member."""

    @property
    def role(self) -> str:
        """Their office in the exchange."""

    @property
    def place(self) -> str:
        """What they are in the network: ``member``, ``moderator``."""

    @property
    def is_lead(self) -> bool:
        """Whether they lead its moderators."""


def rank(role: str, place: Role, *, is_lead: bool) -> int:
    """How high somebody stands in a network: by what they are there, or by their office, whichever is higher."""
    there = ("lead" if is_lead else "moderator") if place == "moderator" else ""
    return max(_RANKS.get(role, 0), _RANKS.get(there, 0))


def may_see_moderators(me: Me, place: Role) -> bool:
    """Who keeps a network clear, by name and handle, is shown to its moderators and to officers."""
    return may_moderate(place) or rank(me.role, None, is_lead=False) >= _OFFICER


def may_appoint_moderators(me: Me, place: Role, *, i_lead: bool) -> bool:
    """Lead moderators choose the others; officers and administrators can, too: not every network has a lead."""
    return me.is_active and rank(me.role, place, is_lead=bool(i_lead)) >= _LEAD


def may_appoint_leads(me: Me) -> bool:
    """Officers and administrators say who leads a network's moderators."""
    return me.is_active and rank(me.role, None, is_lead=False) >= _OFFICER


def may_change_lead(me: Me, whom: Placed) -> bool:
    """Letting a moderator lead, or lead no more: not oneself, nor a superior."""
    theirs = rank(whom.role, whom.place, is_lead=whom.is_lead)
    return (
        may_appoint_leads(me)
        and whom.place == "moderator"
        and whom.id != me.id
        and rank(me.role, None, is_lead=False) >= theirs
    )


def may_dismiss(me: Me, place: Role, whom: Placed, *, i_lead: bool) -> bool:
    """A lead dismisses moderators who stand below; officers also leads, and each other. Nobody a superior."""
    if whom.place != "moderator" or whom.id == me.id or not may_appoint_moderators(me, place, i_lead=i_lead):
        return False
    mine, theirs = rank(me.role, place, is_lead=bool(i_lead)), rank(whom.role, whom.place, is_lead=whom.is_lead)
    return mine > theirs or mine == theirs >= _OFFICER


def may_step_down(place: Role) -> bool:
    """Whoever moderates may stop at any time."""
    return may_moderate(place)
