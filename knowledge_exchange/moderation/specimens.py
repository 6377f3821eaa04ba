"""People of each role as the rights ask about them, and what they look at: no rows, only what rows would say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from knowledge_exchange.auth.me import Me
from knowledge_exchange.core.db import AnyRow
from knowledge_exchange.moderation.sanctions.sanction_policy import Target

_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
_MINE, _THEIRS = 1, 2
#: The organisation of everybody here, and of somebody else.
_HERE, ELSEWHERE = "AAA", "BBB"


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody on whom others act: an account in good standing, a member of the network."""

    id: int = 100
    role: str = "member"
    standing: str = "active"
    organisation_code: str | None = ELSEWHERE
    place: str = "member"
    is_lead: bool = False


@dataclass(frozen=True, slots=True)
class Specimen:
    """Somebody of a role, in a network or (``my_role`` None) outside of it."""

    name: str
    me: Me
    my_role: str | None = "member"
    i_lead: bool = False

    def thread(self, *, is_own: bool = False, **facts: Any) -> AnyRow:
        """A thread of the network as they see it, theirs or somebody else's: a problem that is open."""
        common = {"id": 1, "kind": "problem", "deleted_at": None, "gone": "", "locked_at": None, "archived_at": None}
        place = {"my_role": self.my_role, "i_lead": self.i_lead, "muted_until": None, "sealed_id": None}
        whose = {"my_participant_id": _MINE, "author_participant_id": _MINE if is_own else _THEIRS}
        rest = {"pinned_until": None, "answer_id": None, "official_id": None, "has_outcome": False}
        return cast("AnyRow", SimpleNamespace(**{**common, **place, **whose, **rest, **facts}))

    def post(self, *, is_own: bool = False, **facts: Any) -> AnyRow:
        """A reply in it, theirs or somebody else's."""
        whose = {"participant_id": _MINE if is_own else _THEIRS}
        common = {"id": 2, "parent_id": 1, "deleted_at": None, "gone": "", "voice_kind": "own"}
        return cast("AnyRow", SimpleNamespace(**{**common, **whose, **facts}))


def target(role: str = "member", network_role: str | None = "member", *, is_lead: bool = False) -> Target:
    """Somebody of that rank who is to be warned, muted, removed or suspended."""
    return Target(Other().id, role, "active", network_role, is_lead)


def _me(role: str) -> Me:
    return Me(1, "N", "n", "active", role, "", None, _HERE, "Europe/London", "tree", 1, _MOMENT, "t")


def specimens() -> list[Specimen]:
    """Everybody whom the table of rights has a column for, from the least to the most."""
    return [
        Specimen("outside", _me("member"), my_role=None),
        Specimen("member", _me("member")),
        Specimen("moderator", _me("member"), my_role="moderator"),
        Specimen("lead", _me("member"), my_role="moderator", i_lead=True),
        Specimen("membership_officer", _me("membership_officer")),
        Specimen("officer", _me("officer")),
        Specimen("administrator", _me("administrator")),
    ]
