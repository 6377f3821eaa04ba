"""Everybody of CONTRACT's demo table, and two who held an office once."""

from __future__ import annotations

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.clock import now

#: (name, standing, role); None: a visitor.
PEOPLE: dict[str, tuple[str, str] | None] = {
    "visitor": None,
    "pending": ("pending", "member"),
    "lapsed": ("lapsed", "member"),
    "suspended": ("suspended", "member"),
    "suspended-officer": ("suspended", "officer"),
    "lapsed-administrator": ("lapsed", "administrator"),
    "outsider": ("active", "member"),
    "member": ("active", "member"),
    "moderator": ("active", "member"),
    "officer": ("active", "officer"),
    "membership": ("active", "membership_officer"),
    "admin": ("active", "administrator"),
}
WITHOUT_STANDING = [name for name, person in PEOPLE.items() if person is None or person[0] != "active"]


def me_as(standing: str, role: str) -> Me:
    """Somebody of that standing and role."""
    return Me(1, "N", None, standing, role, "", None, None, "Europe/London", "tree", 1, now(), "t")
