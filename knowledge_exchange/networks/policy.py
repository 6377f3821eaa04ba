"""Who may do what in a network: pure questions about plain facts."""

from __future__ import annotations

from knowledge_exchange.auth.me import Me

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
