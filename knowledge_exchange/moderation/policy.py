"""Who may do what about a pseudonym. Pure.

Whose it is, is asked of :mod:`moderation.owners` and of nothing else.
"""

from __future__ import annotations

from typing import Protocol

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow

#: Who asks to open a pseudonym, who agrees, who suspends whoever is behind one: professional officers of the union.
#: Administrators run the machine.
OFFICERS = ("officer",)


class Owner(Protocol):
    """What is to be known of whoever is behind a pseudonym."""

    @property
    def id(self) -> int: ...

    @property
    def role(self) -> str: ...

    @property
    def organisation_code(self) -> str | None: ...


def is_officer(me: Me) -> bool:
    """Whether this is a national officer."""
    return me.is_active and me.role in OFFICERS


def is_pseudonym(post: AnyRow) -> bool:
    """Whether a post was written under a pseudonym."""
    return bool(post.voice_kind == "pseudonym")


def may_settle(me: Me, asked_by: int | None, owner: Owner | None) -> bool:
    """A second officer: another than who asked, neither the author nor of their organisation."""
    if not is_officer(me) or me.id == asked_by:
        return False
    return owner is None or (owner.id != me.id and not _are_colleagues(me, owner))


def _are_colleagues(me: Me, owner: Owner) -> bool:
    return owner.organisation_code is not None and owner.organisation_code == me.organisation_code


def may_remove(me: Me, my_role: str | None) -> bool:
    """Whoever is behind a pseudonym is removed from a network by its moderators, and by officers."""
    return my_role == "moderator" or is_officer(me)


def is_met(me: Me, owner: Owner | None) -> bool:
    """Whether an act aimed at a pseudonym does anything: not to oneself, nor to anybody who holds an office.

    What is aimed does not tell who was met, so it may meet nobody with whom the office has its own ways.
    """
    return owner is not None and owner.id != me.id and owner.role == "member"


#: Who writes the rules of the whole exchange.
RULE_MAKERS = ("officer", "administrator")


def may_edit_rules(me: Me) -> bool:
    """The rules of the whole exchange are its officers' and administrators'."""
    return me.is_active and me.role in RULE_MAKERS


def may_edit_network_rules(me: Me, my_role: str | None, *, i_lead: bool) -> bool:
    """A network's own rules are its lead moderators'; and officers', for not every network has a lead."""
    return (me.is_active and my_role == "moderator" and bool(i_lead)) or may_edit_rules(me)


def may_read_log(me: Me, *, may_read: bool) -> bool:
    """The log of a network is for those who may read the network, whatever they are in it."""
    return me.is_active and may_read
