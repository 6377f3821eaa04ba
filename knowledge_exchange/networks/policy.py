"""Who may do what in a network: pure questions about plain facts."""

from __future__ import annotations

#: What someone is in a network: ``member``, ``moderator``, or None for outside.
Role = str | None


class Refused(Exception):
    """An act that its policy does not allow; a page answers it as if nothing were there."""


def insist(allowed: bool) -> None:
    """Raise :class:`Refused` unless ``allowed``."""
    if not allowed:
        raise Refused


def may_create(site_role: str) -> bool:
    """Networks are made by administrators."""
    return site_role == "administrator"


def may_join(visibility: str, role: Role) -> bool:
    """Open networks are joined at will, by those not in them yet."""
    return visibility == "open" and role is None


def may_ask(visibility: str, role: Role, asked: bool) -> bool:
    """Closed networks are asked to let one in: once at a time, and not by those inside."""
    return visibility == "closed" and role is None and not asked


def may_leave(role: Role) -> bool:
    """Whoever is in may go, also where they were put automatically."""
    return role is not None


def may_moderate(role: Role) -> bool:
    """Requests, invitations and the moderators' page are for moderators of this very network."""
    return role == "moderator"


def may_invite(visibility: str, role: Role) -> bool:
    """Moderators invite into private and closed networks; an open one needs no invitation."""
    return visibility != "open" and may_moderate(role)


def may_read(visibility: str, role: Role) -> bool:
    """Threads of an open network are for every active member, of the others for those inside.

    The page's own question; lists ask ``queries.readable_by`` in SQL. A test holds them together.
    """
    return visibility == "open" or role is not None


def may_see(visibility: str, role: Role) -> bool:
    """A private network exists only for those inside (in SQL: ``queries.visible_to``)."""
    return visibility != "private" or role is not None


def may_set_role(site_role: str) -> bool:
    """Moderators are appointed by administrators."""
    return site_role == "administrator"


def may_remove(role: Role, theirs: Role) -> bool:
    """A moderator may remove a member, not another moderator."""
    return may_moderate(role) and theirs == "member"
